"""evcc's charger of type `custom` and what its control loop holds against it.

After evcc's charger/charger.go and core/loadpoint.go: `syncCharger`, `setLimit`, `scalePhases`,
`phasesFromChargeCurrents`, with its constants. Only what decides about warnings is here.
"""

from collections.abc import Callable
from typing import Any

from .sources import Getter, Setter, SourceError, Wire

CYCLE_S = 30  # evcc's default, and the least that it recommends
_SWITCH_S = 60  # chargerSwitchDuration and phaseSwitchDuration: out of sync is no fault so long
_MIN_A = 6.0
_ACTIVE_A = 1.0  # a phase in use
_NEVER_S = float("-inf")


def status_of(text: str) -> str:
    """ChargeStatusString: A, B or C. Raises SourceError."""
    text = text.strip("\0 ").upper()
    if text[:1] in ("A", "B"):
        return text[:1]
    if text[:1] in ("C", "D"):
        return "B" if text in ("C1", "D1") else "C"
    raise SourceError(f"invalid status: {text}")


class Evcc:
    """One load point. `charger`: the charger's configuration; `publish(topic, payload)` reaches
    the broker, `now_s()` is the time. `warnings` and `errors` are its log.

    Call `receive` with what the broker sends, `tick` once a second, `cycle` every CYCLE_S.
    """

    def __init__(
        self,
        charger: dict[str, Any],
        publish: Callable[[str, str], object],
        now_s: Callable[[], float],
    ):
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self.status = ""
        self.enabled = False
        self.offered_a = 0.0
        self.phases = 0  # unknown
        self.currents: list[float] | None = None
        self._wire = wire = Wire(publish, now_s)
        self.receive = wire.receive
        self._now_s = now_s
        self._measured = 0
        self._switched_s = self._phases_s = _NEVER_S
        self._status = Getter(wire, charger["status"])
        self._enabled = Getter(wire, charger["enabled"])
        self._power = Getter(wire, charger["power"])
        self._currents = [Getter(wire, source) for source in charger["currents"]]
        self._enable = Setter(wire, "enable", charger["enable"])
        self._current = Setter(wire, "maxcurrentmillis", charger["maxcurrentmillis"])
        self._phases = Setter(wire, "phases", charger["phases1p3p"])
        if charger["tos"] is not True:
            raise ValueError("phases1p3p wants tos: true")

    def prepare(self) -> None:
        """At evcc's start, once: a charge that goes on is not ended."""
        try:
            self.enabled = self._enabled.boolean()
        except SourceError as error:
            self.errors.append(f"charger enabled: {error}")
            return
        if self.enabled:
            self._set_limit(_MIN_A)

    def tick(self) -> None:
        for setter in (self._enable, self._current, self._phases):
            setter.tick()

    def cycle(self, wanted_a: float, phases: int = 0) -> None:
        """One `Update`: `wanted_a` (below 6: off) and `phases` (0: as they are) are to hold."""
        self._read_meter()
        try:
            self.status = status_of(self._status.text())
        except SourceError as error:
            self.errors.append(f"charger status: {error}")
            return
        try:
            self._sync()
        except SourceError as error:
            self.errors.append(str(error))
            return
        if self.status == "A":
            self._set_limit(0)
            return
        if phases and phases != self.phases:
            self._phases(phases)
            self._phases_s = self._now_s()
            self.phases = phases
            self._measured = 0
        self._set_limit(wanted_a)

    # Its parts, in evcc's order.

    def _read_meter(self) -> None:
        self.currents = None
        try:
            self._power.number()
            self.currents = [source.number() for source in self._currents]
        except SourceError as error:
            self.errors.append(f"charge power: {error}")
            return
        if self.status == "C" and self._phases_settled():
            used = sum(ampere > _ACTIVE_A for ampere in self.currents)
            self._measured = used or self._measured

    def _sync(self) -> None:
        try:
            enabled = self._enabled.boolean()
        except SourceError as error:
            raise SourceError(f"charger enabled: {error}") from None
        consistent = self._phases_settled() and self._now_s() - self._switched_s > _SWITCH_S
        if not enabled and self.status == "C":
            self._warn("charger logic error: disabled but charging")
            enabled = True
            if consistent:
                self._enable(True)
                self.enabled = enabled
                return
        if enabled and self.enabled:
            self._check_current(consistent)
            self._check_phases(consistent)
        elif not enabled and self.enabled and not self._phases_settled():
            self._enable(True)
        elif enabled != self.enabled and consistent and (enabled or self.status in "BC"):
            self._warn(f"charger out of sync: expected {self.enabled}, got {enabled}")
        if consistent:
            self.enabled = enabled

    def _check_current(self, consistent: bool) -> None:
        drawn_a = max(self.currents) if self.currents else self.offered_a
        if drawn_a > self.offered_a + 1.0:
            if consistent:
                self._warn(f"current mismatch ({drawn_a:.3g}A, expected {self.offered_a:.3g}A)")
            self.offered_a = drawn_a

    def _check_phases(self, consistent: bool) -> None:
        measured = 3 if self._measured == 2 else self._measured
        if consistent and self.phases and measured > self.phases:
            self._warn(f"phases mismatch (got {measured} measured, expected {self.phases})")
            self.phases = measured

    def _set_limit(self, wanted_a: float) -> None:
        if wanted_a != self.offered_a and wanted_a >= _MIN_A:
            self._current(wanted_a)
            self.offered_a = wanted_a
        enabled = wanted_a >= _MIN_A
        if enabled != self.enabled:
            self._enable(enabled)
            self.enabled = enabled
            self._switched_s = self._now_s()
            if not enabled:
                self.offered_a = 0.0

    def _phases_settled(self) -> bool:
        return self._now_s() - self._phases_s > _SWITCH_S

    def _warn(self, text: str) -> None:
        self.warnings.append(f"{self._now_s():.0f} s: {text}")
