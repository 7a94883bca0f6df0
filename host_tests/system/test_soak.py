"""The link for long: packet ids that wrap again and again, a heap that stays, nothing lost."""

import asyncio

import pytest
from rig.broker import mosquitto
from soak import box, client

pytestmark = [
    pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed"),
    pytest.mark.usefixtures("micropython"),
]


def test_packet_ids_wrap_past_65536_twice_and_the_heap_is_flat():
    run = asyncio.run(client.publish(2 * 65_536 + 4_096, kills=3, seed=1))
    print(*client.lines(run), sep="\n")
    assert client.complaints(run) == []
    assert run.acked > 2 * 65_536
    assert run.wraps >= 2
    assert run.connections >= 4
    assert len(run.heap) > 20


def test_a_box_loses_nothing_to_commands_cars_and_a_broker_that_dies():
    day = asyncio.run(box.Soak(seed=1).run(minutes=0.4))
    print(*box.lines(day), sep="\n")
    assert box.complaints(day) == []
    assert day.kills
    assert day.ledger.charges()
