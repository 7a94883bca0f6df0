"""The consumer as a process on a real mosquitto, with senders that mean no good."""

import asyncio
import json
import signal
import sqlite3
from contextlib import asynccontextmanager

import aiomqtt
import pytest
from backend import consumer as consuming
from backend.database import database
from backend.log import Counts
from backend.settings import Broker
from backend.store import Store
from desk import desk, free_port
from fleet.outbox import Outbox
from fleet.stage import Consumer
from plant import Cable, Car
from rig.broker import broker, mosquitto

pytestmark = pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")

DEADLINE_S = 60
OUTBOX = Outbox("box-1")
for _ in range(40):
    OUTBOX.add()


def in_time(coro):
    asyncio.run(asyncio.wait_for(coro, 2 * DEADLINE_S))


def tx(seq, **other):
    return json.dumps(OUTBOX.record(seq) | other).encode()


async def acknowledged(client, seq, box="box-1"):
    """Send record `seq` as a box does, until it is acknowledged; the number that the ack names."""
    await client.subscribe(f"pilotwire/v1/{box}/ack", qos=1)
    async with asyncio.timeout(DEADLINE_S):
        while True:
            await client.publish(f"pilotwire/v1/{box}/tx", tx(seq), qos=1)
            try:
                message = await asyncio.wait_for(anext(client.messages), 1)
            except TimeoutError:
                continue
            if (upto := json.loads(message.payload)["upto"]) >= seq:
                return upto


@asynccontextmanager
async def consumer(folder, port):
    running = Consumer(port, f"sqlite:///{folder}/records.db", folder, 1)
    await running.start()
    try:
        yield running
    finally:
        await running.kill()


def rows(folder, sql):
    with sqlite3.connect(folder / "records.db") as connection:
        return connection.execute(sql).fetchall()


HOSTILE = [
    ("box-1/tx", b"\xff\xfe"),
    ("box-1/tx", b"[" * 5_000),
    ("box-1/tx", b"{}"),
    ("box-1/tx", bytes(100_000)),
    ("box-1/tx", tx(2, by="\0")),
    ("box-1/tx", tx(2, wh=1 << 90, limits={"deep": [[[1e308]]]}) + b" "),
    ("box-1/state", b"null"),
    ("box-1/online", b"2"),
    ("bad id/tx", tx(1)),
    ("x" * 500 + "/tx", tx(1)),
    ("/tx", tx(1)),
]


def test_hostile_messages_are_counted_and_named_and_stop_nothing(tmp_path):
    async def story():
        port = free_port()
        async with (
            broker(port, "mosquitto"),
            consumer(tmp_path, port) as running,
            aiomqtt.Client("127.0.0.1", port) as client,
        ):
            assert await acknowledged(client, 1) == 1
            for topic, payload in HOSTILE:
                await client.publish(f"pilotwire/v1/{topic}", payload, qos=1)
            assert await acknowledged(client, 2) == 2
            forged = json.dumps(OUTBOX.record(3) | {"seq": 1}).encode()
            await client.publish("pilotwire/v1/box-1/tx", forged, qos=1)
            assert await acknowledged(client, 3) == 3
            assert await running.stop() == 0
        said = running.log.read_text()
        for name in ("json", "seq", "size", "text", "object", "online", "topic"):
            assert f"reason={name}\n" in said, said
        assert "error conflict box=box-1 seq=1" in said
        assert "Traceback" not in said
        assert rows(tmp_path, "SELECT seq FROM records ORDER BY seq") == [(1,), (2,), (3,)]
        assert rows(tmp_path, "SELECT seq, times FROM conflicts") == [(1, 1)]

    in_time(story())


def test_what_lies_beyond_a_gap_is_stored_and_not_acknowledged(tmp_path):
    async def story():
        port = free_port()
        async with (
            broker(port, "mosquitto"),
            consumer(tmp_path, port) as running,
            aiomqtt.Client("127.0.0.1", port) as client,
        ):
            assert await acknowledged(client, 1) == 1
            await client.publish("pilotwire/v1/box-1/tx", tx(3), qos=1)
            assert (json.loads((await anext(client.messages)).payload)) == {"upto": 1}
            assert await acknowledged(client, 2) == 2
            assert await acknowledged(client, 3) == 3
            await running.stop()
        assert "warning gap box=box-1 came=3 wanted=2" in running.log.read_text()

    in_time(story())


def test_an_acknowledgement_names_no_record_that_the_box_has_not_shown(tmp_path):
    """A box that has lost its mark refuses more, and would send the same record for ever."""

    async def story():
        port = free_port()
        async with (
            broker(port, "mosquitto"),
            consumer(tmp_path, port),
            aiomqtt.Client("127.0.0.1", port) as client,
        ):
            for seq in (1, 2, 3):
                assert await acknowledged(client, seq) == seq
            assert await acknowledged(client, 2) == 2

    in_time(story())


def test_while_the_database_is_locked_memory_is_bounded_and_nothing_is_lost(tmp_path, monkeypatch):
    monkeypatch.setattr(consuming, "_MOST_QUEUED", 5)
    file = tmp_path / "records.db"

    async def story():
        port, counts = free_port(), Counts()
        store = Store(database(f"sqlite:///{file}"))
        await store.create()
        async with (
            broker(port, "mosquitto"),
            aiomqtt.Client("127.0.0.1", port) as client,
        ):
            broker_at = Broker("127.0.0.1", port)
            task = asyncio.create_task(consuming.Consumer(broker_at, store, "g", counts).run())
            assert await acknowledged(client, 1) == 1
            with sqlite3.connect(file, isolation_level=None) as lock:
                lock.execute("BEGIN IMMEDIATE")
                async with asyncio.timeout(DEADLINE_S):
                    while not counts.total["overflowed"]:
                        for seq in range(2, 41):
                            await client.publish("pilotwire/v1/box-1/tx", tx(seq), qos=1)
                lock.execute("ROLLBACK")
            for seq in range(2, 41):
                await acknowledged(client, seq)
            task.cancel()
            await asyncio.wait({task}, timeout=5)
            await store.close()
        assert rows(tmp_path, "SELECT count(*) FROM records") == [(40,)]

    in_time(story())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well_with_or_without_a_broker(tmp_path, number):
    async def story():
        async with consumer(tmp_path, free_port()) as running:
            async with asyncio.timeout(DEADLINE_S):
                while "warning broker" not in running.log.read_text():
                    await asyncio.sleep(0.05)
            running._process.send_signal(number)
            assert await running._process.wait() == 0
        assert running.log.read_text().endswith("info stopped\n")

    in_time(story())


def test_the_records_of_a_real_box_are_stored_and_acknowledged(tmp_path):
    async def story():
        async with (
            desk(acknowledge=False) as d,
            consumer(tmp_path, d.broker.port),
        ):
            d.world.plug(Cable(32), Car())
            await d.charging()
            await d.registered(2)
            d.world.unplug()
            record = await d.operator.charge()
            await d.operator.until("state", lambda state: state["pending"] == 0)
            sql = "SELECT box, seq, wh, reason, sound FROM records WHERE kind = 'charge'"
            assert rows(tmp_path, sql) == [("desk", record["seq"], record["wh"], "unplugged", 1)]
            assert rows(tmp_path, "SELECT online FROM boxes") == [(1,)]

    in_time(story())
