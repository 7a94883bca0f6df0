"""Safe boot: whatever is broken on the flash, the contactor is open and the console answers."""

import json

import pytest
from emulator.charge_pump import ChargePump
from emulator.console import CTRL_C
from on_chip.box import RING1, WATCHDOG_MS, slot, tree
from packing.mpy import tree as tree_of
from packing.pack import pack

PROMPT = b">>> "
_STARTS_S = 40  # emulated: four starts, each with its pause


class Start:
    """A board with a tree; `coil` is whether the charge pump has ever been filled."""

    def __init__(self, boot, files):
        self.coil_changes = []
        self.board = boot(
            tree=files, devices=[ChargePump(16, hold_ms=20, on_change=self.coil_changes.append)]
        )

    def prompt(self, limit_ms=5_000):
        self.board.console.expect(PROMPT, limit_ms)
        return bytes(self.board.console.received)

    def is_safe(self):
        """The console answers and the coil has never had power."""
        return self.board.exec("print(6 * 7)") == "42\n" and not self.coil_changes


@pytest.fixture
def start(boot):
    return lambda files: Start(boot, files)


def without(files, *names):
    return {name: content for name, content in files.items() if name not in names}


def two_slots(a=RING1, b=RING1):
    """Both slots, whole; the apps are those given."""
    return {**tree(a), "b.pack": pack(slot(b))}


BROKEN = b"raise ValueError('broken app')\n"
SLOT = "import sys\nprint(sys.path[0])"


def test_a_broken_main_leaves_a_prompt(start):
    box = start(tree(main=b"this is no Python\n"))
    assert box.is_safe()
    assert box.board.exec(SLOT) == "/a\n", "the firmware is at hand for whoever repairs it"


def test_an_empty_flash_leaves_a_prompt(start):
    box = start({})
    assert box.is_safe()


@pytest.mark.parametrize("named", [b"a", b"b", b"", b"\xff\xfe", None], ids=repr)
def test_the_named_slot_is_started_and_a_is_the_default(start, named):
    files = {**without(two_slots(), "slot"), "main.py": b""}
    if named is not None:
        files["slot"] = named
    box = start(files)
    assert box.board.exec(SLOT) == ("/b\n" if named == b"b" else "/a\n")


@pytest.mark.parametrize(
    "break_slot",
    [
        lambda files: without(files, "a.pack"),
        lambda files: {**files, "a.pack": files["a.pack"][:-1]},
        lambda files: {**files, "a.pack": files["a.pack"][:300]},
        lambda files: {**files, "a.pack": b""},
        lambda files: {**files, "a.pack": b"\xff" * 5_000},
        lambda files: {**files, "a.pack": b"PWP1" + b"\xff" * 5_000},
    ],
    ids=["missing", "last byte missing", "cut in its index", "empty", "noise", "huge"],
)
def test_a_slot_that_is_not_whole_is_passed_over(start, break_slot):
    box = start(break_slot({**two_slots(), "main.py": b""}))
    assert box.board.exec(SLOT) == "/b\n"


def test_without_a_whole_slot_the_console_says_so(start):
    box = start({**tree(), "a.pack": b"PWP1"})
    assert b"no slot is whole" in box.prompt()
    assert box.is_safe()


def test_a_slot_that_crashes_twice_is_left_for_the_other_one(start):
    box = start(two_slots(a=BROKEN))
    box.board.console.expect(b"started after", _STARTS_S * 1_000)
    seen = bytes(box.board.console.received)
    assert seen.count(b"broken app") == 2
    assert b"crashed, starting again" in seen


def test_a_crash_of_the_running_app_is_named_after_the_restart(start):
    crash = RING1.replace(b"await asyncio.sleep(1)", b"raise ValueError(len('while running'))")
    box = start(tree(crash))
    box.board.console.expect(b"started after crash", _STARTS_S * 1_000)
    assert b"started after power-on" in box.board.console.received


def test_a_restart_that_a_command_wants_is_at_once_and_no_crash(start):
    wanted = RING1.replace(b"await asyncio.sleep(1)", b"raise RestartWanted")
    box = start(tree(wanted))
    times = 5  # more than crashes would be borne
    box.board.run_until(
        lambda: box.board.console.received.count(b"started after command") == times,
        _STARTS_S * 1_000,
        "the last start",
    )
    said = bytes(box.board.console.received)
    assert said.count(b"started after power-on") == 1
    assert b"crash" not in said
    assert not box.coil_changes


def test_when_all_slots_crash_a_prompt_is_left_until_power_goes(start):
    box = start(two_slots(a=BROKEN, b=BROKEN))
    box.board.console.expect(b"all have crashed", _STARTS_S * 1_000)
    assert bytes(box.board.console.received).count(b"broken app") == 4
    box.prompt()
    assert box.is_safe()
    box.board.hard_reset()
    box.board.console.expect(b"broken app", 10_000)


def test_a_missing_board_leaves_a_prompt_in_the_end(start):
    box = start(tree_of(without(slot(), "board.json")))
    box.board.console.expect(b"ENOENT", 10_000)
    assert b"ENOENT" in bytes(box.board.console.received)
    box.board.console.write(CTRL_C)  # in the pause before it starts again
    box.prompt()
    assert box.is_safe()


def test_a_broken_board_drives_nothing(start):
    for text in (b"", b"{}", json.dumps({"pilot": {}}).encode()):
        box = start({**tree_of({**slot(), "board.json": text}), "main.py": b""})
        box.board.exec(
            "from pilotwire.hal.rp2 import Rp2\n"
            "try: Rp2()\n"
            "except (ValueError, KeyError): print('refused')"
        )
        assert not box.coil_changes


def test_a_full_flash_keeps_no_box_from_starting(start):
    files = tree(None)  # the real app, which wants to write
    size = 4_096 * 212 - sum(-(-len(content) // 4_096) * 4_096 for content in files.values())
    files["config.json"] = b'{"id": "full", "limit_ma": 16000, "cable_ma": 32000, "meter": ""}'
    fill = size - 14 * 4_096
    box = start({**files, "fill": bytes(fill), "main.py": b""})
    box.board.chip.adc.sources[0] = lambda: 3_686  # +12 V
    full = (
        "try:\n"
        "    with open('more', 'wb') as file:\n"
        "        while True:\n"
        "            file.write(bytes(4096))\n"
        "            file.flush()\n"
        "except OSError as error: print(error.errno)"
    )
    assert box.board.exec(full) == "28\n"
    told = box.board.exec(
        "import asyncio\n"
        "import gc\n"
        "gc.threshold(16_384)\n"  # as main.py has it: without, what imports leave lies all over
        "from pilotwire.app import App\n"
        "from pilotwire.hal.rp2 import Rp2\n"
        "from pilotwire.link.state import letter\n"
        "app = App(Rp2())\n"
        "async def for_a_while():\n"
        "    task = asyncio.create_task(app.run())\n"
        "    await asyncio.sleep(1)\n"
        "    print(letter(app.up))\n"
        "asyncio.run(for_a_while())\n"
        "app.hal.stop()"
    )
    assert told == "A1\n"
    assert box.is_safe()


def test_a_watchdog_that_runs_is_stopped_before_the_prompt(start):
    box = start(tree(main=b""))
    box.board.exec(f"import machine\nmachine.WDT(timeout={WATCHDOG_MS})")
    box.board.soft_reset()
    box.board.run_ms(3 * WATCHDOG_MS)
    assert box.is_safe()
