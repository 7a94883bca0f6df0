"""A stock image on the emulated board: prompt, files, resets, time."""

import time

import pytest
from emulator import EmulatedTimeout, RemoteError
from emulator.pins import Edges


def test_boots_to_a_prompt_and_runs_code(boot):
    board = boot()
    assert board.exec("import sys\nprint(sys.platform, 6 * 7)") == "rp2 42\n"


def test_what_the_board_raises_is_raised_here(boot):
    with pytest.raises(RemoteError, match="ZeroDivisionError"):
        boot().exec("1 / 0")


def test_code_longer_than_any_buffer_arrives_whole(boot):
    text = "x" * 5_000
    assert boot().exec(f"print(len({text!r}))") == "5000\n"


def test_a_wait_ends_by_emulated_time(boot):
    board = boot()
    with pytest.raises(EmulatedTimeout, match="in 50 ms"):
        board.exec("import time\ntime.sleep(60)", limit_ms=50)
    assert board.exec("print('alive')") == "alive\n"


def test_runs_for_exactly_the_time_asked_for(boot):
    board = boot()
    start = board.ns
    board.run_ms(123)
    assert board.ns - start == pytest.approx(123e6, abs=1_000)


def test_paced_time_does_not_run_ahead_of_the_wall(boot):
    board = boot()
    board.set_speed(2)
    start = time.monotonic()
    board.run_ms(400)
    assert time.monotonic() - start >= 0.19


def test_the_tree_is_mounted_main_runs_and_files_come_back(boot):
    tree = {"main.py": b"import lib.a\nprint('X is', lib.a.X)\n", "lib/a.py": b"X = 7\n"}
    board = boot(tree=tree)
    board.soft_reset()
    assert b"X is 7" in board.console.received
    board.exec("with open('new', 'wb') as f: f.write(bytes(3000))")
    assert board.files == {**tree, "new": bytes(3_000)}
    board.hard_reset()
    assert board.exec("import os\nprint(sorted(os.listdir()))") == "['lib', 'main.py', 'new']\n"


def test_a_soft_reset_leaves_a_pin_as_it_was_and_a_hard_one_releases_it(boot):
    edges = Edges(14)
    board = boot(devices=[edges])
    board.exec("from machine import Pin\nPin(14, Pin.OUT, value=1)")
    board.soft_reset()
    assert edges.level
    board.hard_reset()
    assert not edges.level


def test_the_watchdog_resets_and_is_named_as_the_cause(boot):
    edges = Edges(14)
    board = boot(devices=[edges])
    board.console.start(
        "import time\n"
        "from machine import Pin, WDT\n"
        "Pin(14, Pin.OUT, value=1)\n"
        "dog = WDT(timeout=500)\n"
        "while True: time.sleep(1)"
    )
    board.run_until(lambda: edges.level, 100)
    took_ms = board.run_until(lambda: not board.connected, 1_000)
    assert took_ms == pytest.approx(500, abs=3)
    assert not edges.level, "the reset lets go of the pin"
    board.wait_for_restart()
    assert board.exec("import machine\nprint(machine.reset_cause() == machine.WDT_RESET)") == (
        "True\n"
    )


def test_ctrl_c_stops_what_runs(boot):
    board = boot()
    board.console.start("while True: pass")
    board.run_ms(5)
    board.console.write(b"\x03")
    with pytest.raises(RemoteError, match="KeyboardInterrupt"):
        board.console.finish()
