"""Waking a vehicle that sleeps: IEC 61851-1 A.5.3; GB/T 18487.1-2023 5.2.1.7."""

from pilotwire.pilot.settings import WAKE_F, WAKE_NOT, WAKE_X1
from plant import Sleeper
from plant.sleeper import LOST, X1
from ring0.guarded import Guarded

from ..bench import EDGES, ONCE, Bench, hands_down, oscillates
from ..row import Row, between, never

_TEXT = "A.5.3 could not be read: 4 s, one attempt and F are from products"


def _calls(outlet: Guarded, for_ms: int) -> list[tuple[int, float]]:
    """What was driven in turn that was no PWM, with the ms that each lasted."""
    driven: list[tuple[int, int]] = []

    def watch() -> None:
        duty = outlet.guard.duty if not oscillates(outlet) else -1
        if not driven or driven[-1][0] != duty:
            driven.append((duty, outlet.world.now_us))

    outlet.watchers.append(watch)
    outlet.run(for_ms)
    ends = [*driven[1:], (0, outlet.world.now_us)]
    pairs = zip(driven, ends, strict=True)
    return [(duty, (end - at) / 1_000) for (duty, at), (_, end) in pairs if duty >= 0]


def _asleep(bench: Bench, wake: int) -> Guarded:
    outlet = bench.outlet(bench.car(Sleeper, hold_ms=1 << 30), wake=wake)
    outlet.run(1_000)  # after the start the mains must have been in range for a while
    outlet.until(lambda: oscillates(outlet), 20_000)
    return outlet


def _after(bench: Bench) -> float:
    outlet = _asleep(bench, WAKE_F)
    at_us = outlet.world.now_us
    outlet.until(lambda: not oscillates(outlet), 60_000)
    return (outlet.world.now_us - at_us) / 1_000


def _call_f(bench: Bench) -> float:
    calls = _calls(_asleep(bench, WAKE_F), 45_000)
    assert [duty for duty, _ in calls] == [0, 10_000], calls
    return calls[0][1]


def _pause(bench: Bench) -> float:
    return _calls(_asleep(bench, WAKE_F), 45_000)[1][1]


def _call_x1(bench: Bench) -> float:
    calls = _calls(_asleep(bench, WAKE_X1), 45_000)
    assert [duty for duty, _ in calls] == [10_000], calls
    return calls[0][1]


def _again(bench: Bench) -> int:
    """Calls after the first, in 2 minutes."""
    outlet = _asleep(bench, WAKE_F)
    return sum(duty == 0 for duty, _ in _calls(outlet, 150_000)) - 1


def _not(bench: Bench) -> int:
    return len(_calls(_asleep(bench, WAKE_NOT), 60_000))


def _wakes(form: int, wakes_on: str):
    def measure(bench: Bench) -> int:
        outlet = bench.outlet(bench.car(Sleeper, wakes_on=wakes_on), wake=form)
        outlet.charge()
        outlet.run(1_000)
        return int(bool(outlet.fault_codes))

    return measure


def _interrupted(bench: Bench) -> int:
    """Ticks in F after the stop of a charge that falls into the call."""
    outlet = _asleep(bench, WAKE_F)
    outlet.until(lambda: outlet.guard.duty == 0, 60_000)
    bench.does(outlet, hands_down(outlet, flags=0))
    outlet.run(500)  # F lasts 300 ms at least
    seen = []
    outlet.watchers.append(lambda: seen.append(outlet.guard.duty == 0))
    outlet.run(5_000)
    return sum(seen)


_FEW = EDGES[:1]

ROWS = (
    Row(
        "wake-after-30-s",
        "A.5.3; GB/T 5.2.1.7",
        "State B2 before the call",
        between(29_500, 31_000, "ms", ours=True),
        _after,
        corners=_FEW,
    ),
    Row(
        "wake-by-f",
        "A.5.3; GB/T 5.2.1.7",
        "The call: state F, then X1",
        between(4_000, 4_500, "ms"),
        _call_f,
        unverified=_TEXT,
    ),
    Row(
        "wake-pause",
        "A.5.3",
        "X1 after the call, before PWM",
        between(500, 1_000, "ms"),
        _pause,
        unverified=_TEXT,
    ),
    Row(
        "wake-by-x1",
        "A.5.3; GB/T 5.2.1.7",
        "The second form: the offer ends for a while",
        between(4_000, 6_000, "ms", ours=True),
        _call_x1,
        corners=_FEW,
    ),
    Row(
        "wake-once",
        "A.5.3",
        "Calls after the first one, in 2 minutes",
        never("calls"),
        _again,
        corners=_FEW,
        phases_us=ONCE,
        unverified=_TEXT,
    ),
    Row(
        "wake-not",
        "A.5.3",
        "No call where the settings want none",
        never("calls", ours=True),
        _not,
        corners=_FEW,
        phases_us=ONCE,
    ),
    Row(
        "wake-by-f-helps",
        "A.5.3",
        "A vehicle that wakes on a lost pilot charges",
        never("faults"),
        _wakes(WAKE_F, LOST),
        phases_us=ONCE,
    ),
    Row(
        "wake-by-x1-helps",
        "A.5.3",
        "A vehicle that wakes on a new offer charges",
        never("faults"),
        _wakes(WAKE_X1, X1),
        phases_us=ONCE,
    ),
    Row(
        "wake-interrupted",
        "A.5.3",
        "A stop during the call ends it",
        never("ticks in F", ours=True),
        _interrupted,
        corners=_FEW,
    ),
)
