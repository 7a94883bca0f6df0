"""What each box may draw at most at this moment, whatever of the site's commands got lost.

A box takes commands in the order of its connection, and a broker those of ours in the order of
our connection: a result says that all we sent before it on the same connection were taken or are
lost. On another connection, or from another instance, one may still come later, until the networks
have forgotten it. A broker ends a connection that is silent for 1.5 of its keep-alives (10 s of
ours, at most 30 s of a box), and sessions are clean: what is on its way for longer than both never
comes (LATE_S). Nothing may send a command again by itself. Its `exp` ends it sooner still at a box
that knows the time; nothing here relies on that, as a box may have just lost it.

A grant is in force for the lease from its coming on, which is not later than its result; then it,
and whatever a later one has replaced, counts for FOLLOW_S more, until the car has followed down.
Below its share no box is counted: it has that without the site.

Another instance, or this one after a restart, must know what was granted: each word about it is
retained by the broker, and nothing above it is sent before it has come back from there. So the
last word that whoever takes over reads, once a message of his own has come back, covers all.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .tree import FOLLOW_S, Site

EXP_S = 15  # a command's `exp` is so long after it was sent
_NOBODYS = -1  # the connection of what another instance has sent


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
        self._longest_s = site.longest_s
        self._shares = {box.name: box.share_ma for box in site.boxes.values()}
        self._most = {box.name: box.max_ma for box in site.boxes.values()}
        self._grants: dict[str, list[_Grant]] = {name: [] for name in site.boxes}
        self._connection = 0
        self._covered: Mapping[str, int] = self._shares
        self._words: deque[dict[str, int]] = deque()  # that have not come back yet

    def heard(self, word: Any, now_s: float) -> None:
        """A word that is not ours. Who stands by hears each, and the last again as he takes over.

        A late one may replace ours at the broker: then ours has to be said anew.
        """
        until_s = now_s + self._longest_s
        for name, most in self._most.items():
            said = word.get(name) if isinstance(word, Mapping) else None
            ma = said if type(said) is int and 0 <= said <= most else most
            grants = [g for g in self._grants[name] if g.until_s > now_s and g.ma > ma]
            self._grants[name] = [*grants, _Grant("", ma, _NOBODYS, now_s, until_s)]

    def announce(self, planned: Mapping[str, int], now_s: float) -> dict[str, int]:
        """A word to be published: the most that each box may have if `planned` is sent."""
        word = {
            name: max(self.bound_ma(name, now_s), planned.get(name, 0)) for name in self._grants
        }
        self._words.append(word)
        return word

    def came_back(self) -> None:
        """The oldest word that had not, has come back from the broker."""
        self._covered = self._words.popleft()

    def covered_ma(self, box: str) -> int:
        """The most that may be sent to a box now: whatever word is read says so."""
        return min([self._covered[box], *(word[box] for word in self._words)])

    def reconnected(self) -> None:
        """Our connection is a new one: what went by the last may come after what goes by this.

        The broker may have forgotten our word: it has to be said anew.
        """
        self._connection += 1
        self._covered = self._shares
        self._words.clear()

    def sent(self, box: str, id_: str, ma: int, now_s: float) -> None:
        """A grant is about to be sent, with the lease as `ttl_s`. Above our word: ValueError."""
        if ma > self.covered_ma(box):
            raise ValueError(f"{box}: {ma} mA, but our word covers {self.covered_ma(box)}")
        grants = [grant for grant in self._grants[box] if grant.until_s > now_s]
        until_s = now_s + self._longest_s
        grants.append(_Grant(id_, ma, self._connection, now_s, until_s))
        self._grants[box] = grants

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
