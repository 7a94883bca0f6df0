"""What no message and no line on the console may tell, whatever a box is asked."""

import asyncio

import aiomqtt
from desk import desk, free_port
from hostile.messages import EXAMPLES
from plant import Cable, Car, World
from rig.box import Box

SECRETS = {
    "wifi_key": "Himbeere-1",
    "wifi_key2": "Himbeere-2",
    "wifi_key3": "Himbeere-3",
    "mqtt_password": "Himbeere-4",
}
LAST = " pause stop unlock reset"  # in this order: they end what the others want
CONFIG = {**SECRETS, "mqtt_user": "desk", "local_ttl_s": 60, "log_level": "debug"}
WORDS = b"Himbeere"
USER, PASSWORD = 0x80, 0x40  # flags of CONNECT: MQTT 3.1.1, 3.1.2.3


class Tap:
    """Everything that passes a broker, whoever sends it."""

    def __init__(self, port):
        self._client = aiomqtt.Client("127.0.0.1", port)
        self.heard = []

    async def __aenter__(self):
        await self._client.__aenter__()
        await self._client.subscribe("#", qos=1)
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *error):
        self._task.cancel()
        await self._client.__aexit__(*error)

    async def _listen(self):
        async for message in self._client.messages:
            self.heard.append((str(message.topic), bytes(message.payload)))


async def everything(d):
    """Every command of the contract, and every wrong way to ask for a secret."""
    done = sorted(EXAMPLES, key=lambda example: LAST.find(example["type"]))
    for key in SECRETS:
        done.append({"type": "config-get", "args": {"keys": [key]}})
        done.append({"type": "config-set", "args": {"values": {key: 5}}})
        done.append({"type": "config-set", "args": {"values": {key: "Himbeere"[:4] * 99}}})
    for example in done:
        result = await d.operator.command(example["type"], **(example.get("args") or {}))
        if example["type"] == "config-get" and result["ok"]:
            shown = {key: value for key, value in result["value"].items() if key in SECRETS}
            assert set(shown.values()) <= {"***"}


def test_a_secret_is_in_no_message_and_on_no_console(tmp_path):
    async def run():
        async with desk(config=CONFIG, parts={"root": tmp_path}) as d, Tap(d.broker.port) as tap:
            d.world.plug(Cable(32), Car())
            await d.charging()
            await everything(d)
            await d.operator.send("set/limit_ma", SECRETS["wifi_key"])  # said by somebody else
            await d.operator.wait("event", lambda e: e["event"] == "refused")
            await d.operator.wait("state", lambda s: s["restart"] == "command", 90)
            topics = {topic.rsplit("/", 1)[1] for topic, _ in tap.heard}
            assert {"info", "state", "event", "tx", "cmdres", "log", "online"} <= topics
            told = [(topic, text) for topic, text in tap.heard if "/set/" not in topic]
            assert [found for found in told if WORDS in found[1]] == []
            assert [line for line in d.box.firmware.output if WORDS.decode() in line] == []
            return (await d.operator.command("diagnostics"))["value"]["restarts"]

    assert asyncio.run(run()) == 0


def test_records_and_what_is_exported_of_them_hold_no_secret(tmp_path):
    async def run():
        async with desk(config=CONFIG, parts={"root": tmp_path}) as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            d.world.unplug()
            await d.operator.charge()
            await d.box.firmware.cut()

    asyncio.run(run())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files if WORDS in path.read_bytes()} == {
        "config.json",
        "config.good.json",
    }


def test_a_box_that_was_given_no_password_offers_none():
    async def run():
        async def accept(reader, writer):
            connect = await reader.readexactly(10)
            assert connect[2:8] == b"\0\4MQTT"
            flags.set_result(connect[9])
            writer.close()

        flags = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(accept, "127.0.0.1", free_port())
        port = server.sockets[0].getsockname()[1]
        async with server, Box(World(), {"mqtt_port": port}), asyncio.timeout(60):
            return await flags

    assert asyncio.run(run()) & (USER | PASSWORD) == 0
