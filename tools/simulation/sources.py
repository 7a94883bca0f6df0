"""Whoever limits the current, as far as each can know what a box has taken of it.

A command may be lost, and so may its result: then more than one value may be in force.
"""

from dataclasses import dataclass
from typing import Any

_S = 1_000_000
_UNDER_WAY_US = 120 * _S  # a message may reach the box so late: a slow network, a blocked loop
_DAY_MIN = 1_440


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


class Local:
    """What was published on set/; nothing answers it but the state.

    `ttl_s` and `fallback_ma` as configured; with 0 nobody listens.
    """

    def __init__(self, ttl_s: int, fallback_ma: int):
        self._ttl_us = ttl_s * _S
        self._fallback_ma = fallback_ma
        self._limits: list[tuple[int, int]] = []  # us, mA
        self._enables: list[tuple[int, bool]] = []
        self._ever = False
        self._renewed_us = 0

    def sent(self, name: str, text: str, now_us: int) -> None:
        """Something that a box takes."""
        if not self._ttl_us:
            return
        self._ever = True
        if name == "limit_ma":
            self._limits.append((now_us, int(text)))
        elif name == "enable":
            self._enables.append((now_us, text in ("true", "1")))
        self._renewed_us = now_us  # also by the phases

    def wrong(self, state: dict[str, Any], now_us: int) -> str:
        """What the state says of it that was not sent, or is over; "" where all is so."""
        shown, limit = state["local"], state["limit"]
        if not self._ttl_us:
            return f"local control is off: {shown}, {limit}" if shown else ""
        over = not self._ever or now_us - self._renewed_us > self._ttl_us + _UNDER_WAY_US
        limits = {ma for us, ma in self._limits}
        off = any(not enable for us, enable in self._enables)
        if over:
            limits, off = set(), False
        if shown["limit_ma"] is not None and shown["limit_ma"] not in limits:
            return f"{shown}, and local limits were {limits}"
        if not shown["enable"] and not off:
            return f"{shown}, and nobody has switched it off"
        if limit["by"] == "local":
            possible = (
                limits | ({self._fallback_ma} if self._ever else set()) | ({0} if off else set())
            )
            if limit["ma"] not in possible:
                return f"{limit}, and local limits were {possible}"
        if shown["left_s"] is not None:
            most_ma = shown["limit_ma"] if shown["enable"] else 0
            if most_ma is not None and limit["ma"] > most_ma:
                return f"{limit}, and {shown}"
        return ""


class Timetable:
    """The schedules that were sent; any of `candidates` may be on flash, None is none."""

    def __init__(self) -> None:
        self._candidates: list[tuple[str, Any]] = [("", None)]
        self._in_force = ""  # id of the one that this life of the box has taken

    def sent(self, id_: str, schedule: dict[str, Any] | None) -> None:
        self._candidates.append((id_, schedule))

    def settle(self, id_: str, result: dict[str, Any]) -> None:
        place = self._place(id_)
        if place is None:
            return
        if not result["ok"]:
            del self._candidates[place]
            return
        if result["written"] == "stored":
            self._candidates = self._candidates[place:]
        self._in_force = id_

    def box_started(self) -> None:
        self._in_force = ""

    def wrong(self, limit: dict[str, Any], unix: int | None) -> str:
        """What is wrong with the limit that the state names, by what the box's clock shows."""
        place = self._place(self._in_force) or 0
        possible = set()
        unlimited = False
        for _, schedule in self._candidates[place:]:
            if schedule is None:
                unlimited = True
            else:
                possible |= {limit_at(schedule, unix), limit_at(schedule, unix and unix - 3)}
        if limit["by"] == "schedule" and limit["ma"] not in possible:
            return f"{limit} at {unix}, and the schedule says {possible}"
        if not unlimited and limit["ma"] > max(possible):
            return f"{limit} at {unix}, and the schedule says {possible}"
        return ""

    def _place(self, id_: str) -> int | None:
        for place, (known, _) in enumerate(self._candidates):
            if known == id_:
                return place
        return None


def limit_at(schedule: dict[str, Any], unix: int | None) -> int:
    """mA by a schedule whose windows hold every day, in UTC."""
    if unix is None:
        return schedule["otherwise_ma"]
    minute = unix // 60 % _DAY_MIN
    for _, first, last, ma in schedule["windows"]:
        if (minute - first) % _DAY_MIN < ((last - first) % _DAY_MIN or _DAY_MIN):
            return ma
    return schedule["otherwise_ma"]
