"""docs/porting.md does what it says."""

import shell

DEADLINE_S = 120  # seconds are enough


def test_the_page_leads_from_a_copied_board_to_one_that_is_checked_and_measured(tmp_path):
    said = shell.run("docs/porting.md", tmp_path, {}, DEADLINE_S)
    assert "error: name: 'pico_w', but the folder is called 'garage'" in said
    assert "error: buzzer.pin: GPIO 14 is on PWM slice 7, which is the pilot's alone" in said
    assert said.count("garage: nothing wrong: 16 A, 3 phase(s), no dead-man") == 2
    assert '"zero_mv": -14667, "full_mv": 15300' in said
    assert '"zero_mv": -14625, "full_mv": 15647' in said  # 11.62 V becomes 11.93, -11.95 -11.88
    assert " passed" in said
