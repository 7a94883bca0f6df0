"""Which of several instances grants: one leads, the others wait for it to fall silent. Sans-I/O.

All of them publish on one retained topic and hear it, and the broker's order on that topic
decides. An instance may grant only while both hold, by its own monotonic clock:

- a message that it SENT less than `lease_s` ago has come back to it on this connection;
- for `lease_s` and the drift of two clocks it has been connected, has heard nobody else, and its
  claim had come back.

Why never two grant at once: say x and y are the latest messages of X and Y that count, both sent
less than a lease ago, x before y in the broker's order. Y was connected when x was ordered, or it
has connected since; either way Y noticed that (heard x, or connected) less than a lease ago, and
must wait. That needs no term, survives a broker that forgets what it retained, and holds while
messages are late for any time. The wait after the claim came back is for a delivery that gets
lost although the connection lives (a full queue in the broker): any single one may.

The term only says who yields: the lower one, or of two equal ones the later one.

What an instance sent while it led may still be on its way to the broker when it has lost the
lead: its keepalive must make the broker drop its connection before the next one grants, which is
two leases after the last renewal (service.py).
"""

import math
import sys
from typing import Any

LEASE_S = 3.0
DRIFT = 0.01  # two clocks' rates differ by less
_MOST_TERM = (1 << 53) - 1  # what JSON carries everywhere
_LONGEST_S = 60.0  # of another's lease: nobody may silence the others for longer
_MOST_CHARS = 64


class Lead:
    """One instance's part. `ident` must differ from that of every other process that ever ran.

    `connected` is to be called when the subscription is confirmed and before what came by it is
    taken; every message that `step` returns is to be published at once, retained.
    """

    __slots__ = (
        "_claims",
        "_confirmed",
        "_connected",
        "_drift",
        "_lease_s",
        "_n",
        "_quiet_s",
        "_renew_s",
        "_sent_s",
        "_until_s",
        "certain_s",
        "ident",
        "term",
    )

    def __init__(self, ident: str, lease_s: float = LEASE_S, drift: float = DRIFT):
        self.ident = ident
        self.term = 0  # the own one, or what was heard last on this connection
        self.certain_s = -math.inf  # when the latest message was sent that came back
        self._lease_s = lease_s
        self._drift = drift
        self._connected = False
        self._claims = False
        self._confirmed = False  # the claim has come back
        self._quiet_s = 0.0  # until then another may still grant
        self._renew_s = 0.0
        self._until_s = -math.inf  # until then what has come back counts
        self._n = 0
        self._sent_s: dict[int, float] = {}  # when each was sent that has not come back

    def connected(self, now_s: float) -> None:
        """There is a new connection. Whatever was on the last one counts no more."""
        self._yield()
        self._connected = True
        self.term = 0
        self._wait(now_s, self._lease_s)

    def disconnected(self) -> None:
        """The connection is lost."""
        self._yield()
        self._connected = False

    def take(self, message: Any, now_s: float) -> bool:
        """One message of the topic, in the broker's order; False: it is none."""
        if not self._connected:
            return True
        try:
            term, who, n, lease_s = (message[name] for name in ("term", "who", "n", "lease_s"))
        except (KeyError, TypeError, IndexError):
            return False
        if not _sound(term, who, n, lease_s):
            return False
        if who == self.ident:
            self._return(n, now_s)
            return True
        self._wait(now_s, max(lease_s, self._lease_s))
        if self._claims and (term > self.term or (term == self.term and not self._confirmed)):
            self._yield()
        if not self._claims:
            self.term = term
        return True

    def step(self, now_s: float) -> dict[str, Any] | None:
        """What is to be published now, if anything."""
        if not self._connected:
            return None
        if not self._claims:
            if now_s < self._quiet_s:
                return None
            self._claims = True
            self.term = self.term + 1 if self.term < _MOST_TERM else 1
            self._renew_s = now_s
        if now_s < self._renew_s:
            return None
        self._renew_s = now_s + self._lease_s / 3
        for n in [n for n, sent_s in self._sent_s.items() if now_s - sent_s >= self._lease_s]:
            del self._sent_s[n]
        self._n += 1
        self._sent_s[self._n] = now_s
        return {"term": self.term, "who": self.ident, "n": self._n, "lease_s": self._lease_s}

    def may_grant(self, now_s: float) -> bool:
        """Whether this instance, and no other, may grant now."""
        return self._confirmed and self._quiet_s <= now_s < self._until_s

    def next_s(self) -> float:
        """When `step` or `may_grant` may say something else, if nothing comes before."""
        if not self._connected:
            return math.inf
        if not self._claims:
            return self._quiet_s
        return self._renew_s

    def _return(self, n: int, now_s: float) -> None:
        sent_s = self._sent_s.pop(n, None)
        if sent_s is None or now_s - sent_s >= self._lease_s:
            return  # of another connection, of a claim that was given up, or too late
        if not self._confirmed:
            self._confirmed = True
            self._wait(now_s, self._lease_s)
        self.certain_s = max(self.certain_s, sent_s)
        self._until_s = max(self._until_s, sent_s + self._lease_s)

    def _wait(self, now_s: float, lease_s: float) -> None:
        self._quiet_s = max(self._quiet_s, now_s + lease_s * (1 + self._drift))

    def _yield(self) -> None:
        self._claims = self._confirmed = False
        self._until_s = -math.inf
        self._sent_s.clear()


def _sound(term: Any, who: Any, n: Any, lease_s: Any) -> bool:
    return (
        type(term) is int
        and 1 <= term <= _MOST_TERM
        and type(n) is int
        and 1 <= n <= sys.maxsize
        and isinstance(who, str)
        and 0 < len(who) <= _MOST_CHARS
        and type(lease_s) in (int, float)
        and 0 < lease_s <= _LONGEST_S
    )
