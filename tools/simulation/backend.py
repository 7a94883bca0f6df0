"""The operator: keeps the records, sends commands, and knows what it may expect of a box.

It judges by what reached it, and holds that against the plant.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from contract.wire import Acquainted, Breach
from pilotwire.record.frame import FIRST, Frame, Key, is_sealed

from .access import Guests, Reservation
from .broker import Broker
from .hal import SECRET
from .sources import Local, Operator, Timetable
from .tasks import Clock

BOX = "sim"
PREFIX = f"pilotwire/v1/{BOX}/"
REASONS = ("unplugged", "remote", "power-lost")
_KEY = Key(SECRET)
_CONTRACT = Acquainted()  # of all runs in this process: nothing in it depends on the box
QUALITIES = ("measured", "last-known", "unmetered")


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
        local: Local,
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
        self._owed: dict[str, int] = {}  # commands that the box has, and since when
        self._head = FIRST  # hash of the last record's frame
        self.reservation = Reservation()
        self.guests = Guests()
        self.operator, self.site = Operator(), Operator()
        self.timetable = Timetable()
        self.local = local
        self.least_unix = 1 << 40  # to which a command may have set the clock
        self._clock_set_us = -(1 << 60)
        self.steady_us: Callable[[], int] = lambda: 0  # for how long no clock was disturbed

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
        self._owed.pop(id_, None)
        if result["reason"] != "repeated":
            self._settle(id_, result)

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
        id_ = id_ or self._next_id()
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

    def limit(self, ma: int, ttl_s: int, fallback_ma: int, source: str = "operator") -> str:
        """A limit, and what may hold from now on; the command's id."""
        whose = self.site if source == "site" else self.operator
        whose.sent(self._next_id(), ma, fallback_ma, ttl_s, self.clock.now_us)
        args = {"ma": ma, "ttl_s": ttl_s, "fallback_ma": fallback_ma, "source": source}
        return self.command("limit", args=args)

    def schedule(self, schedule: dict[str, Any] | None) -> None:
        self.timetable.sent(self._next_id(), schedule)
        self.command("schedule", args={"schedule": schedule})

    def forget(self) -> None:
        for thing in (self.timetable, self.guests):
            thing.sent(self._next_id(), None)
        self.command("forget")

    def invite(self, guests: dict[str, Any] | None) -> None:
        self.guests.sent(self._next_id(), guests)
        self.command("guests", args={"guests": guests})

    def reserve(self, token: str, unix: int, span_s: int) -> None:
        """For so long from `unix`, which the box's clock shows; 0 ends it."""
        self.reservation.sent(self._next_id(), token, span_s, self.clock.now_us)
        self.command("reserve", args={"token": token, "until": span_s and unix + span_s})

    def authorise(self, token: str) -> None:
        self.reservation.shown(token)
        self.command("authorise", args={"token": token})

    def set_time(self, unix: int) -> None:
        self._clock_set_us = self.clock.now_us
        self.least_unix = min(self.least_unix, unix)
        self.command("time", args={"unix": unix})

    def set(self, name: str, text: str, retain: bool = False) -> None:
        """As a local energy manager, something that a box takes."""
        self.local.sent(name, text.encode(), self.clock.now_us)
        self.publish(f"set/{name}", text.encode(), retain)

    def taken(self, topic: str, payload: bytes, retained: bool) -> None:
        """The box has acknowledged this message."""
        kind, _, name = topic.removeprefix(PREFIX).partition("/")
        if kind == "set" and not retained:
            self.local.taken(name, payload, self.clock.now_us)
        try:
            id_ = json.loads(payload)["id"] if kind == "cmd" else None
        except (ValueError, TypeError, KeyError):
            return
        if isinstance(id_, str) and id_ in self._sent:
            self._owed[id_] = self.clock.now_us

    def _next_id(self) -> str:
        return f"c{len(self._sent)}"

    def _settle(self, id_: str, result: dict) -> None:
        now_us = self.clock.now_us
        for whose in (self.operator, self.site):
            whose.settle(id_, result["ok"], now_us)
        self.timetable.settle(id_, result)
        self.guests.settle(id_, result)
        steady_us = min(self.steady_us(), now_us - self._clock_set_us)
        self.reservation.settle(id_, result["ok"], now_us, steady_us)

    # What it knows.

    def box_started(self) -> None:
        """Leases and remembered ids were in RAM."""
        for thing in (self.operator, self.site, self.local, self.timetable):
            thing.box_started()
        for thing in (self.guests, self.reservation):
            thing.box_started()
        self._owed.clear()
        self._obeyed &= self._retained

    @property
    def most_ma(self) -> int | None:
        """The largest limit of operator and site that may be in force; None: any."""
        found = [whose.most_ma(self.clock.now_us) for whose in (self.operator, self.site)]
        return min((ma for ma in found if ma is not None), default=None)

    def knows(self, token: str, unix: int | None) -> bool:
        """Whether the holder of `token` may charge, by what the box's clock shows."""
        return self.reservation.may_be_for(token) or self.guests.permits(token, unix)

    def overdue(self, us: int) -> str:
        """A command that the box has had for so long, and no result; or ""."""
        if self.state.get("dropped", {}).get("result"):
            self._owed.clear()
        old = [id_ for id_, since_us in self._owed.items() if self.clock.now_us - since_us > us]
        return old[0] if old else ""

    def unset(self, unix: int | None) -> str:
        """A limit in the state that nobody has set, by what the box's clock shows; or ""."""
        limit = self.state["limit"]
        if limit["by"] == "operator" and not self.operator.may_be(limit["ma"]):
            return f"{limit}, and the operator has set {self.operator.leases}"
        if limit["by"] == "site" and not self.site.may_be(limit["ma"]):
            return f"{limit}, and the site has set {self.site.leases}"
        if limit["set_ma"] is not None and limit["ma"] > limit["set_ma"]:
            return str(limit)
        wrong = self.local.wrong(self.state, self.clock.now_us)
        if wrong or self.state["override"]:
            return wrong
        return self.timetable.wrong(limit, unix)
