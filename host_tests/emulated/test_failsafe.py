"""Ring 0 and the dead-man on the chip: whatever stops, the contactor opens, and it is named."""

import pytest
from emulator.console import CTRL_C, CTRL_D
from on_chip.box import AT_THE_PROMPT, HOLD_MS, RING1, WATCHDOG_MS, Box, tree
from pilotwire.pilot import duty, faults, handover, reasons, signals

TICK_MS = 10
TOKEN_MS = 50
LAST = "from pilotwire.hal import rp2_restart\nprint(rp2_restart.last())"


@pytest.fixture
def at_prompt(boot):
    """A box that charges, with ring 1 at the prompt: `hal` and `guard` are at hand there."""

    def start(**board):
        dead_man = board.get("dead_man", True)
        box = Box(boot, tree(main=b"", **board), dead_man=dead_man)
        box.board.exec(AT_THE_PROMPT)
        return box.charge()

    return start


@pytest.fixture
def on_its_own(boot):
    """A box that charges, started by main.py."""

    def start(app=RING1, **board):
        box = Box(boot, tree(app, **board))
        return box.charge()

    return start


def ends_after_reset(box):
    """The watchdog bites; what the next start calls it."""
    box.board.run_until(lambda: not box.board.connected, 2 * WATCHDOG_MS, "the watchdog")
    box.board.wait_for_restart()
    assert box.stays_open(100)
    return box.board.exec(LAST).strip()


def test_an_exception_in_the_tick_opens_and_is_named(at_prompt):
    box = at_prompt()
    box.board.exec(
        "def once(inputs):\n    del hal.sample\n    raise ValueError\nhal.sample = once"
    )
    planted = box.board.ns
    box.opens_within(TICK_MS + HOLD_MS + 5)
    assert (box.last_edge_ns - planted) / 1e6 <= TICK_MS + 1
    box.board.run_ms(30)
    up = box.up()
    assert up[handover.UP_FAULTS] & faults.GUARD
    assert up[handover.UP_DUTY] == duty.F
    assert up[handover.UP_OPENED] == reasons.OPENED_BY_FAULT


def test_a_tick_that_always_fails_opens_says_so_and_ends_in_the_watchdog(at_prompt):
    box = at_prompt()
    box.board.exec("def fail(inputs):\n    raise ValueError\nhal.sample = fail")
    box.opens_within(TICK_MS + HOLD_MS + 5)
    assert box.faults() & faults.GUARD
    assert ends_after_reset(box) == "watchdog"


def test_a_stopped_timer_lets_the_contactor_drop_and_ends_in_the_watchdog(at_prompt):
    box = at_prompt()
    box.board.exec("hal._timer.deinit()")
    box.opens_within(TOKEN_MS + HOLD_MS + 5)
    assert ends_after_reset(box) == "watchdog"


@pytest.mark.parametrize(
    "stop",
    [
        "for dma in hal._sampler._dma: dma.active(0)",
        "from machine import mem32\nmem32[0x4004C000] = 1",
    ],
    ids=["dma", "adc"],
)
def test_sampling_that_stops_opens_and_is_begun_anew(at_prompt, stop):
    box = at_prompt()
    box.board.exec(stop)
    stopped = box.board.ns
    box.opens_within(TICK_MS + HOLD_MS + 5)
    assert (box.last_edge_ns - stopped) / 1e6 <= TICK_MS + 1
    assert box.faults() == faults.SAMPLE
    box.world.unplug()
    box.board.run_ms(500)
    up = box.up()
    high_mv = up[handover.UP_INPUTS + signals.CP_HIGH_MV]
    assert high_mv == pytest.approx(12_000, abs=50), "samples are fresh again"
    assert up[handover.UP_FAULTS] == faults.SAMPLE, "it clears itself after 5 s, not before"


def test_the_sample_counter_passes_its_end_unnoticed(at_prompt):
    box = at_prompt()
    passed = []
    for channel in box.board.chip.dma.channels:
        start = channel.start
        channel.start = lambda start=start: (passed.append(1), start())
    box.board.run_ms(1_000)
    assert len(passed) == pytest.approx(488, abs=2)  # 1,024 samples each at 500,000 a second
    assert box.closed
    assert box.faults() == 0


@pytest.mark.parametrize("dead_man", [True, False])
def test_a_soft_reset_while_closed_opens(at_prompt, dead_man):
    box = at_prompt(dead_man=dead_man)
    assert box.world.pilot.duty == 2_666
    start = box.board.ns
    box.board.console.write(CTRL_D)
    box.board.console.expect(b"soft reboot")
    box.opens_within(HOLD_MS + 100)
    assert (box.last_edge_ns - start) / 1e6 < 100
    assert box.stays_open(WATCHDOG_MS + 500), "and the watchdog leaves a person in peace"
    assert box.world.pilot.duty in (duty.F, duty.X1)


def test_a_reset_while_closed_opens_at_once_and_charging_goes_on_by_itself(on_its_own):
    box = on_its_own()
    at = box.board.ns
    box.board.hard_reset()
    assert not box.closed
    assert (box.last_edge_ns - at) / 1e6 < 0.2
    box.board.run_until(lambda: box.closed, 5_000, "the contactor again")
    assert box.board.console.received.count(b"started after power-on") == 2


def test_a_reset_by_the_firmware_is_named(at_prompt):
    box = at_prompt()
    box.board.console.start(
        "import machine\nfrom pilotwire.update import maintenance\n"
        "maintenance.enter(hal, 'command')\nmachine.reset()"
    )
    box.board.run_until(lambda: not box.board.connected, 500, "the reset")
    box.opens_within(HOLD_MS + 5)
    box.board.wait_for_restart()
    assert box.board.exec(LAST) == "command\n"


def test_ctrl_c_while_closed_is_maintenance_mode(on_its_own):
    box = on_its_own()
    box.board.console.read()
    box.board.console.write(CTRL_C)
    box.opens_within(HOLD_MS + 60)
    box.board.console.expect(b">>> ")
    assert box.stays_open(WATCHDOG_MS + 500)
    assert box.world.pilot.duty == duty.X1
    assert not any(channel.active for channel in box.board.chip.dma.channels)
    box.board.console.write(CTRL_D)  # a soft reset is the way back
    box.board.console.expect(b"started after console", 5_000)
    box.board.run_until(lambda: box.closed, 5_000, "the contactor again")


def test_mpremote_attaching_while_closed_is_maintenance_mode(on_its_own):
    box = on_its_own()
    assert box.board.exec("print('alive')") == "alive\n"  # Ctrl-C twice, then the raw REPL
    box.opens_within(HOLD_MS)
    assert box.stays_open(WATCHDOG_MS + 500)
    assert box.world.pilot.duty == duty.X1
    assert box.board.exec(LAST) == "console\n"


BLOCKS = RING1.replace(
    b"            await asyncio.sleep(1)\n",
    b"            await asyncio.sleep(1)\n"
    b"            if self.guard.handover.up[handover.UP_CLOSED]:\n"
    b"                import time\n"
    b"                print('blocked')\n"
    b"                time.sleep(60)\n",
)


def test_a_blocked_loop_ends_the_charge_in_order_then_in_the_watchdog(on_its_own):
    """30 s, then X1, then 6 s for a car that does not react, then open, then the watchdog."""
    box = on_its_own(BLOCKS)
    handed_down = box.board.ns  # a little later than that
    box.world.car.react_ms = 60_000
    box.board.console.expect(b"blocked", 5_000)
    box.board.run_ms(26_000)
    assert box.closed, "not before its time"
    assert box.world.pilot.duty == 2_666
    box.board.run_until(lambda: box.world.pilot.duty == duty.X1, 5_000, "X1")
    x1 = box.board.ns
    assert (x1 - handed_down) / 1e9 == pytest.approx(29, abs=2)
    box.board.run_until(lambda: not box.closed, 7_000, "the opening")
    assert (box.last_edge_ns - x1) / 1e9 == pytest.approx(6, abs=0.1)
    box.board.run_until(lambda: not box.board.connected, 2 * WATCHDOG_MS, "the watchdog")
    assert (box.board.ns - box.last_edge_ns) / 1e6 == pytest.approx(WATCHDOG_MS, abs=50)
    box.board.console.expect(b"started after watchdog", 5_000)


@pytest.mark.parametrize("dead_man", [True, False])
def test_a_core_that_hangs_with_interrupts_off(at_prompt, dead_man):
    """The dead-man opens by itself; a plain pin stays closed until the watchdog bites."""
    box = at_prompt(dead_man=dead_man)
    box.board.console.start("import machine\nmachine.disable_irq()\nwhile True: pass")
    took_ms = box.opens_within(WATCHDOG_MS + 20)
    if dead_man:
        assert took_ms <= TICK_MS + TOKEN_MS + HOLD_MS + 5
    else:
        assert took_ms == pytest.approx(WATCHDOG_MS, abs=20)
    assert ends_after_reset(box) == "watchdog"
