"""The end of a run: all is mended, the operator cares, a sound vehicle comes. Is the box well?"""

from typing import TYPE_CHECKING

from plant import Car

from .settings import TOKENS

if TYPE_CHECKING:
    from .simulation import Simulation

LASTS_US = 15 * 60 * 1_000_000

_S = 1_000_000
_CARES_S = range(5, 840, 30)  # when the operator looks after it
_COMES_S = 20
_LEAVES_S = 600
_WANTS_WH = 300
_HAS_HAD_WH = _WANTS_WH - 1


class Recovery:
    """`begin` it when the chaos ends; after LASTS_US `missing` tells what is not well."""

    def __init__(self, simulation: "Simulation"):
        self._sim = simulation
        self._due_wh: float | None = None  # what the plant's meter shows when the vehicle is full

    def begin(self) -> None:
        sim = self._sim
        sim.say("all is mended")
        world = sim.world_now()
        world.mains.outage = False
        world.unplug()
        sim.box.power_on()
        for s in _CARES_S:
            sim.clock.after(s * _S, self._care)
        sim.clock.after(_COMES_S * _S, self._come)
        sim.clock.after(_LEAVES_S * _S, lambda: sim.world_now().unplug())

    def missing(self) -> str:
        sim = self._sim
        app = sim.box.app
        if not app:
            return "the box is off"
        missing = []
        if not sim.backend.online or not app.link.connected:
            missing.append(f"not connected: {app.link.reason}")
        if not self._charged:
            missing.append(f"no charge: {sim.backend.state}")
        if app.session.active:
            missing.append(f"charge {app.session.number} has no end")
        if sorted(sim.backend.records) != list(range(1, app.journal.seq + 1)):
            missing.append(f"{len(sim.backend.records)} records of {app.journal.seq}")
        return "; ".join(missing)

    @property
    def _charged(self) -> bool:
        return self._due_wh is not None and self._sim.true_wh() >= self._due_wh

    def _care(self) -> None:
        """What an operator can do for a box from afar."""
        sim = self._sim
        sim.box.power_on()
        if self._charged:
            return
        for type_ in ("clear-faults", "resume"):
            sim.backend.command(type_)
        for source in ("operator", "site"):
            sim.backend.limit(32_000, 7_200, 32_000, source)
        sim.backend.command("dim", args={"ttl_s": 0})
        sim.backend.reserve(TOKENS[0], 0, 0)
        sim.backend.schedule(None)
        sim.backend.set("enable", "true")
        sim.backend.set("limit_ma", "32000")
        if sim.world.plugged:
            sim.backend.command("start")
            sim.backend.command("override", args={"on": True})

    def _come(self) -> None:
        sim = self._sim
        if sim.driver.plug("last", Car(wanted_wh=_WANTS_WH), 32):
            self._due_wh = sim.true_wh() + _HAS_HAD_WH
        else:
            sim.clock.after(5 * _S, self._come)
