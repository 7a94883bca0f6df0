"""An MQTT 3.1.1 client (OASIS) that never gives up: every state of a connection, every deadline.

Packets are handled in the pipe's buffers, whole and checked; nothing here waits for a broker.

Sessions are clean: the broker keeps nothing for an absent box. A command that waited in a queue
would come too late to be true, and what must not be lost (the records) has an outbox of its own,
which resends on the next connection.
"""

import asyncio

from micropython import const

from pilotwire.link import packets
from pilotwire.link.pipe import MalformedError, Pipe
from pilotwire.link.retry import SPREAD_S, DialError, pause_ms
from pilotwire.tcp import close, open_connection

_IN_BYTES = const(2048)  # the longest packet that is delivered
_OUT_BYTES = const(2048)
_RESERVE_BYTES = const(16)  # of the out buffer, for PUBACK and PINGREQ: `publish` leaves it free
_PUBACK_BYTES = const(4)
_CHUNK_BYTES = const(256)  # read or written at a time
_IN_FLIGHT = const(4)  # QoS 1 messages waiting for their PUBACK
_OPEN_S = 30  # the look-up, the time for TLS, the TCP connection
_CONNECT_MS = const(10_000)  # from then to the last SUBACK, a TLS handshake included
_STUCK_S = 0.02  # how long to leave a broker that does not read before looking again
_TICKS_MASK = const(0x3FFFFFFF)  # every port's ticks wrap at a multiple of this

_CONNACK = const(0x20)
_PUBLISH = const(0x30)
_PUBACK = const(0x40)
_SUBACK = const(0x90)
_PINGRESP = const(0xD0)
_ANSWER_BYTES = {_CONNACK: 2, _PUBACK: 2, _SUBACK: 3, _PINGRESP: 0}  # one topic a SUBSCRIBE

_DOWN = const(0)
_OPENING = const(1)  # CONNECT sent
_SUBSCRIBING = const(2)  # CONNACK received
_UP = const(3)  # every SUBACK received


class RefusedError(Exception):
    """The broker said no: CONNACK's return code 1..5, or 128 for a subscription."""


def _bytes(text):
    return text.encode() if isinstance(text, str) else text


class Mqtt:
    """One client. `settings` is a dict of host, port, client_id, user and password (or None),
    keepalive_s (4..65535), will_topic and will_payload (retained, QoS 1; or None), spread_s
    (0..3600, `retry.pause_ms`; 600 if it is not there).

    A broker is left when it is silent for 1.25 keepalive periods, or leaves a QoS 1 message
    unacknowledged for as long.

    on_message(topic, payload, retained): bytes, bytes, bool.
    on_state(connected, reason): 'connected', or why not: 'unreachable' (no TCP connection),
        'refused:<code>', 'no-answer', 'closed', 'malformed', or what `open_connection` or
        `refused` say. Every failed attempt is reported.
    on_puback(pid): the broker has the message that `publish` gave this id.
    on_oversized(topic, size): a payload of `size` bytes was acknowledged but not delivered; its
        topic is cut to what the buffer holds. `oversized` counts them.
    ticks_ms() and random_bits(n) as in MicroPython's time.ticks_ms and random.getrandbits.
    Callbacks must not raise: what they raise ends `run`.
    """

    def __init__(
        self,
        settings,
        topics,
        on_message,
        on_state,
        ticks_ms,
        random_bits,
        on_puback=None,
        on_oversized=None,
        open_connection=open_connection,
        ready=None,
        refused=None,
        settled=None,
    ):
        """`topics`: filters, subscribed at QoS 1.

        `open_connection(host, port)` is the one place where bytes meet a network; the default
        is tcp.py's. `ready()`: coroutine that returns when a connection may be tried.
        `refused(complaint)`: the reason ('closed' without it) when the peer has ended the
        connection before our first bytes were through: with TLS the handshake has failed, and
        `complaint` is what MicroPython said of the peer's certificate, or "". `settled()`, once
        for each try: our first bytes were through, or never will be.
        """
        self._topics = [_bytes(topic) for topic in topics]
        self._on_message = on_message
        self._on_state = on_state
        self._on_puback = on_puback
        self._on_oversized = on_oversized
        self._ticks_ms = ticks_ms
        self._random_bits = random_bits
        self._open_connection = open_connection
        self._ready_to_dial = ready
        self._refused = refused
        self._settled = settled or (lambda: None)
        self._spread_s = settings.get("spread_s", SPREAD_S)
        self._host, self._port = settings["host"], settings["port"]
        self._keepalive_ms = settings["keepalive_s"] * 1000
        self._connect = packets.connect(
            _bytes(settings["client_id"]),
            _bytes(settings["user"] or None),
            _bytes(settings["password"] or b""),
            settings["keepalive_s"],
            _bytes(settings["will_topic"] or None),
            _bytes(settings["will_payload"]),
        )
        self._pipe = Pipe(_IN_BYTES, _OUT_BYTES)
        self.oversized = 0
        self._phase = _DOWN
        self._taken = False  # the first bytes: with TLS, the handshake is over
        self._complaint = ""  # about its certificate
        self._failures = 0  # attempts since a connection was last healthy
        self._heard_ms = 0  # when the connection was opened, and once up the last whole packet
        self._pinged_ms = 0
        self._unsent = asyncio.Event()  # the out buffer has something
        self._changed = asyncio.Event()  # connected, or the receiver has ended
        self._pid = 0  # of what was sent last, 1..65535 from the first on
        self._in_flight = {}  # packet id -> when it was sent
        self._subscribing = []  # packet ids that wait for their SUBACK
        self._pieces = ()  # of the packet that `publish_pieces` sends
        self._oversized_rest = ()  # (QoS, bytes after the topic) of one that is being skipped

    async def run(self):
        """Connect, and connect again, for ever. Cancel it to close the socket; the broker then
        publishes the will. Settings too long for the out buffer raise `FullError`."""
        while True:
            if self._ready_to_dial:
                await self._ready_to_dial()
            self._taken = False
            try:
                reason = await self._connection()
            finally:
                if not self._taken:
                    self._settled()
            self._on_state(False, reason)
            pause = pause_ms(self._failures, self._spread_s, self._random_bits)
            self._failures += 1
            await asyncio.sleep(pause / 1000)

    def publish(self, topic, payload, retain=False, qos=0):
        """Queue one message (bytes) and return its packet id, 1..65535, or 0 at QoS 0.

        Never waits: None before CONNACK, when the out buffer is full, or when four QoS 1
        messages are unacknowledged. A lost connection forgets the ids in flight: publish again.
        ValueError for a QoS other than 0 and 1 or a message that could never fit (2,000 bytes do).
        """
        if qos not in (0, 1):
            raise ValueError("qos", qos, 0, 1)
        size = 5 + len(topic) + len(payload) + 2 * qos  # with a length of two bytes: < 16 KB
        if size > _OUT_BYTES - _RESERVE_BYTES:
            raise ValueError("message", size, 0, _OUT_BYTES - _RESERVE_BYTES)
        if self._phase < _SUBSCRIBING or size + _RESERVE_BYTES > self._pipe.room():
            return None
        pid = 0
        if qos:
            if len(self._in_flight) >= _IN_FLIGHT:
                return None
            pid = self._next_pid()
            self._in_flight[pid] = self._ticks_ms()
        self._write(packets.publish(topic, len(payload), retain, pid))
        self._write(payload)
        return pid

    def publish_pieces(self, packet):
        """Send one QoS 1 message that memory has no room for: see pieces.py.

        `packet(pid)` gives an iterator of bytes, which together are one whole PUBLISH; an empty
        piece only lets others have their turn. Returns the packet id, or None as `publish` does.
        Until the last piece is sent nothing else is, and nothing is received: `publish` returns
        None. An iterator that raises OSError ends the connection as a silent broker does.
        """
        if self._phase != _UP or len(self._in_flight) >= _IN_FLIGHT or self._pipe.held:
            return None
        pid = self._next_pid()
        self._pipe.held = True
        self._pieces = packet(pid)
        self._in_flight[pid] = self._ticks_ms()
        self._unsent.set()
        return pid

    # One connection.

    async def _connection(self):
        """Open, keep and close one connection; returns why it ended."""
        try:
            reader, writer = await asyncio.wait_for(
                self._open_connection(self._host, self._port), _OPEN_S
            )
        except DialError as error:
            return error.args[0]
        except (asyncio.TimeoutError, OSError):
            return "unreachable"
        self._heard_ms = self._ticks_ms()
        self._pipe.clear()
        self._in_flight.clear()
        self._subscribing.clear()
        self._oversized_rest = ()
        self._phase = _OPENING
        self._complaint = ""
        sender = asyncio.create_task(self._send(writer))
        receiver = asyncio.create_task(self._receive(reader))
        try:
            self._write(self._connect)
            return await self._watch(receiver)
        finally:
            self._phase = _DOWN
            self._pieces = ()
            receiver.cancel()
            sender.cancel()
            await close(writer)

    async def _watch(self, receiver):
        """Hold the deadlines until the receiver ends; returns the reason.

        A read is never cancelled to hold one: MicroPython's cancel forgets every task that waits
        on the same stream, the sender too.
        """
        while not receiver.done():
            self._changed.clear()
            left_ms = self._keep_alive()
            if left_ms <= 0:
                return "no-answer"
            try:
                await asyncio.wait_for(self._changed.wait(), left_ms / 1000)
            except asyncio.TimeoutError:
                continue
        return await receiver

    def _keep_alive(self):
        """Ping when due. Returns ms until the next look, <= 0 when the broker is too late."""
        if self._phase != _UP:
            return _CONNECT_MS - self._age_ms(self._heard_ms)
        patience_ms = self._keepalive_ms * 5 // 4
        left_ms = patience_ms - self._age_ms(self._heard_ms)
        for sent_ms in self._in_flight.values():
            left_ms = min(left_ms, patience_ms - self._age_ms(sent_ms))
        if self._age_ms(self._pinged_ms) >= self._keepalive_ms // 2:
            self._pinged_ms = self._ticks_ms()
            if self._pipe.room() >= len(packets.PINGREQ):
                self._write(packets.PINGREQ)
        return min(left_ms, self._keepalive_ms // 2 - self._age_ms(self._pinged_ms))

    async def _send(self, writer):
        pipe = self._pipe
        try:
            while True:
                while pipe.unsent:
                    writer.write(pipe.take(_CHUNK_BYTES))
                    await writer.drain()
                    if not self._taken:
                        self._taken = True
                        self._settled()
                if pipe.held:
                    for piece in self._pieces:
                        if piece:  # with TLS, nothing would be a record of its own
                            writer.write(piece)
                        await writer.drain()
                    pipe.held = False
                self._unsent.clear()
                await self._unsent.wait()
        except (OSError, ValueError) as error:  # the receiver meets it too
            self._note(error)

    async def _receive(self, reader):
        """Handle packets until the connection ends; returns the reason."""
        pipe = self._pipe
        try:
            while True:
                if pipe.room() < _PUBACK_BYTES:  # a message must not be taken unacknowledged
                    await asyncio.sleep(_STUCK_S)
                elif self._step():
                    if self._phase == _UP:
                        self._heard_ms = self._ticks_ms()
                    await asyncio.sleep(0)  # others get their turn between two packets
                else:
                    data = await self._read(reader, min(_CHUNK_BYTES, pipe.space()))
                    if not data:
                        break
                    pipe.feed(data)
        except RefusedError as error:
            return f"refused:{error.args[0]}"
        except MalformedError:
            return "malformed"
        finally:
            self._changed.set()
        return "closed" if self._taken or not self._refused else self._refused(self._complaint)

    async def _read(self, reader, size):
        try:
            return await reader.read(size)
        except (OSError, ValueError) as error:
            self._note(error)

    def _note(self, error):
        if isinstance(error.args[0], str):  # TLS: about the peer's certificate
            self._complaint = error.args[0]

    # Packets.

    def _step(self):
        """Handle the front packet; False when more of it must arrive first."""
        pipe = self._pipe
        if self._oversized_rest:
            return self._skip_rest()
        header = pipe.header()
        if not header:
            return False
        first, at, size = header
        if first & 0xF0 == _PUBLISH and self._phase != _OPENING:
            return self._take_message(first, at, size)
        if _ANSWER_BYTES.get(first) != size:
            raise MalformedError("type", first, size)
        if not pipe.holds(at + size):
            return False
        self._take_answer(first, at)
        pipe.drop(at + size)
        return True

    def _take_answer(self, first, at):
        if (first == _CONNACK) != (self._phase == _OPENING):
            raise MalformedError("order", first)
        if first == _PINGRESP:
            self._failures = 0  # healthy: not one of those that take us and drop us at once
            return
        word = self._pipe.u16(at)
        if first == _PUBACK:
            if self._in_flight.pop(word, None) is not None and self._on_puback:
                self._on_puback(word)
        elif first == _CONNACK:
            if word & 0xFF:
                raise RefusedError(word & 0xFF)
            self._phase = _SUBSCRIBING
            for topic in self._topics:
                pid = self._next_pid()
                self._write(packets.subscribe(pid, topic))
                self._subscribing.append(pid)
            self._ready()
        else:
            if word not in self._subscribing:
                raise MalformedError("suback", word)
            granted = self._pipe.u16(at + 1) & 0xFF
            if granted > 1:
                raise RefusedError(granted)
            self._subscribing.remove(word)
            self._ready()

    def _ready(self):
        if not self._subscribing:
            self._phase = _UP
            self._pinged_ms = self._ticks_ms()
            self._changed.set()
            self._on_state(True, "connected")

    def _take_message(self, first, at, size):
        """PUBLISH, section 3.3: topic length, topic, packet id at QoS 1, payload."""
        pipe = self._pipe
        qos = first >> 1 & 3
        if qos > 1 or size < 3 + 2 * qos:  # QoS 2 was never subscribed to; a topic is not empty
            raise MalformedError("publish", first, size)
        if not pipe.holds(at + 2):
            return False
        topic_size = pipe.u16(at)
        rest = size - 2 - topic_size
        if not topic_size or rest < 2 * qos:
            raise MalformedError("topic", topic_size, size)
        start, stop, end = at + 2, at + 2 + topic_size, at + size
        fits = pipe.fits(end)
        if not pipe.holds(end if fits else stop):
            return False
        topic = pipe.copy(start, stop)
        if fits:
            self._on_message(topic, pipe.copy(stop + 2 * qos, end), bool(first & 1))
            if qos:
                self._acknowledge(stop)
            pipe.drop(end)
            return True
        if self._on_oversized:
            self._on_oversized(topic, rest - 2 * qos)
        self.oversized += 1
        pipe.drop(stop)
        self._oversized_rest = qos, rest
        return True

    def _skip_rest(self):
        """What follows the topic of a message too long for the buffer: acknowledge, discard."""
        pipe = self._pipe
        qos, rest = self._oversized_rest  # pyright: ignore[reportAssignmentType]
        if qos:
            if not pipe.holds(2):
                return False
            self._acknowledge(0)
        pipe.drop(rest)
        self._oversized_rest = ()
        return True

    def _acknowledge(self, at):
        """PUBACK (section 3.4) for the packet id there."""
        self._write(b"\x40\x02" + self._pipe.copy(at, at + 2))

    def _write(self, data):
        self._pipe.write(data)
        self._unsent.set()

    def _next_pid(self):
        """One that is not in flight (section 2.3.1)."""
        while True:
            self._pid = self._pid % 0xFFFF + 1
            if self._pid not in self._in_flight:
                return self._pid

    def _age_ms(self, then_ms):
        return self._ticks_ms() - then_ms & _TICKS_MASK
