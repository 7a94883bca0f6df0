"""Real mpremote, MicroPython and littlefs: cables are pulled and power goes anywhere."""

import contextlib
import random
import shutil

import pytest
from flashing.console import BoardFailed, CableLost, Console
from flashing.flash import Refused, flash
from flashing.made import Made
from packing import mpy
from packing.pack import pack
from standin import StandIn

SEEDS = 12
RUNS = "import time\ndef run(hal):\n    print('runs %s')\n    while True: time.sleep_ms(1)\n"
CRASHES = "def run(hal):\n    raise ValueError('runs %s')\n"


def made(version, program=RUNS, more=b""):
    """A build with all of the firmware but its start, which says that it runs."""
    files = dict(SLOT)
    source = program % version
    files["pilotwire/update/start.mpy"] = mpy.as_mpy(source, "start.py")
    files["pilotwire/hal/rp2.mpy"] = mpy.as_mpy("Rp2 = None\n", "rp2.py")
    for name in files:
        if name.endswith(".mpy") and more:
            files[name] += more  # which nobody reads: another file for all that
    starters = {name: STARTERS[name] for name in ("boot.py", "main.py")}
    return Made("pico_w", "rp2", (6, 3), "armv6m", version, {mpy.PACK: pack(files), **starters})


SLOT = mpy.slot("pico_w")
STARTERS = mpy.tree(SLOT)
OLD = made("old")
NEW = made("new")
ALL_NEW = made("new", more=b"\0")


def put(board, build):
    """Flash and start; what was done. What the board said before is forgotten."""
    with Console(board.port) as console:
        done = flash(console, build, lambda *_: None)
        board.said.clear()
        console.restart("rp2")
    return done


@pytest.fixture(scope="module")
def flashed(tmp_path_factory, micropython):
    """A folder with a flash on which OLD is."""
    folder = tmp_path_factory.mktemp("old")
    with StandIn(folder) as board:
        put(board, OLD)
        board.wait_for(b"runs old")
    return folder


@pytest.fixture
def old(flashed, tmp_path):
    """A folder of its own with the same."""
    return shutil.copytree(flashed, tmp_path / "board")


def bytes_of(folder, build):
    """How many a whole run sends to the board."""
    with StandIn(folder) as board:
        board.wait_for(b"runs old")
        board.pull_after = limit = 10_000_000
        put(board, build)
        return limit - board.pull_after


def started(folder):
    """Which firmware starts, at power-on, and with which slot named."""
    with StandIn(folder) as board:
        board.wait_for(b"runs ")
        board.wait_for(b"\n")
        return bytes(board.said).split(b"runs ")[1].split()[0].decode()


def test_an_empty_board_gets_it_and_starts_from_a(tmp_path, micropython):
    with StandIn(tmp_path) as board:
        done = put(board, OLD)
        board.wait_for(b"runs old")
    assert (done.slot, done.sent, done.starters) == ("a", len(OLD.pack), ["main.py", "boot.py"])
    assert started(tmp_path) == "old"


def test_only_what_changed_is_sent_and_the_slots_take_turns(old):
    with StandIn(old) as board:
        board.wait_for(b"runs old")
        first = put(board, NEW)
        board.wait_for(b"runs new")
        second = put(board, OLD)
        board.wait_for(b"runs old")
    assert (first.slot, second.slot) == ("b", "a")
    assert first.sent < 2_000 < first.kept, "the index and one module"
    assert first.starters == []


def test_what_is_there_already_is_left_alone(old):
    with StandIn(old) as board:
        before = board.image()
        done = put(board, OLD)
        board.wait_for(b"runs old")
        assert not done.changed
        assert board.image() == before


def test_a_whole_pack_that_nothing_starts_yet_is_not_sent_again(old):
    with StandIn(old) as board:
        with Console(board.port) as console:
            console.remove("/boot.py")
            console.remove("/slot")
            console.restart("rp2")
        done = put(board, OLD)
        board.wait_for(b"runs old")
    assert (done.slot, done.sent, done.starters) == ("a", 0, ["boot.py"])


def test_the_new_firmware_that_crashes_gives_way_to_the_old(old):
    with StandIn(old) as board:
        put(board, made("new", CRASHES))
        board.wait_for(b"runs old", 60)
        assert bytes(board.said).count(b"ValueError: runs new") == 2
        assert put(board, NEW).slot == "b", (
            "the one that has crashed is written, though it is named"
        )
        board.wait_for(b"runs new")


def test_a_board_on_which_all_has_crashed_starts_what_is_put_on_it(tmp_path, micropython):
    with StandIn(tmp_path) as board:
        put(board, made("old", CRASHES))
        board.wait_for(b"all have crashed", 60)
        put(board, NEW)
        board.wait_for(b"runs new")


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("what", ["pull", "cut"])
def test_after_a_pulled_cable_or_a_power_cut_it_starts_and_the_next_run_goes_on(
    old, tmp_path, what, seed
):
    rng = random.Random(f"{what} {seed}")
    build = (NEW, ALL_NEW)[seed % 2]
    whole = bytes_of(shutil.copytree(old, tmp_path / "measured"), build)
    with StandIn(old) as board:
        board.wait_for(b"runs old")
        for _ in range(rng.randrange(1, 4)):
            setattr(board, f"{what}_after", rng.randrange(whole))
            with contextlib.suppress(CableLost, BoardFailed):
                put(board, build)
            if what == "cut":
                assert started(shutil.copytree(old, tmp_path / "seen", dirs_exist_ok=True)) in (
                    "old",
                    "new",
                )
                board.power_off()
                board.power_on()
            else:
                board.pull()
                board.plug()
        put(board, build)
        board.wait_for(b"runs new")
    assert started(old) == "new"


def test_what_was_sent_before_the_cable_was_pulled_is_not_sent_again(old, tmp_path):
    whole = bytes_of(shutil.copytree(old, tmp_path / "measured"), ALL_NEW)
    with StandIn(old) as board:
        board.pull_after = whole * 3 // 4
        with pytest.raises(CableLost):
            put(board, ALL_NEW)
        board.pull()
        board.plug()
        done = put(board, ALL_NEW)
        board.wait_for(b"runs new")
    assert done.sent < len(ALL_NEW.pack) * 2 // 5


def test_a_full_flash_gives_up_its_spare_slot_and_no_more(old):
    with StandIn(old) as board:
        put(board, NEW)
        board.wait_for(b"runs new")
        with Console(board.port) as console:
            free = console.facts().free_blocks
            console.run(
                f"with open('/journal', 'wb') as file: file.write(bytes({4_096 * (free - 11)}))"
            )
            console.restart("rp2")
        assert put(board, ALL_NEW).slot == "a"
        board.wait_for(b"runs new")
        with Console(board.port) as console:
            free = console.facts().free_blocks
            console.run(
                f"with open('/more', 'wb') as file: file.write(bytes({4_096 * (free - 2)}))"
            )
            console.remove("/b.pack")
            console.run(f"with open('/most', 'wb') as file: file.write(bytes({4_096 * 20}))")
        with pytest.raises(Refused, match=r"the flash has \d+ KB .* takes \d+ KB.*/journal"):
            put(board, OLD)
    assert started(old) == "new"


@pytest.mark.parametrize(
    ("disguise", "said"),
    [
        ({"name": "circuitpython"}, "the board runs circuitpython"),
        (
            {
                "platform": "esp32",
                "machine": "Generic ESP32 module with ESP32",
                "mpy": 6 | 3 << 8 | 10 << 10,
            },
            "the board is a Generic ESP32 module with ESP32: pico_w was built for RP2040",
        ),
        (
            {"machine": "Raspberry Pi Pico 2 W with RP2350", "mpy": 6 | 3 << 8 | 7 << 10},
            "the board is a Raspberry Pi Pico 2 W with RP2350",
        ),
        (
            {"version": [1, 22, 0], "mpy": 6 | 2 << 8 | 4 << 10},
            "MicroPython 1.22.0: 1.28 is the oldest",
        ),
        ({"mpy": 6 | 1 << 8 | 4 << 10}, "the image takes .mpy 6.1, the build is 6.3"),
        ({"mpy": 6 | 3 << 8}, "runs machine code of no kind, the build has armv6m"),
        ({"missing": ["network"]}, "the image lacks network"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_board_that_does_not_match_is_refused_untouched(tmp_path, micropython, disguise, said):
    with StandIn(tmp_path, **disguise) as board:
        before = board.image()
        with pytest.raises(Refused) as refused:
            put(board, OLD)
        assert said in str(refused.value)
        assert board.image() == before
