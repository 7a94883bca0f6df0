"""Whoever limits the current, as far as each can know what a box has taken of it.

A command may be lost, and so may its result: then more than one value may be in force.
"""

from dataclasses import dataclass
from typing import Any

from .settings import holds
from .stored import Stored

_S = 1_000_000
_UNDER_WAY_US = 120 * _S  # a message may reach the box so late: a slow network, a blocked loop


@dataclass
class Lease:
    """A limit that was sent; it expires between `until_us` and `latest_us` (None: not known)."""

    id: str
    ma: int
    fallback_ma: int
    ttl_us: int
    until_us: int
    latest_us: int | None = None

    def most_ma(self, now_us: int) -> int:
        if now_us < self.until_us:
            return self.ma
        if self.latest_us is None or now_us < self.latest_us:
            return max(self.ma, self.fallback_ma)
        return self.fallback_ma


class Operator:
    """The leases of the command `limit`: any in `leases` may be in force, None is none at all."""

    def __init__(self) -> None:
        self.leases: list[Lease | None] = [None]

    def sent(self, id_: str, ma: int, fallback_ma: int, ttl_s: int, now_us: int) -> None:
        ttl_us = ttl_s * _S
        self.leases.append(Lease(id_, ma, fallback_ma, ttl_us, now_us + ttl_us))

    def settle(self, id_: str, ok: bool, now_us: int) -> None:
        """It is known now whether a limit was taken."""
        for i, lease in enumerate(self.leases):
            if lease and lease.id == id_:
                if ok:
                    self.leases = self.leases[i:]
                    lease.latest_us = lease.latest_us or now_us + lease.ttl_us
                else:
                    del self.leases[i]
                return

    def box_started(self) -> None:
        self.leases = [None]

    def most_ma(self, now_us: int) -> int | None:
        """The largest limit that may be in force; None: any."""
        if None in self.leases:
            return None
        return max(lease.most_ma(now_us) for lease in self.leases if lease)

    def may_be(self, ma: int) -> bool:
        return any(lease and ma in (lease.ma, lease.fallback_ma) for lease in self.leases)


class Scalar:
    """One of what was set, `default` where nothing is: any in `values` may be in force."""

    def __init__(self, default: Any):
        self._default = default
        self.values = [default]

    def sent(self, value: Any) -> None:
        self.values.append(value)

    def taken(self, value: Any) -> None:
        """The box has this one: what was sent before it is over."""
        if value in self.values:
            self.values = self.values[self.values.index(value) :]

    def may_be_over(self) -> None:
        if self.values[0] != self._default:
            self.values.insert(0, self._default)

    def over(self) -> None:
        self.values = [self._default]


class Local:
    """What was published on set/; nothing answers it but the PUBACK and the state.

    `ttl_s` and `fallback_ma` as configured; with 0 nobody listens.
    """

    def __init__(self, ttl_s: int, fallback_ma: int):
        self._ttl_us = ttl_s * _S
        self._fallback_ma = fallback_ma
        self._scalars = {"limit_ma": Scalar(None), "enable": Scalar(True)}
        self._ever = False  # in this life of the box
        self._over_from_us = 0  # it may be over from then on,
        self._over_us = 0  # and is over then
        self._sent: list[tuple[int, str, bytes]] = []  # and not yet acknowledged

    def sent(self, name: str, text: bytes, now_us: int) -> None:
        """Something that a box takes."""
        if not self._ttl_us:
            return
        self._expire(now_us)
        self._ever = True
        self._over_us = now_us + _UNDER_WAY_US + self._ttl_us  # by the phases, too
        self._sent.append((now_us, name, text))
        if name in self._scalars:
            self._scalars[name].sent(_value(name, text))

    def taken(self, name: str, text: bytes, now_us: int) -> None:
        """The box has acknowledged the oldest of what was sent that says so."""
        known = [place for place, sent in enumerate(self._sent) if sent[1:] == (name, text)]
        if not known:
            return
        self._expire(now_us)
        sent_us = self._sent[known[0]][0]
        self._sent = self._sent[known[0] + 1 :]
        self._over_from_us = max(self._over_from_us, sent_us + self._ttl_us)
        if name in self._scalars:
            self._scalars[name].taken(_value(name, text))

    def box_started(self) -> None:
        self._ever = False
        self._sent = []
        for scalar in self._scalars.values():
            scalar.over()

    def wrong(self, state: dict[str, Any], now_us: int) -> str:
        """What the state says of it that was not sent, or is over; "" where all is so."""
        shown, limit = state["local"], state["limit"]
        if not self._ttl_us:
            return f"local control is off: {shown}, {limit}" if shown else ""
        self._expire(now_us)
        for name, scalar in self._scalars.items():
            if shown[name] not in scalar.values:
                return f"{shown}, and local {name} is one of {scalar.values}"
        if limit["by"] == "local":
            possible = {self._fallback_ma, *self._scalars["limit_ma"].values}
            if False in self._scalars["enable"].values:
                possible.add(0)
            if limit["ma"] not in possible or not self._ever:
                return f"{limit}, and local limits were {possible}"
        if shown["left_s"] is not None:
            most_ma = shown["limit_ma"] if shown["enable"] else 0
            if most_ma is not None and limit["ma"] > most_ma:
                return f"{limit}, and {shown}"
        return ""

    def _expire(self, now_us: int) -> None:
        for scalar in self._scalars.values():
            if now_us >= self._over_us:
                scalar.over()
            elif now_us >= self._over_from_us:
                scalar.may_be_over()


def _value(name: str, text: bytes) -> int | bool:
    return int(text) if name == "limit_ma" else text in (b"true", b"1")


class Timetable(Stored):
    """The schedules that were sent."""

    def wrong(self, limit: dict[str, Any], unix: int | None) -> str:
        """What is wrong with the limit that the state names, by what the box's clock shows."""
        schedules = [schedule for schedule in self.possible if schedule]
        possible = {limit_at(schedule, unix) for schedule in schedules}
        possible |= {limit_at(schedule, unix and unix - 3) for schedule in schedules}
        unlimited = None in self.possible
        if limit["by"] == "schedule" and limit["ma"] not in possible:
            return f"{limit} at {unix}, and the schedule says {possible}"
        if not unlimited and limit["ma"] > max(possible):
            return f"{limit} at {unix}, and the schedule says {possible}"
        return ""


def limit_at(schedule: dict[str, Any], unix: int | None) -> int:
    """mA by a schedule whose windows hold every day, in UTC."""
    for window in schedule["windows"]:
        if holds(window, unix):
            return window[3]
    return schedule["otherwise_ma"]
