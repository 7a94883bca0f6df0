"""deploy/mosquitto on a real mosquitto: who may read and write what, topic by topic."""

import asyncio
import re
import socket
import subprocess
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import cast

import aiomqtt
import pytest
from desk import free_port
from rig.broker import broker, mosquitto
from rig.interpreter import ROOT

pytestmark = pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")

DEPLOYED = ROOT / "deploy" / "mosquitto"
USERS = ("box-1", "box-2", "backend", "energy-box-1", "observer")
DEADLINE_S = 60
OBSERVER = """
pattern read end
user observer
topic readwrite #
topic readwrite $SYS/#
"""

# Topic of a box; what it may do itself, what the backend may, what its energy manager may.
TABLE = (
    ("online", "w", "r", "r"),
    ("info", "w", "r", "r"),
    ("state", "w", "r", "r"),
    ("tele", "w", "r", "r"),
    ("event", "w", "r", "r"),
    ("tx", "w", "r", ""),
    ("cmdres", "w", "r", ""),
    ("log", "w", "r", ""),
    ("trace", "w", "r", ""),
    ("logs", "w", "r", ""),
    ("records", "w", "r", ""),
    ("ack", "r", "rw", ""),
    ("cmd", "r", "rw", ""),
    ("set/limit_ma", "r", "r", "w"),
    ("set/enable", "r", "r", "w"),
    ("set/phases", "r", "r", "w"),
    ("set/grid_w", "r", "r", "w"),
    ("unheard-of", "", "r", ""),
)
BEYOND = (
    "pilotwire/v2/box-1/cmd",
    "other",
    "homeassistant/status",
    "$SYS/broker/x",
)


def allowed(what):
    """Every (user, topic) for `what`, "r" or "w"."""
    found = set()
    for box in ("box-1", "box-2"):
        for name, own, backend, energy in TABLE:
            topic = f"pilotwire/v1/{box}/{name}"
            rights = ((box, own), ("backend", backend))
            if box == "box-1":
                rights += (("energy-box-1", energy),)
            found |= {(user, topic) for user, right in rights if what in right}
    for user, right in (("box-1", "w"), ("energy-box-1", "r")):
        if what == right:
            found.add((user, "homeassistant/device/box-1/config"))
    if what == "w":
        found.add(("box-2", "homeassistant/device/box-2/config"))
    return found


TOPICS = [f"pilotwire/v1/{box}/{row[0]}" for box in ("box-1", "box-2") for row in TABLE]
TOPICS += [f"homeassistant/device/{box}/config" for box in ("box-1", "box-2")]
TOPICS += BEYOND


@asynccontextmanager
async def deployed(folder: Path):
    """(port for boxes, port for the backend) of a mosquitto with the deployed files, less TLS."""
    ports = free_port(), free_port()
    passwords = folder / "passwords"
    passwords.write_text("".join(f"{user}:secret-{user}\n" for user in USERS))
    subprocess.run(("mosquitto_passwd", "-U", str(passwords)), check=True)
    (folder / "acl").write_text((DEPLOYED / "acl").read_text() + OBSERVER)
    config = (DEPLOYED / "mosquitto.conf").read_text()
    config = re.sub(r"(?m)^(cafile|certfile|keyfile|tls_version) .*\n", "", config)
    config = config.replace("/etc/mosquitto/pilotwire", str(folder)) + "user root\n"
    config = config.replace("listener 8883", f"listener {ports[0]} 127.0.0.1")
    config = config.replace("listener 1883 127.0.0.1", f"listener {ports[1]} 127.0.0.1")
    async with broker(ports[0], "mosquitto", config):
        yield ports


def client(ports, user, **options):
    port = ports[0] if user.startswith("box-") else ports[1]
    options = {"username": user, "password": f"secret-{user}", **options}
    return aiomqtt.Client("127.0.0.1", port, **options)


def in_time(coro):
    asyncio.run(asyncio.wait_for(coro, 2 * DEADLINE_S))


async def heard_until(messages, last):
    """(topic, payload) of all that came before the payload `last`."""
    found = []
    async with asyncio.timeout(DEADLINE_S):
        async for message in messages:
            if message.payload == last:
                return found
            if message.payload.startswith(b"from "):  # $SYS has figures of its own
                found.append((str(message.topic), message.payload))
    raise AssertionError("the connection ended")


def test_each_may_write_what_the_table_says_and_nothing_else(tmp_path):
    async def story():
        async with deployed(tmp_path) as ports, client(ports, "observer") as observer:
            await observer.subscribe([("#", 1), ("$SYS/#", 1)])
            for user in USERS[:-1]:
                async with client(ports, user) as one:
                    for topic in TOPICS:
                        await one.publish(topic, f"from {user}", qos=1)
            await observer.publish("end", b"end", qos=1)
            heard = await heard_until(observer.messages, b"end")
        assert {(payload.decode()[5:], topic) for topic, payload in heard} == allowed("w")

    in_time(story())


@pytest.mark.parametrize("wildcard", ["#", "$share/{user}/#", "pilotwire/v1/+/+", None])
def test_each_may_read_what_the_table_says_and_nothing_else_by_wildcard_or_by_name(
    tmp_path, wildcard
):
    async def story():
        async with deployed(tmp_path) as ports, AsyncExitStack() as stack:
            listeners = {}
            for user in USERS[:-1]:
                version = aiomqtt.ProtocolVersion.V5
                one = await stack.enter_async_context(client(ports, user, protocol=version))
                topics = [wildcard.format(user=user)] if wildcard else TOPICS
                for topic in (*topics, "$SYS/#", "end"):
                    await one.subscribe(topic, qos=1)
                listeners[user] = one
            observer = await stack.enter_async_context(client(ports, "observer"))
            for topic in TOPICS:
                await observer.publish(topic, b"from observer", qos=1)
            await observer.publish("end", b"end", qos=1)
            heard = {
                (user, topic)
                for user, one in listeners.items()
                for topic, _ in await heard_until(one.messages, b"end")
            }
        wanted = allowed("r")
        if wildcard == "pilotwire/v1/+/+":
            wanted = {(u, t) for u, t in wanted if t[:5] == "pilot" and t.count("/") == 3}
        assert heard == wanted

    in_time(story())


@pytest.mark.parametrize(
    ("user", "options"),
    [
        ("box-1", {"username": None, "password": None}),
        ("box-1", {"password": "secret-box-2"}),
        ("box-3", {}),
        ("backend", {"username": None, "password": None}),
    ],
)
def test_nobody_comes_in_without_his_own_password(tmp_path, user, options):
    async def story():
        async with deployed(tmp_path) as ports:
            with pytest.raises(aiomqtt.MqttError, match="ot authori"):
                async with client(ports, user, **options):
                    pass

    in_time(story())


def test_another_boxs_client_id_does_not_end_its_connection(tmp_path):
    async def story():
        async with deployed(tmp_path) as ports, AsyncExitStack() as stack:
            enter = stack.enter_async_context
            victim = await enter(client(ports, "box-2", identifier="pilotwire-box-2"))
            await victim.subscribe("pilotwire/v1/box-2/cmd", qos=1)
            await enter(client(ports, "box-1", identifier="pilotwire-box-2"))
            backend = await enter(client(ports, "backend"))
            await backend.publish("pilotwire/v1/box-2/cmd", b"end", qos=1)
            assert await heard_until(victim.messages, b"end") == []

    in_time(story())


def test_a_will_on_another_boxs_topic_is_not_published(tmp_path):
    async def die(ports, box):
        """Connect as box-1 with a will for `box`, and go without a goodbye."""
        will = aiomqtt.Will(f"pilotwire/v1/{box}/online", b"from will", 1, True)
        async with client(ports, "box-1", will=will) as one:
            cast(socket.socket, one._client.socket()).shutdown(socket.SHUT_RDWR)
            await anext(one.messages)

    async def story():
        async with deployed(tmp_path) as ports, client(ports, "observer") as observer:
            await observer.subscribe("pilotwire/+/+/online", qos=1)
            for box in ("box-2", "box-1"):
                with pytest.raises(aiomqtt.MqttError):
                    await die(ports, box)
            first = await asyncio.wait_for(anext(observer.messages), DEADLINE_S)
            assert str(first.topic) == "pilotwire/v1/box-1/online"

    in_time(story())


def test_a_message_that_no_box_sends_is_too_large_for_the_broker(tmp_path):
    async def story():
        async with deployed(tmp_path) as ports, client(ports, "box-1") as one:
            task = asyncio.create_task(
                one.publish("pilotwire/v1/box-1/state", bytes(30_000), qos=1)
            )
            with pytest.raises(aiomqtt.MqttError, match="Disconnected"):
                await anext(one.messages)
            task.cancel()

    in_time(story())
