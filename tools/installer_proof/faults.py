"""Twelve faults of an installer's days: how each is wired, which step names it, and what as."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from board_check.divider import Divider
from plant import Adapter, World
from plant.slave import MeterSlave

WIFI = {"home": ("correct horse", -61)}
_RIGHT, _WRONG = Divider(100_000, 28_200, 22_000), Divider(120_000, 28_200, 22_000)


@dataclass
class Scene:
    """What is wired."""

    world: World = field(default_factory=World)
    adapter: Adapter = field(default_factory=Adapter)
    baud: int = 9_600
    config: dict[str, Any] = field(default_factory=dict)

    def meter(self) -> MeterSlave:
        return MeterSlave(self.world.reading, baud=self.baud, strict=True)


@dataclass(frozen=True)
class Fault:
    """`step` and `cause` are what commissioning is to name; none of a box that is wired right."""

    name: str
    wire: Callable[[Scene], object]
    step: str = ""
    cause: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)


def _pe_missing(scene: Scene) -> None:
    scene.world.pe_ok = False


def _l_and_n(scene: Scene) -> None:
    scene.world.mains.swapped = 1


def _reversed(scene: Scene) -> None:
    scene.world.meter.reversed = (True, True, True)


def _crossed(scene: Scene) -> None:
    scene.world.meter.cts = (1, 0, 2)


def _feedback(scene: Scene) -> None:
    scene.world.contactor.feedback_swapped = True


def _proximity(scene: Scene) -> None:
    scene.world.pp_short = True


def _rcd_test(scene: Scene) -> None:
    scene.world.rcd.test_cut = True


def _diode(scene: Scene) -> None:
    scene.adapter.diode_shorted = True


def _divider(scene: Scene) -> None:
    """120 kohm where 100 kohm belong, between the pilot and the pin."""
    high, low = (_RIGHT.pilot_mv(_WRONG.pin_mv(mv)) for mv in (12_000, -12_000))
    scene.world.pilot.gain_pm = round((high - low) / 24)
    scene.world.pilot.offset_mv = round((high + low) / 2)


def _lock(scene: Scene) -> None:
    scene.world.lock.jammed = True


def _speed(scene: Scene) -> None:
    scene.baud = 19_200


FAULTS = (
    Fault("PE missing", _pe_missing, "earth", "pe-missing"),
    Fault("L and N swapped", _l_and_n, "supply", "l-n-swapped"),
    Fault("meter reversed", _reversed, "load", "meter-reversed"),
    Fault("CT phases crossed", _crossed, "load", "phases-crossed"),
    Fault("feedback at the wrong contact", _feedback, "contacts", "feedback-contact"),
    Fault("proximity short", _proximity, "proximity", "proximity-short"),
    Fault("RCD test not wired", _rcd_test, "rcd", "rcd-test-wire"),
    Fault("diode missing in the adapter", _diode, "diode", "diode-missing"),
    Fault("pilot divider with a wrong resistor", _divider, "pilot-open", "divider"),
    Fault("lock jammed", _lock, "lock", "lock-jammed"),
    Fault("meter at another speed", _speed, "meter", "meter-speed"),
    Fault("Wi-Fi key wrong", lambda _: None, "wifi", "wifi-key", {"wifi_key": "wrong horse"}),
)
HEALTHY = Fault("none", lambda _: None)


def _one_phase(scene: Scene) -> None:
    scene.world.mains.outages = (False, True, True)


def _one_phase_l_and_n(scene: Scene) -> None:
    _one_phase(scene)
    _l_and_n(scene)


# On one phase the meter sees nothing of it, and the earth monitor the same in both cases: there a
# voltmeter has to decide.
ONE_PHASE = (
    Fault("L and N swapped, one phase", _one_phase_l_and_n, "earth", "l-n-swapped", {"phases": 1}),
    Fault(
        "PE missing, one phase",
        lambda scene: (_one_phase(scene), _pe_missing(scene)),
        "earth",
        "pe-missing",
        {"phases": 1},
    ),
)
