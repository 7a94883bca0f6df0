"""A model of an MQTT 3.1.1 broker for one box and its backend, which also judges the box's bytes.

The system tests run the firmware against a real broker; here its time is the simulation's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from paho.mqtt.client import topic_matches_sub

from .network import Connection, Network
from .rng import Rng
from .tasks import Clock

_CONNECT, _PUBLISH, _PUBACK, _SUBSCRIBE, _PINGREQ, _DISCONNECT = 1, 3, 4, 8, 12, 14
_GRACE_PM = 1_500  # of the keep-alive: section 3.1.2.10
_RESTART_US = 3_000_000


@dataclass
class Session:
    """One connection. `topics` are the box's subscriptions."""

    connection: Connection
    data: bytes = b""
    connected: bool = False
    keepalive_us: int = 0
    heard_us: int = 0
    will: tuple[str, bytes, bool] | None = None
    topics: tuple[str, ...] = ()
    pid: int = 0
    sent: dict[int, tuple[str, bytes, bool]] = field(default_factory=dict)  # without PUBACK

    def wants(self, topic: str) -> bool:
        return any(topic_matches_sub(name, topic) for name in self.topics)


class ProtocolError(Exception):
    """Bytes of the box that are no MQTT 3.1.1; a broker hangs up."""


class Broker:
    """`on_message(topic, payload, retained)` gets what the box publishes, and its will.

    `on_taken(topic, payload, retained)`, with what the box has acknowledged.

    Attributes that fail it: `refuses` (a CONNACK code), `mute` (takes bytes and does nothing with
    them before `wake`), `forgets_acks` (no PUBACK); `repeat_percent` of what it sends at QoS 1
    comes twice.
    """

    def __init__(
        self,
        clock: Clock,
        rng: Rng,
        on_message: Callable[[str, bytes, bool], object],
        on_breach: Callable[[str], object],
    ):
        self.on_taken: Callable[[str, bytes, bool], object] = lambda *_: None
        self.refuses = 0
        self.mute = False
        self.forgets_acks = False
        self.repeat_percent = 0
        self.retained: dict[str, bytes] = {}
        self.network = Network(clock, rng.stream("network"), self._accept)
        self.session: Session | None = None  # the latest that is connected
        self._sessions: list[Session] = []
        self._clock = clock
        self._rng = rng
        self._on_message = on_message
        self._on_breach = on_breach

    def restart(self, forget: bool) -> None:
        """Gone for three seconds; `forget`: it has kept nothing."""
        self.session = None
        self.network.reset()
        self.network.refuses = True
        self._clock.after(_RESTART_US, lambda: setattr(self.network, "refuses", False))
        if forget:
            self.retained = {}

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """By the backend, at QoS 1. Clean sessions: nothing is kept for an absent box."""
        if retain:
            self.retained[topic] = payload
        session = self.session
        if session and session.wants(topic):
            self._deliver(session, topic, payload, False)
            if self._rng.chance(self.repeat_percent):
                self._deliver(session, topic, payload, False, again=True)

    def _accept(self, connection: Connection) -> None:
        session = Session(connection, heard_us=self._clock.now_us)
        self._sessions = [s for s in self._sessions if not s.connection.closed] + [session]
        connection.on_data = lambda data: self._take(session, data)
        connection.on_end = lambda: self._lost(session)

    def _take(self, session: Session, data: bytes) -> None:
        session.data += data
        if not self.mute:
            self._work(session)

    def wake(self) -> None:
        """Go on with what has come meanwhile."""
        self.mute = False
        for session in self._sessions:
            self._work(session)

    def _work(self, session: Session) -> None:
        try:
            while not session.connection.closed:
                packet = _front(session.data)
                if not packet:
                    return
                first, body, size = packet
                session.data = session.data[size:]
                session.heard_us = self._clock.now_us
                self._packet(session, first, body)
        except ProtocolError as error:
            self._on_breach(f"MQTT: {error}")
            self._hang_up(session)

    def _packet(self, session: Session, first: int, body: bytes) -> None:
        kind = first >> 4
        if (kind == _CONNECT) == session.connected:
            raise ProtocolError(f"packet {first:#x} out of order")
        if kind == _CONNECT:
            self._connect(session, body)
        elif kind == _PUBLISH:
            self._published(session, first, body)
        elif kind == _SUBSCRIBE:
            topic, at = _text(body, 2)
            if _u16(body, 0) == 0 or first != 0x82 or at + 1 != len(body):
                raise ProtocolError("SUBSCRIBE")
            session.topics += (topic,)
            session.connection.send(b"\x90\x03" + body[:2] + body[at : at + 1])
            for name, payload in self.retained.items():
                if topic_matches_sub(topic, name):
                    self._deliver(session, name, payload, True)
        elif kind == _PINGREQ:
            session.connection.send(b"\xd0\x00")
        elif kind == _DISCONNECT:
            session.will = None
            self._hang_up(session)
        elif kind == _PUBACK and len(body) == 2:
            known = session.sent.pop(_u16(body, 0), None)
            if known:
                self.on_taken(*known)
        else:
            raise ProtocolError(f"packet {first:#x}")

    def _connect(self, session: Session, body: bytes) -> None:
        if body[:7] != b"\0\4MQTT\4":
            raise ProtocolError("CONNECT")
        flags = body[7]
        _, at = _text(body, 10)
        if flags & 4:
            topic, at = _text(body, at)
            will, at = _text(body, at)
            session.will = topic, will.encode(), bool(flags & 0x20)
        if self.refuses:
            session.connection.send(bytes((0x20, 2, 0, self.refuses)))
            session.will = None
            self._hang_up(session)
            return
        if self.session:  # the same client comes again: section 3.1.4
            self._lost(self.session)
        session.connected = True
        session.keepalive_us = _u16(body, 8) * 1_000 * _GRACE_PM
        self.session = session
        session.connection.send(b"\x20\x02\0\0")
        self._watch(session)

    def _published(self, session: Session, first: int, body: bytes) -> None:
        topic, at = _text(body, 0)
        if first & 6:
            pid = _u16(body, at)
            at += 2
            if first & 6 != 2 or pid == 0:
                raise ProtocolError(f"PUBLISH {first:#x} with packet id {pid}")
            if not self.forgets_acks:
                session.connection.send(b"\x40\x02" + pid.to_bytes(2, "big"))
        self._say(topic, body[at:], bool(first & 1))

    def _say(self, topic: str, payload: bytes, retain: bool) -> None:
        if retain:
            self.retained[topic] = payload
        self._on_message(topic, payload, retain)

    def _deliver(
        self, session: Session, topic: str, payload: bytes, retained: bool, again: bool = False
    ) -> None:
        session.pid += not again
        body = len(topic).to_bytes(2, "big") + topic.encode()
        pid = session.pid & 0x7FFF or 1
        session.sent[pid] = topic, payload, retained
        body += pid.to_bytes(2, "big") + payload
        first = 0x32 | retained | again << 3
        session.connection.send(bytes((first,)) + _length(len(body)) + body)

    def _watch(self, session: Session) -> None:
        """The keep-alive: a client that is silent for too long is gone."""
        if session.connection.closed:
            return
        due_us = session.heard_us + session.keepalive_us
        if self._clock.now_us >= due_us:
            self._lost(session)
        else:
            self._clock.agenda.at(due_us, lambda: self._watch(session))

    def _hang_up(self, session: Session) -> None:
        session.connection.close()
        self._lost(session)

    def _lost(self, session: Session) -> None:
        session.connection.close()
        if self.session is session:
            self.session = None
        will, session.will = session.will, None
        if will and session.connected:
            self._say(*will)


def _front(data: bytes) -> tuple[int, bytes, int] | None:
    """(first byte, body, size) of the packet at the front, None until it is whole."""
    size = 0
    for at in range(1, min(len(data), 5)):
        size |= (data[at] & 0x7F) << 7 * (at - 1)
        if not data[at] & 0x80:
            end = at + 1 + size
            return (data[0], data[at + 1 : end], end) if len(data) >= end else None
    if len(data) >= 5:
        raise ProtocolError("length")
    return None


def _length(size: int) -> bytes:
    out = b""
    while size > 0x7F:
        out += bytes((size & 0x7F | 0x80,))
        size >>= 7
    return out + bytes((size,))


def _u16(data: bytes, at: int) -> int:
    if len(data) < at + 2:
        raise ProtocolError("a packet that is too short")
    return data[at] << 8 | data[at + 1]


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + _u16(data, at)
    if len(data) < end:
        raise ProtocolError("a packet that is too short")
    try:
        return data[at + 2 : end].decode(), end
    except UnicodeDecodeError:
        raise ProtocolError("a text that is not UTF-8") from None
