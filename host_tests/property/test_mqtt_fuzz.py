"""Any bytes in any pieces: the MQTT client neither crashes nor spins, and loses no message."""

import asyncio

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pilotwire.link.mqtt import Mqtt

_LONGEST = 2048
_READS = 20_000  # beside one for each byte: a client that spins runs past it
CONNACK = b"\x20\x02\x00\x00"


class Stream:
    """Gives out `data` in pieces of `sizes`, round and round, then ends; keeps what is written."""

    def __init__(self, data, sizes):
        self._data = data
        self._most = len(data) + _READS
        self._sizes = sizes
        self._reads = 0
        self.written = b""
        self.closed = False

    async def read(self, size):
        assert size > 0
        self._reads += 1
        assert self._reads < self._most
        size = min(size, self._sizes[self._reads % len(self._sizes)])
        data, self._data = self._data[:size], self._data[size:]
        return data

    def write(self, data):
        self.written += data

    async def drain(self):
        await asyncio.sleep(0)

    def close(self):
        self.closed = True

    async def wait_closed(self):
        await asyncio.sleep(0)


class Run:
    """One connection's life over a stream: what was delivered and how it ended."""

    def __init__(self, data, sizes):
        self.messages = []
        self.oversized = []
        self.states = []
        self.turns = 0
        self.stream = Stream(data, sizes)
        self._ended = asyncio.Event()
        asyncio.run(asyncio.wait_for(self._main(), 60))

    async def _main(self):
        values = {
            "host": "broker",
            "port": 1883,
            "client_id": "box",
            "user": None,
            "password": None,
            "keepalive_s": 3600,
            "will_topic": None,
            "will_payload": None,
        }
        mqtt = Mqtt(
            values,
            (),
            lambda *message: self.messages.append(message),
            self._on_state,
            lambda: 0,
            lambda bits: 0,
            on_oversized=lambda *what: self.oversized.append(what),
            open_connection=self._open,
        )
        client = asyncio.create_task(mqtt.run())
        others = asyncio.create_task(self._count_turns())
        ended = asyncio.create_task(self._ended.wait())
        await asyncio.wait((client, ended), return_when=asyncio.FIRST_COMPLETED)
        for task in (others, ended, client):
            task.cancel()
        done = await asyncio.gather(client, return_exceptions=True)
        assert isinstance(done[0], asyncio.CancelledError), done[0]

    async def _open(self, _host, _port):
        return self.stream, self.stream

    async def _count_turns(self):
        while True:
            self.turns += 1
            await asyncio.sleep(0)

    def _on_state(self, connected, reason):
        self.states.append(reason)
        if not connected:
            self._ended.set()


def length(size):
    out = b""
    while size > 0x7F:
        out += bytes([size & 0x7F | 0x80])
        size >>= 7
    return out + bytes([size])


sizes = st.lists(st.integers(1, 300), min_size=1, max_size=8)
topics = st.one_of(
    st.binary(min_size=1, max_size=12), st.integers(2000, 2100).map(lambda n: b"t" * n)
)
payloads = st.one_of(st.binary(max_size=40), st.integers(0, 5000).map(lambda n: b"p" * n))
messages = st.tuples(
    st.integers(0, 1), st.booleans(), st.booleans(), topics, payloads, st.integers(1, 65_535)
)
between = st.sampled_from((b"", b"", b"\xd0\x00", b"\x40\x02\x12\x34"))
# Pieces that look like MQTT reach deeper than noise does.
fragments = st.one_of(
    st.binary(max_size=30),
    st.builds(
        lambda first, body: bytes([first]) + length(len(body)) + body,
        st.integers(0, 255),
        st.binary(max_size=200),
    ),
    st.builds(
        lambda first, size, body: bytes([first]) + length(size) + body,
        st.sampled_from((0x30, 0x31, 0x32, 0x3B, 0x34, 0x90, 0x40)),
        st.integers(0, 268_435_455),
        st.binary(max_size=200),
    ),
)


@settings(deadline=None, max_examples=300)
@given(st.booleans(), st.lists(fragments, max_size=8), sizes)
@example(True, [b"\x32\xff\xff\xff\x7f\xff\xff"], [1])
def test_any_bytes_end_with_a_reason(connack, parts, pieces):
    run = Run(CONNACK * connack + b"".join(parts), pieces)
    assert run.states[-1] in ("closed", "malformed", "no-answer") or run.states[-1].startswith(
        "refused:"
    )
    assert run.stream.closed


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(between, messages), max_size=6), sizes)
def test_valid_streams_deliver_the_same_however_they_are_cut(stream, pieces):
    wire, delivered, oversized, acknowledged = CONNACK, [], [], b""
    for other, (qos, retained, dup, topic, payload, pid) in stream:
        word = pid.to_bytes(2, "big")
        body = len(topic).to_bytes(2, "big") + topic + word * qos + payload
        packet = bytes([0x30 | qos << 1 | retained | dup << 3]) + length(len(body)) + body
        wire += other + packet
        if len(packet) <= _LONGEST:
            delivered.append((topic, payload, retained))
        else:
            oversized.append((topic, len(payload)))
        acknowledged += (b"\x40\x02" + word) * qos

    run = Run(wire, pieces)

    assert run.states == ["connected", "closed"]
    assert run.messages == delivered
    assert [size for _, size in run.oversized] == [size for _, size in oversized]
    assert all(
        full.startswith(cut) for (cut, _), (full, _) in zip(run.oversized, oversized, strict=True)
    )
    # The end of the stream may come before the last acknowledgements are sent.
    written = run.stream.written
    acknowledgements = written[len(written) - len(acknowledged) :] if acknowledged else b""
    assert acknowledgements == acknowledged


@settings(deadline=None, max_examples=20)
@given(st.integers(100, 1000))
def test_a_flood_leaves_the_others_their_turn(count):
    run = Run(CONNACK + b"\xd0\x00" * count, [256])
    assert run.turns >= count
