"""The lock of a socket: IEC 61851-1 table D.9, seq. 12; GB/T 18487.1-2023 10.6.1, table A.7."""

from typing import Any

from pilotwire.pilot import handover, signals
from plant import Lock
from plant.link import named
from ring0.guarded import Guarded

from ..bench import ONCE, ONLY_NOMINAL, ROUND, Bench, hands_down, sets
from ..row import GBT, IEC, Row, at_least, at_most, between, never

_BOX: dict[str, Any] = {"lock": True}


def _holds(outlet: Guarded) -> bool:
    """Whether the guard drives the bolt out."""
    return named(outlet.guard.outputs)["lock"]


def _car_in_socket(bench: Bench, **box):
    """A box with a socket, also of GB/T (connection B)."""
    return bench.charging(cable=bench.cable(), **_BOX, **box)


def _jammed(bench: Bench) -> int:
    lock = Lock()
    lock.jammed = True
    outlet = bench.outlet(
        bench.car(), bench.cable(), limit_ma=20_000, world={"lock": lock}, **_BOX
    )
    outlet.run(30_000)
    assert "lock" in outlet.fault_codes, outlet
    return outlet.up(handover.UP_CLOSINGS)


def _before(bench: Bench) -> int:
    """Ticks with the contactor closed and the bolt not out."""
    outlet = bench.outlet(bench.car(), bench.cable(), limit_ma=20_000, **_BOX)
    seen = []
    outlet.watchers.append(lambda: seen.append(outlet.closed and not outlet.world.lock.locked))
    outlet.charge()
    return sum(seen)


def _lost(bench: Bench) -> float:
    outlet = _car_in_socket(bench, limit_ma=20_000)
    return bench.opens(outlet, sets(outlet.world, lock_ok=False))


def _small(bench: Bench) -> int:
    """Charges at 16 A that a missing lock prevents."""
    lock = Lock()
    lock.jammed = True
    outlet = bench.outlet(bench.car(), bench.cable(), world={"lock": lock}, **_BOX)
    outlet.run(20_000)
    return int(not outlet.closed)


def _released(bench: Bench, act) -> float:
    """From the contacts' parting to the command that pulls the bolt in."""
    outlet = _car_in_socket(bench, limit_ma=20_000)
    bench.does(outlet, act(outlet))
    outlet.until(lambda: not outlet.world.poles, 10_000)
    outlet.until(lambda: not _holds(outlet), 30_000)
    return since_contacts(outlet)


def since_contacts(outlet: Guarded) -> float:
    return (outlet.world.now_us - outlet.world.changed_us["contacts"]) / 1_000


def _after_power(bench: Bench) -> float:
    return _released(bench, lambda outlet: hands_down(outlet, flags=0))


def _after_fault(bench: Bench) -> float:
    """The pilot is lost at the vehicle, which cuts the power at once."""
    return _released(bench, lambda outlet: sets(outlet.world.cable, cp_cut=True))


def _after_unplugging(bench: Bench) -> float:
    """From state A, in B2 with the bolt out, to the command that pulls it in."""
    outlet = bench.ready(cable=bench.cable(), limit_ma=20_000, **_BOX)
    outlet.run(1_000)
    assert _holds(outlet), outlet
    return bench.takes(outlet, outlet.world.unplug, lambda: not _holds(outlet))


def _after_permission(bench: Bench) -> float:
    outlet = bench.ready(cable=bench.cable(), limit_ma=20_000, **_BOX)
    outlet.run(1_000)
    act = hands_down(outlet, flags=handover.FLAG_RECORDED)
    return bench.takes(outlet, act, lambda: not _holds(outlet))


assert signals.OUT_LOCK == 1

ROWS = (
    Row(
        "lock-before-closing",
        "table D.9; GB/T 10.6.1",
        "Energised only while the bolt is out",
        never("ticks without"),
        _before,
    ),
    Row(
        "lock-jammed",
        "table D.9; GB/T 10.6.1",
        "The bolt does not move: a fault, not energised (20 A)",
        never("closings"),
        _jammed,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "lock-lost",
        "table D.9; GB/T 10.6.1",
        "The bolt's report is lost while charging: open",
        at_most(500, "ms", ours=True),
        _lost,
        phases_us=ROUND,
    ),
    Row(
        "lock-up-to-16-a",
        "GB/T 10.6.1",
        "Up to 16 A the lock is optional",
        never("prevented"),
        _small,
        GBT,
        ONLY_NOMINAL,
        ONCE,
    ),
    Row(
        "lock-16-a-iec",
        "table D.9",
        "A jammed lock prevents a charge at 16 A too",
        between(1, 1, "prevented"),
        _small,
        IEC,
        ONLY_NOMINAL,
        ONCE,
    ),
    Row(
        "lock-released-after-stop",
        "seq. 12",
        "Unlocked after the contacts have parted: a stop",
        at_least(100, "ms"),
        _after_power,
        phases_us=ROUND,
    ),
    Row(
        "lock-released-after-fault",
        "seq. 12",
        "Unlocked after the contacts have parted: the pilot lost",
        at_least(100, "ms"),
        _after_fault,
        phases_us=ROUND,
    ),
    Row(
        "lock-released-after-unplugging",
        "seq. 2.1; GB/T table A.7",
        "Unlocked after state 1, the plug at the vehicle being pulled",
        between(100, 5_000, "ms"),
        _after_unplugging,
        phases_us=ROUND,
    ),
    Row(
        "lock-released-by-the-user",
        "seq. 2.1; GB/T table A.7",
        "Unlocked after the user has ended the session",
        at_most(5_000, "ms"),
        _after_permission,
        phases_us=ROUND,
    ),
)
