"""IEC 61851-1 Annex A, table A.6; GB/T 18487.1-2023 table A.7: the sequences by their numbers."""

from collections.abc import Iterator
from itertools import pairwise

from pilotwire.pilot import handover, levels
from plant import Car, SimpleCar, Toggler

from ..bench import (
    EVERY,
    FAST,
    ONCE,
    ROUND,
    Bench,
    Puppet,
    drops_s2,
    hands_down,
    limit,
    oscillates,
    sets,
    since_ms,
)
from ..row import IEC, Limit, Row, at_least, at_most, between, never

X1 = 10_000
_PAUSED = handover.FLAG_AUTHORISED | handover.FLAG_RECORDED
_OPEN_MS = at_most(100, "ms")
_CLOSE_MS = at_most(3_000, "ms")


def _sees(state: int, kind: type[Car]):
    """From the pilot's level to the report."""

    def measure(bench: Bench) -> float:
        outlet = bench.plugged(bench.car(kind, asks=False))
        outlet.until(lambda: outlet.up(handover.UP_STATE) == state, 1_000)
        return since_ms(outlet, "cp")

    return measure


def _withdraws(bench: Bench) -> float:
    outlet = bench.ready()
    return bench.takes(outlet, outlet.world.unplug, lambda: outlet.guard.duty == X1)


def _pulled(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, outlet.world.unplug)


def _cut(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.cable, cp_cut=True))


def _cut_in_d(bench: Bench) -> float:
    outlet = bench.charging(bench.car(r2_ohm=270), ventilated=True)
    return bench.opens(outlet, sets(outlet.world.cable, cp_cut=True))


def _monitoring(bench: Bench) -> int:
    """The shortest loss of the pilot that opens: what is longer than the monitoring's period."""
    outlet = bench.charging()
    cable = outlet.world.cable
    for ms in range(5, 200, 5):
        at_us = outlet.world.now_us + bench.phase_us
        outlet.world.agenda.at(at_us, sets(cable, cp_cut=True))
        outlet.world.agenda.at(at_us + ms * 1_000, sets(cable, cp_cut=False))
        outlet.run(300)
        if outlet.up(handover.UP_CLOSINGS) > 1 or not outlet.closed:
            return ms
    raise AssertionError("no loss of the pilot was seen")


def _offers(bench: Bench) -> float:
    outlet = bench.outlet(bench.car(asks=False))
    outlet.ring1.flags = _PAUSED
    outlet.run(8_000)
    act = hands_down(outlet, flags=_PAUSED | handover.FLAG_RUN)
    return bench.takes(outlet, act, lambda: oscillates(outlet))


def _offers_a_ready_one(bench: Bench) -> float:
    outlet = bench.outlet(bench.car(SimpleCar))
    outlet.ring1.flags = _PAUSED
    outlet.run(8_000)
    bench.does(outlet, hands_down(outlet, flags=_PAUSED | handover.FLAG_RUN))
    outlet.until(lambda: oscillates(outlet), 1_000)
    at_us = outlet.world.now_us
    outlet.until(lambda: outlet.closed, 20_000)
    return (outlet.world.now_us - at_us) / 1_000


def _closes(bench: Bench) -> float:
    outlet = bench.ready()
    bench.does(outlet, outlet.world.car.want)
    outlet.until(lambda: outlet.closed, 20_000)
    return since_ms(outlet, "s2")


def _closes_in_d(bench: Bench) -> float:
    outlet = bench.ready(bench.car(asks=False, r2_ohm=270), ventilated=True)
    bench.does(outlet, outlet.world.car.want)
    outlet.until(lambda: outlet.closed, 20_000)
    return since_ms(outlet, "s2")


def _drawn(bench: Bench) -> float:
    outlet = bench.charging()
    return outlet.world.current_ma()[0]


def _lower(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.takes(outlet, limit(outlet, 8_000), lambda: outlet.guard.duty == 1_333)


def _higher(bench: Bench) -> float:
    """Asked for at the worst moment, just after a reduction."""
    outlet = bench.charging()
    limit(outlet, 8_000)()
    outlet.run(30)
    return bench.takes(outlet, limit(outlet, 16_000), lambda: outlet.guard.duty == 2_666)


def _between_raises(bench: Bench) -> float:
    outlet = bench.charging(limit_ma=6_000)
    changes: list[int] = []
    driven = [outlet.guard.duty]

    def watch() -> None:
        if outlet.guard.duty != driven[0]:
            changes.append(outlet.world.now_us)
            driven[0] = outlet.guard.duty

    outlet.watchers.append(watch)
    outlet.run(6_000)
    for ma in range(7_000, 30_000, 500):  # every 500 ms a little more
        bench.does(outlet, limit(outlet, ma))
        outlet.run(500)
    gaps = [b - a for a, b in pairwise(changes)]
    assert gaps, "the duty never rose"
    return min(gaps) / 1_000


def _stops_itself(bench: Bench) -> int:
    outlet = bench.charging()
    bench.does(outlet, outlet.world.car.stop)
    outlet.until(lambda: not outlet.closed, 10_000)
    outlet.run(500)
    return outlet.world.opened_under_load


def _s2_opens(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, drops_s2(outlet))


def _offer_stands(bench: Bench) -> float:
    """How often the offer was missing in the 10 s after S2 had opened."""
    outlet = bench.charging()
    bench.opens(outlet, drops_s2(outlet))
    missing = []
    outlet.watchers.append(lambda: missing.append(outlet.guard.duty != 2_666))
    outlet.run(10_000)
    return sum(missing)


def _closes_again(bench: Bench) -> float:
    """S2 closes as soon as it has opened."""
    outlet = bench.charging()
    car = outlet.world.car
    bench.opens(outlet, drops_s2(outlet))
    bench.does(outlet, sets(car, s2=True))
    car.want()
    outlet.until(lambda: outlet.closed, 20_000)
    return since_ms(outlet, "s2")


def _opens_in_c1(bench: Bench) -> float:
    outlet = bench.charging(bench.car(react_ms=3_000))
    outlet.ring1.flags = _PAUSED
    outlet.urgent = True
    outlet.until(lambda: outlet.guard.duty == X1, 100)
    outlet.run(500)
    return bench.opens(outlet, drops_s2(outlet))


def _stop(bench: Bench) -> float:
    outlet = bench.charging()
    act = hands_down(outlet, flags=_PAUSED)
    return bench.takes(outlet, act, lambda: outlet.guard.duty == X1)


def _waits(bench: Bench) -> int:
    """Openings under load, of a vehicle that takes all of the 3 s."""
    outlet = bench.charging(bench.car(react_ms=2_400, s2_ms=2_900))
    bench.does(outlet, hands_down(outlet, flags=_PAUSED))
    outlet.until(lambda: not outlet.closed, 10_000)
    outlet.run(500)
    return outlet.world.opened_under_load


def _stays_b1(bench: Bench) -> int:
    """Ticks with an oscillating pilot in the 30 s after the offer has ended."""
    outlet = bench.ready()
    bench.does(outlet, hands_down(outlet, flags=_PAUSED))
    outlet.until(lambda: outlet.guard.duty == X1, 100)
    seen = []
    outlet.watchers.append(lambda: seen.append(outlet.guard.duty != X1))
    outlet.run(30_000)
    return sum(seen)


def _forced(bench: Bench) -> float:
    outlet = bench.charging()
    outlet.world.car.ignores_stop = True
    bench.does(outlet, hands_down(outlet, flags=_PAUSED))
    outlet.until(lambda: outlet.guard.duty == X1, 100)
    at_us = outlet.world.now_us
    outlet.until(lambda: not outlet.closed, 10_000)
    return (outlet.world.now_us - at_us) / 1_000


def _toggles(bench: Bench) -> Iterator[int]:
    """Toggles that were missed or invented, of three each."""
    for half_ms in (200, 300, 400, 3_000):
        car = bench.car(Toggler, count=3, half_ms=half_ms, asks=False)
        outlet = bench.outlet()
        outlet.ring1.flags = 0
        outlet.run(500)
        cable = outlet.world.cable or bench.cable()
        bench.does(outlet, lambda o=outlet, c=cable, v=car: o.world.plug(c, v))
        outlet.run(3_000 + 6 * half_ms)
        yield abs(outlet.up(handover.UP_TOGGLES) - 3)
        assert not outlet.up(handover.UP_CLOSINGS), "energy for a toggle"


def _toggles_under_pwm(bench: Bench) -> Iterator[int]:
    """Closings for toggles of ISO 15118-3, 200 to 400 ms a half, while current is offered."""
    for half_ms in (200, 300, 400):
        outlet = bench.ready(bench.car(Puppet))
        car = outlet.world.car
        for _ in range(4):
            bench.does(outlet, sets(car, s2=True))
            outlet.run(half_ms)
            bench.does(outlet, sets(car, s2=False))
            outlet.run(half_ms)
        yield outlet.up(handover.UP_CLOSINGS)


def _short_by_cable(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.cable, cp_pe_ohm=0))


def _dead_generator(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.pilot, dead=True))


def _stuck_low(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world.pilot, stuck_duty=0))


def _own_f(bench: Bench) -> float:
    """To state F by a fault that needs a person."""
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world, cover_open=True))


ROWS = (
    Row(
        "seq-1-1-vehicle-seen",
        "seq. 1.1",
        "A to B: a vehicle that is plugged in is seen",
        at_most(100, "ms", ours=True),
        _sees(levels.B, Car),
    ),
    Row(
        "seq-1-2-simplified-vehicle-seen",
        "seq. 1.2, A.2.3",
        "A to C: a vehicle without S2 is seen",
        at_most(100, "ms", ours=True),
        _sees(levels.C, SimpleCar),
    ),
    Row(
        "seq-2-1-offer-ends-with-the-plug",
        "seq. 2.1, 9.3",
        "B to A, A2 to A1: the oscillator is off after unplugging",
        _OPEN_MS,
        _withdraws,
    ),
    Row(
        "seq-2-2-plug-pulled",
        "seq. 2.2; GB/T A.3.10.5-7",
        "Plug pulled while charging: open",
        _OPEN_MS,
        _pulled,
    ),
    Row(
        "seq-2-2-pilot-cut",
        "seq. 2.2; GB/T A.3.10.5-7",
        "Pilot conductor breaks in state C: open",
        _OPEN_MS,
        _cut,
    ),
    Row(
        "seq-2-2-pilot-cut-in-d",
        "seq. 2.2",
        "Pilot conductor breaks in state D: open",
        _OPEN_MS,
        _cut_in_d,
        IEC,
    ),
    Row(
        "monitoring-period",
        "GB/T A.3.10.5-7",
        "A loss of the pilot is noticed if it lasts as long as the monitoring period",
        at_most(50, "ms"),
        _monitoring,
    ),
    Row(
        "seq-3-1-oscillator-on",
        "seq. 3.1",
        "B1 to B2: current is offered once it is allowed",
        at_most(100, "ms", ours=True),
        _offers,
    ),
    Row(
        "seq-3-2-closes-for-one-that-waits",
        "seq. 3.2",
        "C1 to C2: S2 is closed before the oscillator starts; close after its start",
        _CLOSE_MS,
        _offers_a_ready_one,
    ),
    Row("seq-4-closes-in-c", "seq. 4", "B2 to C2: close after S2", _CLOSE_MS, _closes),
    Row(
        "seq-4-closes-in-d",
        "seq. 4",
        "B2 to D2, ventilated: close after S2",
        _CLOSE_MS,
        _closes_in_d,
        IEC,
    ),
    Row(
        "seq-5-vehicle-draws-what-is-offered",
        "seq. 5; tables A.2, A.3",
        "A charge begins at every corner of all tolerances; drawn of 16 A offered",
        between(15_990, 16_000, "mA"),
        _drawn,
        corners=EVERY,
        phases_us=ONCE,
    ),
    Row(
        "seq-6-reduction",
        "seq. 6",
        "A lower limit reaches the pilot",
        at_most(10_000, "ms"),
        _lower,
    ),
    Row(
        "seq-6-raise", "seq. 6", "A higher limit reaches the pilot", at_most(10_000, "ms"), _higher
    ),
    Row(
        "seq-6-between-raises",
        "seq. 6",
        "Between a change of duty and the next raise (a reduction does not wait)",
        at_least(5_000, "ms"),
        _between_raises,
    ),
    Row(
        "seq-7-vehicle-stops-itself",
        "seq. 7, 8.1",
        "The vehicle ends the charge: the contactor opens without load",
        never("under load"),
        _stops_itself,
    ),
    Row("seq-8-1-s2-opens", "seq. 8.1", "C2 to B2: open after S2", _OPEN_MS, _s2_opens),
    Row(
        "seq-8-1-offer-stands",
        "seq. 8.1",
        "C2 to B2: the oscillator stays on",
        never("ticks without"),
        _offer_stands,
    ),
    Row(
        "seq-8-1-closes-again",
        "seq. 8.1, 4",
        "S2 closes again at once: energise again (restart delay 1 s)",
        _CLOSE_MS,
        _closes_again,
    ),
    Row(
        "seq-8-2-s2-opens-in-c1",
        "seq. 8.2, 10.1",
        "C1 to B1: open after S2",
        _OPEN_MS,
        _opens_in_c1,
    ),
    Row(
        "seq-9-1-stop",
        "seq. 9.1",
        "C2 to C1: steady +12 V after a stop is asked for",
        at_most(100, "ms", ours=True),
        _stop,
    ),
    Row(
        "seq-9-1-waits-for-the-vehicle",
        "seq. 9.1, 10.1",
        "C2 to C1: a vehicle that takes its 3 s is not cut off under load",
        never("under load"),
        _waits,
    ),
    Row(
        "seq-9-2-stays-at-12-v",
        "seq. 9.2",
        "B2 to B1: steady +12 V stays until current is offered anew",
        never("ticks with PWM"),
        _stays_b1,
    ),
    Row(
        "seq-10-2-forced",
        "seq. 10.2; GB/T A.3.9.2",
        "The vehicle ignores the stop: open under load, after more than 6 s",
        Limit("ms", 6_001, 6_500),
        _forced,
        phases_us=FAST + ROUND[:2],
    ),
    Row(
        "seq-11-toggles",
        "seq. 11",
        "B-C-B toggles of 200 ms to 3 s are counted, without energy",
        never("miscounted"),
        _toggles,
    ),
    Row(
        "seq-11-toggles-under-pwm",
        "seq. 11; ISO 15118-3",
        "B-C-B toggles of 200 to 400 ms while current is offered get no energy",
        never("closings"),
        _toggles_under_pwm,
    ),
    Row(
        "seq-12-pilot-shorted",
        "seq. 12",
        "To state E by a short of the pilot to PE: open",
        _OPEN_MS,
        _short_by_cable,
    ),
    Row(
        "seq-12-generator-dead",
        "seq. 12",
        "To state E by a dead generator: open",
        _OPEN_MS,
        _dead_generator,
    ),
    Row(
        "seq-12-generator-low",
        "seq. 12",
        "To state F by the generator: open",
        _OPEN_MS,
        _stuck_low,
    ),
    Row(
        "seq-12-own-f",
        "seq. 12",
        "To state F by the wallbox itself (cover opened): open",
        _OPEN_MS,
        _own_f,
    ),
)
