"""A real MicroPython process streams its discovery to real brokers, and it is kept there whole."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import pytest
from home_assistant.boxes import SNAPSHOTS
from rig.broker import broker, mosquitto
from rig.interpreter import HEAP, environment, interpreter
from rig.ports import free_port

BOX = Path(__file__).with_name("discovery_box.py")
DEADLINE_S = 60
TOPIC = "homeassistant/device/box-1/config"


async def streamed(port):
    """What the box has said when it ended."""
    process = await asyncio.create_subprocess_exec(
        *(str(interpreter()), "-X", HEAP, str(BOX), str(port)),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(DEADLINE_S):
        said, _ = await process.communicate()
    return said.decode()


async def kept(port):
    """The retained message, as one who subscribes later gets it."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        await client.subscribe(TOPIC)
        async with asyncio.timeout(DEADLINE_S):
            async for message in client.messages:
                assert message.retain
                return message.payload
    raise AssertionError("the broker has ended")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            "mosquitto",
            marks=pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed"),
        ),
        "amqtt",
    ],
)
def test_the_broker_keeps_the_message_that_home_assistant_has_taken(micropython, name):
    async def story():
        port = free_port()
        async with broker(port, name):
            assert "has it after" in await streamed(port)
            return await kept(port)

    payload = asyncio.run(asyncio.wait_for(story(), 2 * DEADLINE_S))
    assert json.loads(payload) == json.loads((SNAPSHOTS / "discovery.everything.json").read_text())
