"""A message in pieces among everything else: the broker sees whole packets and all of them."""

import asyncio

import fake_broker
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.link.pieces import publish
from test_mqtt import Box

_TOPIC = b"long"
_STUCK_S = 60  # less than a broker may be silent for

steps = st.one_of(
    st.tuples(st.just("publish"), st.integers(0, 1), st.integers(0, 600)),
    st.tuples(st.just("receive"), st.integers(0, 1), st.integers(0, 600)),
    st.tuples(st.just("wait"), st.just(0), st.integers(1, 3_000)),
    st.tuples(st.just("stop reading"), st.just(0), st.just(0)),
    st.tuples(st.just("read on"), st.just(0), st.just(0)),
)
sizes = st.lists(st.integers(0, 900), max_size=40)


def pieces_of(sizes):
    return [bytes([number & 0xFF]) * size for number, size in enumerate(sizes)]


@settings(deadline=None, max_examples=200)
@given(st.lists(steps, max_size=8), sizes, st.lists(steps, max_size=12))
def test_whatever_happens_meanwhile_it_arrives_whole_and_nothing_else_is_lost(
    before, sizes, meanwhile
):
    pieces = pieces_of(sizes)
    published, received = [], []

    async def do(box, what, qos, number):
        stream = box.broker.streams[-1]
        if what == "publish":
            payload = b"p" * number
            if box.mqtt.publish(b"short", payload, qos=qos) is not None:
                published.append(payload)
        elif what == "receive":
            received.append(b"r" * number)
            pid = len(received) if qos else 0
            box.broker.feed(fake_broker.publish(b"box/cmd", received[-1], 0x30 | qos << 1, pid))
        elif what == "wait":
            await asyncio.sleep(number / 1000)
        else:
            stream.reads_by_peer = what == "read on"

    async def story(box):
        await box.state(1)
        for step in before:
            await do(box, *step)
        box.broker.streams[-1].reads_by_peer = True
        while publish(box.mqtt, _TOPIC, lambda: iter(pieces)) is None:
            await asyncio.sleep(0.1)
        for step in meanwhile:
            await do(box, *step)
        box.broker.streams[-1].reads_by_peer = True
        await asyncio.sleep(_STUCK_S)

    box = Box().during(story)

    assert [reason for _, _, reason in box.states] == ["connected"]
    packets = [(first, body) for first, body in box.broker.packets if first & 0xF0 == 0x30]
    long_ones = [(first, body) for first, body in packets if body[2:6] == _TOPIC]
    assert [(first, body[8:]) for first, body in long_ones] == [(0x33, b"".join(pieces))]
    short = [body[9 if first & 2 else 7 :] for first, body in packets if body[2:7] == b"short"]
    assert short == published
    assert [payload for _, payload, _ in box.messages] == received
    known = {0x10, 0x40, 0x82, 0xC0}
    assert all(first in known or first & 0xF0 == 0x30 for first, _ in box.broker.packets)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([0, 119, 120, 121, 16_374, 16_375, 16_376, 100_000]), st.integers(1, 5_000))
def test_its_length_takes_as_many_bytes_as_it_must(size, piece_bytes):
    whole = bytes(range(256)) * (size // 256 + 1)
    cut = [whole[at : min(at + piece_bytes, size)] for at in range(0, size, piece_bytes)]

    async def story(box):
        await box.state(1)
        publish(box.mqtt, _TOPIC, lambda: iter(cut))
        await asyncio.sleep(5)

    box = Box().during(story)
    (body,) = (body for first, body in box.broker.packets if first == 0x33)
    assert body[8:] == whole[:size]
