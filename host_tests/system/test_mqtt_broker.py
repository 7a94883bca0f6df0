"""The MQTT client as a real MicroPython process against real brokers and a TCP black hole."""

import asyncio
from pathlib import Path

import aiomqtt
import pytest
from rig.broker import broker, mosquitto
from rig.ports import free_port
from saying import DEADLINE_S, in_time, saying

BOX = Path(__file__).with_name("mqtt_box.py")

pytestmark = pytest.mark.usefixtures("micropython")
brokers = pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "mosquitto",
            marks=pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed"),
        ),
        "amqtt",
    ],
)


def box(port, keepalive_s=10):
    return saying(BOX, port, keepalive_s)


async def ask(client, payload):
    """Send a command as the operator; returns (retained `online`, the answer)."""
    await client.subscribe("box/#", qos=1)
    await client.publish("box/cmd", payload, qos=1)
    online = None
    async with asyncio.timeout(DEADLINE_S):
        async for message in client.messages:
            if message.topic.matches("box/online"):
                online = message.payload
            if message.topic.matches("box/res") and message.payload == payload:
                return online, message.payload
    raise AssertionError("the operator's connection ended")


async def command_through(port, payload):
    async with aiomqtt.Client("127.0.0.1", port) as client:
        return await ask(client, payload)


@brokers
def test_publishes_answers_and_comes_back_when_the_broker_does(name):
    async def story():
        port = free_port()
        async with broker(port, name) as running, box(port) as charger:
            assert running.name == name
            await charger.says("state connected")
            assert (await charger.says("puback"))[1] == "2"  # 1 was the subscription
            assert await command_through(port, b"one") == (b"1", b"one")

            await running.kill()
            assert (await charger.says("state"))[1] == "closed"
            await running.start()
            await charger.says("state connected")
            await charger.says("puback")
            assert await command_through(port, b"two") == (b"1", b"two")

    in_time(story())


@brokers
def test_a_command_too_long_leaves_the_connection_up(name):
    async def story():
        port = free_port()
        async with broker(port, name), box(port) as charger:
            await charger.says("state connected")
            async with aiomqtt.Client("127.0.0.1", port) as client:
                await client.publish("box/cmd", b"x" * 50_000, qos=1)
                assert await charger.says("oversized") == ["oversized", "box/cmd", "50000"]
                assert (await ask(client, b"short"))[1] == b"short"

    in_time(story())


@brokers
def test_the_will_is_published_when_the_box_dies(name):
    async def story():
        port = free_port()
        async with broker(port, name), aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("box/online", qos=1)
            async with box(port) as charger:
                await charger.says("state connected")
                assert (await anext(aiter(client.messages))).payload == b"1"
            async with asyncio.timeout(DEADLINE_S):
                assert (await anext(aiter(client.messages))).payload == b"0"

    in_time(story())


def test_a_broker_that_accepts_and_never_answers_is_left_and_tried_again():
    async def story():
        accepted = asyncio.Queue()
        server = await asyncio.start_server(
            lambda reader, writer: accepted.put_nowait((reader, writer)), "127.0.0.1", 0
        )
        async with box(server.sockets[0].getsockname()[1]) as charger:
            reader, writer = await accepted.get()
            assert (await reader.readexactly(1)) == b"\x10"
            words = await charger.says("state")
            assert words[1] == "no-answer"
            assert int(words[2]) > 10, "the loop went on meanwhile"
            while await reader.read(1000):  # the box closes its side
                pass
            writer.close()
            _, writer = await accepted.get()
            writer.close()
        server.close()

    in_time(story())


def test_a_port_nobody_listens_on_is_unreachable_until_somebody_does():
    async def story():
        port = free_port()
        async with box(port) as charger:
            assert (await charger.says("state"))[1] == "unreachable"
            async with broker(port):
                await charger.says("state connected")

    in_time(story())
