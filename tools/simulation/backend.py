"""The operator: keeps the records, sends commands, and knows what it may expect of a box.

It judges by what reached it, and holds that against the plant.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract.wire import Acquainted, Breach
from pilotwire.record.frame import FIRST, Frame, Key, is_sealed

from .broker import Broker
from .hal import SECRET
from .tasks import Clock

BOX = "sim"
PREFIX = f"pilotwire/v1/{BOX}/"
REASONS = ("unplugged", "remote", "power-lost")
_KEY = Key(SECRET)
_CONTRACT = Acquainted()  # of all runs in this process: nothing in it depends on the box
QUALITIES = ("measured", "last-known", "unmetered")


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


class Backend:
    """One box's side of the operator. `on_record(record)` is called with each new one.

    Attributes that fail it: `down` (confirms nothing, and misses nothing) and `ack_ms`, the time
    that an acknowledgement takes.
    """

    def __init__(
        self,
        clock: Clock,
        on_record: Callable[[dict], object],
        breach: Callable[[str, str], object],
        say: Callable[[str], object],
    ):
        self.down = False
        self.ack_ms = 200
        self.eager = False  # clears each fault as soon as it is seen
        self.records: dict[int, dict] = {}
        self.state: dict[str, Any] = {}
        self.online = False
        self.results: dict[str, dict] = {}
        self.clock = clock
        self.broker: Broker  # set by the simulation
        self._on_record = on_record
        self._breach = breach
        self._say = say
        self._sent: set[str] = set()
        self._wrong: set[str] = set()  # what no box may obey
        self._connections = 0
        self._told: dict[str, int] = {}  # in which connection each good result came last
        self._obeyed: set[str] = set()  # in this life of the box; retained ones, ever
        self._retained: set[str] = set()
        self._head = FIRST  # hash of the last record's frame
        self._leases: list[Lease | None] = [None]  # any of these may be in force

    # What comes.

    def take(self, topic: str, payload: bytes, _retained: bool) -> None:
        name = topic.removeprefix(PREFIX)
        self._say(f"> {name} {payload.decode()}")
        try:
            value = json.loads(payload)
        except ValueError:
            self._breach("bytes", f"{name}: not JSON: {payload!r}")
            return
        try:
            _CONTRACT.check(name, payload, value)
        except Breach as breach:
            self._breach("bytes", str(breach))
            return
        if name == "state":
            self._take_state(value)
        elif name == "tx":
            self._take_record(value)
        elif name == "cmdres":
            self._take_result(value)
        elif name == "online":
            self.online = value == 1
            self._connections += self.online

    def _take_state(self, state: dict) -> None:
        if self.eager and state["faults"] and not self.state.get("faults"):
            self.command("clear-faults")
        self.state = state
        if not state["closed"] and state["state"][0] in "BCD" and not state["why_not"]:
            self._breach("reasons", f"no current in {state['state']} and no reason why")

    def _take_record(self, record: dict) -> None:
        seq = record["seq"]
        known = self.records.get(seq)
        if known is not None:
            if known != record:
                self._breach("records", f"record {seq} comes again as another: {record}")
        else:
            last = max(self.records, default=0)
            if record["kind"] == "missing":
                self._breach("records", f"records {record['first']} to {seq} are missing")
                return
            if seq != last + 1:
                self._breach("records", f"record {seq} comes after {last}")
            self._check_chain(record)
            self.records[seq] = record
            if record["kind"] == "charge":
                self._check(record)
                self._on_record(record)
        if not self.down:
            self.clock.after(self.ack_ms * 1_000, lambda: self.acknowledge(seq))

    def _check_chain(self, record: dict) -> None:
        """It is sealed by the box, and follows the one before it."""
        found = Frame(b64decode(record["frame"]))
        if found.before != self._head:
            self._breach("records", f"record {record['seq']} does not follow the one before")
        if not is_sealed(found, _KEY):
            self._breach("records", f"record {record['seq']} is not sealed")
        self._head = found.hash()

    def _check(self, record: dict) -> None:
        if record["reason"] not in REASONS or record["energy"] not in QUALITIES:
            self._breach("reasons", f"charge {record['charge']} ends for {record['reason']!r}")
        lost = record["reason"] == "power-lost"
        if record.get("charging_s") and not record.get("opened") and not lost:
            self._breach("reasons", f"charge {record['charge']}: why did it open?")

    def _take_result(self, result: dict) -> None:
        id_ = result["id"]
        if not result["ok"] and not result["reason"]:
            self._breach("reasons", f"command {id_} refused without a reason")
        if id_ is None:
            return
        if id_ not in self._sent:
            self._breach("commands", f"a result for {id_!r}, which was never sent")
        if result["ok"]:
            if id_ in self._wrong:
                self._breach("commands", f"{id_} is obeyed, and was wrong")
            # A result whose PUBACK was lost with a connection comes again on the next one.
            if id_ in self._obeyed and self._told.get(id_) == self._connections:
                self._breach("commands", f"{id_} is obeyed twice")
            self._obeyed.add(id_)
            self._told[id_] = self._connections
        self.results[id_] = result
        self._settle(id_, result["ok"])

    def acknowledge(self, upto: int) -> None:
        if not self.down:
            self.publish("ack", {"upto": upto})

    # What it sends.

    def publish(self, topic: str, value: Any, retain: bool = False) -> None:
        payload = value if isinstance(value, bytes) else json.dumps(value).encode()
        self._say(f"< {topic} {payload[:200].decode(errors='backslashreplace')}")
        self.broker.publish(PREFIX + topic, payload, retain)

    def command(self, type_: str, id_: str = "", retain: bool = False, **others: Any) -> str:
        """Send one command; its id. `args` and other keys as given."""
        id_ = id_ or f"c{len(self._sent)}"
        self._sent.add(id_)
        if retain:
            self._retained.add(id_)
        self.publish("cmd", {"id": id_, "type": type_, **others}, retain)
        return id_

    def wrong(self, type_: str, id_: str = "", **others: Any) -> None:
        """One that must be refused."""
        self._wrong.add(self.command(type_, id_, **others))

    def nonsense(self, payload: bytes) -> None:
        """Bytes that are no command, or one by the name of x."""
        self._sent.add("x")
        self._wrong.add("x")
        self.publish("cmd", payload)

    def limit(self, ma: int, ttl_s: int, fallback_ma: int) -> str:
        """A limit, and what may hold from now on."""
        id_ = f"c{len(self._sent)}"
        ttl_us = ttl_s * 1_000_000
        self._leases.append(Lease(id_, ma, fallback_ma, ttl_us, self.clock.now_us + ttl_us))
        return self.command(
            "limit", id_, args={"ma": ma, "ttl_s": ttl_s, "fallback_ma": fallback_ma}
        )

    def _settle(self, id_: str, ok: bool) -> None:
        """It is known now whether a limit was taken."""
        for i, lease in enumerate(self._leases):
            if lease and lease.id == id_:
                if ok:
                    self._leases = self._leases[i:]
                    lease.latest_us = lease.latest_us or self.clock.now_us + lease.ttl_us
                else:
                    del self._leases[i]
                return

    def box_started(self) -> None:
        """Leases and remembered ids were in RAM."""
        self._leases = [None]
        self._obeyed &= self._retained

    @property
    def most_ma(self) -> int | None:
        """The largest limit that may be in force; None: any."""
        if None in self._leases:
            return None
        now_us = self.clock.now_us
        return max(lease.most_ma(now_us) for lease in self._leases if lease)
