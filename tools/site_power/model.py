"""A box with a car, as far as the MQTT contract shows it (docs/mqtt.md): what it says and draws.

Sans-I/O, and from event to event: between two of them nothing changes, the current is constant
and the energy a straight line, so a box costs as much as it has to say, however long that takes.
`next_s` says when the next one is due; who runs many boxes keeps those times in a heap.

Times are monotonic seconds, currents mA per phase. It knows the commands `limit` (without a
ramp), `pause`, `resume` and `config-get`, and is `busy` for the others; it has no records, no
faults and no fitted parts beyond a meter, and says of a change what holds after it, not each step
of the way. host_tests/site_power/test_contract.py tells the same story to it and to the firmware.
"""

import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pilotwire.pilot import duty

from . import model_says
from .model_orders import Orders, Refused
from .model_says import LOCAL, Message, Pace

KEEPALIVE_S = 30  # `mqtt_keepalive_s`
FOLLOW_S = 5.0  # IEC 61851-1: a car follows a changed duty within this time
_RAISE_S = 5.01  # sequence 6: no further change of duty for 5 s; reductions need not wait
_READ_S = 1.0  # how old what the meter says may be
_OFFER_S = 2.0  # from the plug to the first offer: lock, record, test
_CLOSE_S = 0.5  # S2 closed for so long, then the contactor closes
_REST_S = 1.0  # it stays open for so long at least
_STOP_S = 3.0  # sequence 9.1: a car that is offered nothing opens S2 within this time
_RESULTS = 8  # that wait for a connection
_EVENTS = 16
_USED_MA = 1_000  # more than that is a phase in use
_TTL_S = 3_600  # `operator_ttl_s`
_FALLBACK_MA = 6_000  # `operator_fallback_ma`
_V = 230
_INF = math.inf

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class Car:
    """Loads the first `phases` (1..3) with at most `max_ma` each until it has `wanted_wh`.

    `follow_s` (0..5) passes before it follows another offer; `ready_s` before it closes S2.
    """

    phases: int = 3
    max_ma: int = 32_000
    wanted_wh: float = _INF
    follow_s: float = 3.0
    ready_s: float = 1.0


@dataclass(slots=True)
class _Lease:
    ma: int
    until_s: float
    fallback_ma: int


class Box:
    """`share_ma` is the configuration's `site_ma` (-1: no site); `unix` the wall clock at `now_s`.

    What each method returns is to be published in that order. `drawn_ma` flows in each of the
    `loaded` first terminals; both change only within a call. It starts without a connection.
    """

    def __init__(
        self,
        name: str,
        *,
        max_ma: int = 32_000,
        share_ma: int = 6_000,
        phases: int = 3,
        prefix: str = "pilotwire/v1/",
        pace: Pace = LOCAL,
        unix: Callable[[float], int | None] = lambda now_s: None,
    ):
        self.name = name
        self.max_ma = max_ma
        self.share_ma = share_ma
        self.phases = phases
        self.pace = pace
        self.car: Car | None = None
        self.drawn_ma = 0
        self.loaded = 0
        self.charge_wh = 0.0  # of the charge in progress
        self.energy_wh = 0.0  # of all of them
        self.interruptions = 0  # times at which a car that wanted more was stopped
        self.cmd_topic = f"{prefix}{name}/cmd"
        self.connected = False
        self._topic = f"{prefix}{name}/"
        self._unix = unix
        self._boot = 0
        self._session = 0
        self._start(0.0)

    # What happens to it.

    def connect(self, now_s: float) -> list[Message]:
        """The broker has taken it: online, what has waited, info and state."""
        self.step(now_s)
        self.connected = True
        self._put("online", 1, 1, True)
        waiting, self._waiting = self._waiting, []
        for topic, value in waiting:
            self._put(topic, value, 1)
        beats_s = int(self.pace.idle_s), int(self.pace.charging_s)
        info = model_says.info(self.name, self._boot, self.max_ma, self.phases, beats_s)
        self._put("info", info, 1, True)
        self._state(now_s)
        self._tele_s = max(self._tele_s, now_s)  # what was due meanwhile is not told
        self._schedule()
        return self._said()

    def disconnect(self, now_s: float) -> None:
        """The broker is gone, and whatever is under way with it."""
        self.step(now_s)
        self._out.clear()
        self.connected = False
        self._schedule()

    def lost(self, message: Message) -> None:
        """The broker has not confirmed this one: results and events go again."""
        topic = message.topic.removeprefix(self._topic)
        if topic in ("cmdres", "event"):
            self._wait(topic, json.loads(message.payload))

    def restart(self, now_s: float) -> None:
        """As after a power cut: leases, remembered ids and what waited are gone."""
        self.step(now_s)
        car, wh = self.car, self.charge_wh
        self._out.clear()
        self._draw(now_s, 0)
        self._start(now_s)
        if car:
            self.plug(now_s, car)
            self.charge_wh = wh

    def plug(self, now_s: float, car: Car) -> list[Message]:
        self.step(now_s)
        self.car = car
        self.charge_wh = 0.0
        self._session += 1
        self._wants = True
        self._offer_s = now_s + _OFFER_S
        self._event(now_s, "plugged")
        self._state(now_s)
        self._schedule()
        return self._said()

    def unplug(self, now_s: float) -> list[Message]:
        """Whatever it was doing."""
        self.step(now_s)
        self._event(now_s, "unplugged")
        self.car = None
        self._ready_s = self._offer_s = _INF
        self._open(now_s, "unplugged")
        self._drive(now_s, duty.X1)
        self._state(now_s)
        self._schedule()
        return self._said()

    def take(self, now_s: float, payload: bytes, retained: bool = False) -> list[Message]:
        """A message on `cmd`: exactly one result."""
        self.step(now_s)
        try:
            id_, type_, args = self._orders.check(
                payload, retained, self._unix(now_s), len(self.cmd_topic)
            )
        except Refused as refused:
            id_, reason, about = refused.args
            result = {"id": id_, "ok": False, "reason": reason}
            self._tell("cmdres", result | ({"about": about} if about else {}))
            return self._said()
        value = self._obey(now_s, type_, args)
        result = {"id": id_, "ok": True, "reason": ""}
        if value is not None:
            result["value"] = value
        self._tell("cmdres", result)
        self._regulate(now_s)
        self._state(now_s)
        self._schedule()
        return self._said()

    def step(self, now_s: float) -> list[Message]:
        """What has become due up to `now_s`, each at its own time."""
        while self.next_s <= now_s:
            self._due(self.next_s)
            self._schedule()
        return self._said()

    def settle(self, now_s: float) -> None:
        """`charge_wh` and `energy_wh` up to this moment."""
        self.step(now_s)
        self._count(now_s)

    @property
    def limit_ma(self) -> int:
        """What holds now, as of the last call."""
        return self._limit()[0]

    # Its life.

    def _start(self, now_s: float) -> None:
        self._boot += 1
        self.connected = False
        self.car = None
        self._leases: dict[str, _Lease] = {}
        if self.share_ma >= 0:
            self._leases["site"] = _Lease(self.share_ma, _INF, self.share_ma)
        self._orders = Orders()
        self._waiting: list[tuple[str, Any]] = []
        self._out: list[Message] = []
        self._numbered = 0
        self._duty, self._duty_s = duty.X1, -_INF
        self._closed = False
        self._paused = self._wants = False
        self._opened_s = -_INF
        self._offer_s = _INF  # nothing is offered before
        self._ready_s = _INF  # the car closes S2, or the contactor follows
        self._s2 = False
        self._stop_s = _INF  # the car opens S2, for nothing is offered any more
        self._follow: deque[tuple[float, int]] = deque()  # when it draws what
        self._count_s = now_s
        self._read = (-_INF, 0)  # the last change of the current: when, and from what
        self._beat_s = self._tele_s = _INF
        self._event(now_s, "start", about="power-on")
        self._schedule()

    def _schedule(self) -> None:
        self._full_s = _INF
        if self.drawn_ma and self.car:
            left_wh = self.car.wanted_wh - self.charge_wh
            watts = self.drawn_ma * self.loaded * _V / 1_000
            self._full_s = self._count_s + max(left_wh, 0) * 3_600 / watts
        held_s = self._duty_s + _RAISE_S if self._held() else _INF
        offer_s = self._offer_s if self._offer_s > self._duty_s else _INF
        follow_s = self._follow[0][0] if self._follow else _INF
        leases_s = min((lease.until_s for lease in self._leases.values()), default=_INF)
        beats_s = min(self._beat_s, self._tele_s) if self.connected else _INF
        self.next_s = min(
            leases_s, offer_s, held_s, self._ready_s, self._stop_s, follow_s, self._full_s, beats_s
        )

    def _due(self, t: float) -> None:
        """The one that is due at `t`; those of the same time come in turn."""
        for source, lease in self._leases.items():
            if lease.until_s <= t:
                lease.ma, lease.until_s = lease.fallback_ma, _INF
                self._event(t, "lease-expired", about=source)
                self._regulate(t)
                self._state(t)
                return
        if self._stop_s <= t:
            self._open(t, "stopped")
            self._regulate(t)
        elif self._follow and self._follow[0][0] <= t:
            self._draw(t, self._follow.popleft()[1])
            return
        elif self._full_s <= t:
            self._wants = False
            self._open(t, "vehicle")
        elif self._ready_s <= t:
            self._ready(t)
        elif min(self._beat_s, self._tele_s) <= t and self.connected:
            self._beat(t)
            return
        else:
            if self._offer_s <= t:
                self._offer_s = _INF
            self._regulate(t)
        self._state(t)

    def _ready(self, t: float) -> None:
        """S2 closes, or has been closed for long enough."""
        assert self.car
        if not self._s2:
            self._s2 = True
            self._ready_s = max(t + _CLOSE_S, self._opened_s + _REST_S)
            return
        self._ready_s = _INF
        self._closed = True
        self._event(t, "closed")
        self._tele_s = t if self.pace.tele_s else _INF
        self._follow.clear()
        self._follow.append((t + self.car.follow_s, self._takes()))

    def _open(self, t: float, why: str) -> None:
        self._s2 = False
        self._stop_s = self._ready_s = _INF
        self._follow.clear()
        self._draw(t, 0)
        if self._closed:
            self._closed = False
            self._opened_s = t
            self._tele_s = _INF
            if why == "stopped" and self._wants:
                self.interruptions += 1
            self._event(t, "opened", about=why)

    # What it offers.

    def _limit(self) -> tuple[int, str, float]:
        """mA, whose it is, until when; of the same, that which stands first in the firmware."""
        ma, by, until_s = self.max_ma, "box", _INF
        for source in ("site", "operator"):
            lease = self._leases.get(source)
            if lease and lease.ma < ma:
                ma, by, until_s = lease.ma, source, lease.until_s
        return ma, by, until_s

    def _wanted(self) -> int:
        """The duty that may be offered."""
        if not self.car or self._paused or self._offer_s < _INF:
            return duty.X1
        return duty.duty_for(self._limit()[0])

    def _held(self) -> bool:
        """Whether a raise waits for its time."""
        wanted = self._wanted()
        return self._duty < wanted != duty.X1 and self._stop_s == _INF

    def _regulate(self, t: float) -> None:
        """Offer what may be offered, as soon as it may."""
        wanted = self._wanted()
        if wanted == self._duty or self._stop_s < _INF:
            return
        if wanted == duty.X1:
            self._drive(t, wanted)
            self._ready_s = _INF
            if self._closed and self.car:
                self._stop_s = t + min(self.car.follow_s, _STOP_S)
            self._s2 = self._closed
        elif wanted < self._duty or t >= self._duty_s + _RAISE_S:
            self._drive(t, wanted)

    def _drive(self, t: float, wanted: int) -> None:
        if wanted == self._duty:
            return
        before, self._duty, self._duty_s = self._duty, wanted, t
        car = self.car
        if not car or wanted == duty.X1:
            return
        if self._closed:
            self._follow.append((t + car.follow_s, self._takes()))
        elif before == duty.X1 and self._wants:
            self._ready_s = t + car.ready_s

    def _takes(self) -> int:
        assert self.car
        return min(duty.current_for(self._duty), self.car.max_ma) if self._wants else 0

    def _draw(self, t: float, ma: int) -> None:
        if ma == self.drawn_ma:
            return
        self._count(t)
        self._read = (t, self.drawn_ma)
        self.drawn_ma = ma
        if self.car:
            self.loaded = min(self.car.phases, self.phases)

    def _count(self, t: float) -> None:
        wh = self.drawn_ma * self.loaded * _V * (t - self._count_s) / 3_600_000
        self.charge_wh += wh
        self.energy_wh += wh
        self._count_s = t

    # What it says.

    def _said(self) -> list[Message]:
        out, self._out = self._out, []
        return out

    def _put(self, topic: str, value: Any, qos: int = 0, retain: bool = False) -> None:
        text = _encode(value)
        if topic == "state":
            text = f"{model_says.ALWAYS},{text[1:]}"
        self._out.append(Message(self._topic + topic, text.encode(), qos, retain))

    def _tell(self, topic: str, value: dict[str, Any]) -> None:
        """At QoS 1: now, or once there is a connection."""
        if self.connected:
            self._put(topic, value, 1)
        else:
            self._wait(topic, value)

    def _wait(self, topic: str, value: dict[str, Any]) -> None:
        self._waiting.append((topic, value))
        most = _RESULTS if topic == "cmdres" else _EVENTS
        same = [one for one in self._waiting if one[0] == topic]
        if len(same) > most:
            self._waiting.remove(same[0])

    def _event(self, t: float, event: str, **more: str) -> None:
        self._numbered += 1
        self._tell("event", {"n": self._numbered, "event": event, **self._stamp(t), **more})

    def _beat(self, t: float) -> None:
        if self._beat_s <= t:
            self._state(t)
        if self._tele_s <= t:
            self._tele_s = t + self.pace.tele_s
            self._count(t)
            values = self._measured(t)
            values["session_wh"] = int(self.charge_wh)
            self._put("tele", values | self._stamp(t))

    def _stamp(self, t: float) -> dict[str, Any]:
        unix = self._unix(t)
        return {"unix": unix, "clock": "none" if unix is None else "synchronised"}

    def _measured(self, t: float) -> dict[str, Any]:
        """As of the last reading, which is a second old at most."""
        changed_s, before_ma = self._read
        ma = before_ma if t - changed_s < _READ_S else self.drawn_ma
        currents = [ma if i < self.loaded else 0 for i in range(3)]
        return {
            "power_w": ma * self.loaded * _V // 1_000,
            "energy_wh": int(self.energy_wh),
            "current_ma": currents,
            "voltage_mv": [_V * 1_000] * 3,
            "phases_used": sum(ma > _USED_MA for ma in currents),
        }

    def _state(self, t: float) -> None:
        if not self.connected:
            return
        self._beat_s = t + (self.pace.charging_s if self._closed else self.pace.idle_s)
        self._count(t)
        ma, by, until_s = self._limit()
        set_ma = self._leases["operator"].ma if "operator" in self._leases else None
        letter, status, connector, why_not = self._doing(ma)
        left_s = None if until_s == _INF else math.ceil(until_s - t)
        steady = self._duty == duty.X1
        self._put(
            "state",
            self._stamp(t)
            | self._measured(t)
            | {
                "state": f"{letter}{1 if steady else 2}",
                "status": status,
                "connector": connector,
                "closed": self._closed,
                "enabled": not self._paused,
                "duty_percent": self._duty / 100,
                "offered_ma": duty.current_for(self._duty),
                "limit": {"ma": ma, "by": by, "set_ma": set_ma, "why": "", "left_s": left_s},
                "cable_ma": 32_000 if self.car else 0,
                "phases": 3 if self.phases == 3 else 1,
                "pilot_mv": model_says.plateaus(letter, steady),
                "why_not": why_not,
                "session": self._session if self.car else None,
                "session_wh": int(self.charge_wh) if self.car else None,
            },
            retain=True,
        )

    def _doing(self, ma: int) -> tuple[str, str, int, list[str]]:
        """Letter, status, connector, and what is in the way."""
        if not self.car:
            return "A", "Available", 1, ["no-vehicle"]
        letter = "C" if self._s2 else "B"
        if self._closed:
            return letter, "Charging", 3, ["limit-below-6a"] if ma < duty.MIN_MA else []
        why_not = [] if self._s2 else ["vehicle-not-ready"]
        held = self._duty == duty.X1
        if held:
            below = ma < duty.MIN_MA
            paused = ["not-authorised"] if self._paused else ["rest"]
            why_not.extend(["limit-below-6a"] if below else paused)
        return letter, "SuspendedEVSE" if held else "SuspendedEV", 2, why_not

    # What it is told.

    def _obey(self, now_s: float, type_: str, args: dict[str, Any]) -> Any:
        """The result's `value`, where it has one."""
        if type_ == "limit":
            self._grant(now_s, args)
        elif type_ in ("pause", "resume"):
            self._paused = type_ == "pause"
        else:
            known = {"id": self.name, "limit_ma": self.max_ma, "site_ma": self.share_ma}
            known["mqtt_keepalive_s"] = KEEPALIVE_S
            return {key: known[key] for key in args.get("keys", known) if key in known}
        return None

    def _grant(self, now_s: float, args: dict[str, Any]) -> None:
        source = args.get("source", "operator")
        fallback_ma = args.get("fallback_ma", _FALLBACK_MA)
        if source == "site" and self.share_ma >= 0:
            fallback_ma = min(args.get("fallback_ma", self.share_ma), self.share_ma)
        until_s = now_s + args.get("ttl_s", _TTL_S)
        self._leases[source] = _Lease(args["ma"], until_s, fallback_ma)
