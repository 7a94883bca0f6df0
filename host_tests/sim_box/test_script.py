"""Keys and words without a person."""

import pytest
from sim_box import script
from sim_box.hands import BY_WORD, KEYS, QUIT


def test_no_two_keys_are_the_same_and_none_quits():
    assert len({one.key for one in KEYS} | {QUIT, "."}) == len(KEYS) + 2
    assert len(BY_WORD) == len(KEYS)


def test_each_character_is_a_key_and_a_point_a_second():
    steps = script.keys("p. x q")
    assert [one.said for one in steps] == ["plug", "wait 1", "power", "quit"]
    assert [one.wait_s for one in steps] == [0, 1, 0, 0]


@pytest.mark.parametrize(
    ("line", "is_so"),
    [
        ("plug", lambda step: step.key is BY_WORD["plug"]),
        ("wait 2.5", lambda step: step.wait_s == 2.5),
        ("until charging", lambda step: step.until == "charging"),
        ("car asleep", lambda step: step.car == "asleep"),
        ("car", lambda step: step.key is BY_WORD["car"]),
        ("quit", lambda step: step.ends),
    ],
)
def test_a_line_is_a_step(line, is_so):
    step = script.step(1, f"  {line}\n")
    assert step
    assert is_so(step)


def test_empty_lines_and_remarks_are_passed_over():
    assert script.step(1, "\n") is script.step(2, "# now\n") is None


@pytest.mark.parametrize("line", ["plugg", "wait", "wait -1", "wait 601", "until", "until noon"])
def test_what_is_no_step_is_refused_with_its_line_and_what_there_is(line):
    with pytest.raises(script.BadScript, match=r"^line 7: .*(charging|seconds|unplug)"):
        script.step(7, line)


def test_what_is_no_key_is_refused_with_those_that_are():
    with pytest.raises(script.BadScript, match=r"'y', which is no key; there are p u c"):
        script.keys("py")
