"""What each box may draw at most at this moment, whatever of the site's commands got lost.

A box takes commands in the order of its connection, and a broker those of ours in the order of
our connection: a result says that all we sent before it on the same connection were taken or are
lost. On another connection, or from another instance, one may still come later; that ends when
the networks have forgotten it:

- A broker ends a connection that is silent for 1.5 of its keep-alives (10 s of ours, KEEPALIVE_S),
  and sessions are clean: what is on the way to it for longer never comes, and what it has for a
  box goes with the box's connection (1.5 of at most 30 s).
- A box whose clock is right obeys nothing after `exp`, EXP_S after it was sent.

A grant is in force for the lease from its coming on, which is not later than its result; then it,
and whatever a later one has replaced, counts for FOLLOW_S more, until the car has followed down.
Below its share no box is counted: it has that without the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .tree import FOLLOW_S, Site

KEEPALIVE_S = 10  # of our own connection
EXP_S = 15  # a command's `exp` is so long after it was sent: 1.5 keep-alives
SKEW_S = 2.0  # by which the box's clock may be behind ours
LATE_S = 1.5 * KEEPALIVE_S + 1.5 * 30  # the same where the box does not know the time


@dataclass(slots=True)
class _Grant:
    """`until_s`: when it no longer counts. `taken_s`: when its result came."""

    id_: str
    ma: int
    connection: int
    sent_s: float
    until_s: float
    taken_s: float | None = None


class Ledger:
    """All times are of one monotonic clock, in s."""

    def __init__(self, site: Site):
        self._life_s = site.lease_s + FOLLOW_S
        self._shares = {box.name: box.share_ma for box in site.boxes.values()}
        self._most = {box.name: box.max_ma for box in site.boxes.values()}
        self._grants: dict[str, list[_Grant]] = {name: [] for name in site.boxes}
        self._connection = 0

    @classmethod
    def restore(cls, site: Site, dump: Mapping[str, Any] | None, now_s: float) -> "Ledger":
        """What another instance may have granted, at the moment at which it no longer may.

        `dump`: its last word, from the wire; for a box of which that says nothing sensible: all.
        """
        ledger = cls(site)
        until_s = now_s + LATE_S + ledger._life_s
        for name, grants in ledger._grants.items():
            said = dump.get(name) if isinstance(dump, Mapping) else None
            most = ledger._most[name]
            ma = said if type(said) is int and 0 <= said <= most else most
            grants.append(_Grant("", ma, -1, now_s, until_s))
        return ledger

    def dump(self, now_s: float) -> dict[str, int]:
        """The most that each box may have: to be published before what was sent is."""
        return {name: self.bound_ma(name, now_s) for name in self._grants}

    def reconnected(self) -> None:
        """Our connection is a new one: what went by the last may come after what goes by this."""
        self._connection += 1

    def sent(self, box: str, id_: str, ma: int, now_s: float, clock_known: bool) -> None:
        """A grant is about to be sent, with the lease as its `ttl_s` and `exp` EXP_S from now.

        `clock_known`: the box's last state said `synchronised`, with our time within SKEW_S / 2.
        """
        late_s = EXP_S + SKEW_S if clock_known else LATE_S
        until_s = now_s + late_s + self._life_s
        self._grants[box].append(_Grant(id_, ma, self._connection, now_s, until_s))

    def answered(self, box: str, id_: str, ok: bool, now_s: float) -> None:
        """The result of a grant has come; one that nobody waits for says nothing."""
        grants = self._grants[box]
        at = next((i for i, grant in enumerate(grants) if grant.id_ == id_), None)
        if at is None or grants[at].taken_s is not None:
            return
        grant = grants[at]
        grant.taken_s = now_s
        grant.until_s = min(grant.until_s, now_s + self._life_s) if ok else now_s
        for i, other in enumerate(grants):
            before = other.connection == grant.connection and i < at
            if other.taken_s is not None:
                before = before or other.taken_s <= grant.sent_s
            if before and other is not grant:
                left_s = FOLLOW_S if ok else self._life_s
                other.until_s = min(other.until_s, now_s + left_s)
        self._grants[box] = [grant for grant in grants if grant.until_s > now_s]

    def bound_ma(self, box: str, now_s: float) -> int:
        """The most that a box may draw per phase, now and until somebody sends it something."""
        bound = self._shares[box]
        for grant in self._grants[box]:
            if grant.ma > bound and grant.until_s > now_s:
                bound = grant.ma
        return bound
