"""`pilotwire demo` as a stranger runs it, without a terminal."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import aiomqtt
import pytest
from matplotlib.image import imread
from rig.broker import broker

PILOTWIRE = Path(sys.executable).with_name("pilotwire")
GENEROUS_S = 180  # for a busy machine; the demo has deadlines of its own

PLANT = ("the contactor has closed", "the contactor has opened, 0.0 A flow") * 2
STORY = (  # in this order, as is the above; which of the two is heard of first is chance
    "1/8  The box starts",
    "state: A1, contactor open, offers nothing, box limit 32.0 A",
    "2/8  A driver plugs the car in",
    "state: C2, contactor closed, offers 20.0 A, cable limit 20.0 A",
    "4/8  The operator lowers the limit",
    "cmd: limit 10.0 A",
    "state: C2, contactor closed, offers 10.0 A, operator limit 10.0 A",
    "cmd: pause",
    "no current because: paused",
    "cmd: resume",
    "7/8  The car stops by itself",
    "8/8  The driver unplugs",
    "tx: record 2",
    "ack: records up to 2 are stored",
    "Charging record 2",
    "interruptions  1",
    "record and plant agree",
    "opened under load 0 times",
    "session.json",
    "session.png",
)


def demo(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """In a process group of its own, so that a test sees what it leaves behind."""
    return subprocess.Popen(
        [str(PILOTWIRE), "demo", *arguments],
        env={**os.environ, "BROKER": "", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def is_gone(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_whole_session_ends_well_with_record_and_picture(tmp_path: Path):
    picture = tmp_path / "new" / "session.png"
    process = demo("--picture", str(picture))
    out, err = process.communicate(timeout=GENEROUS_S)
    assert (process.returncode, err) == (0, ""), out + err
    for texts in (STORY, PLANT):
        at = 0
        for text in texts:
            found = out.find(text, at)
            assert found >= 0, f"{text!r} is missing after {out[:at]!r}"
            at = found + len(text)
    record = json.loads(picture.with_suffix(".json").read_text())
    assert record["wh"] > 5
    assert record["reason"] == "unplugged"
    pixels = imread(picture)
    assert pixels.shape[:2] == (1_240, 1_800)
    assert pixels.std() > 0.05
    assert is_gone(process.pid)


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        ((), {"MICROPYTHON": "/nonexistent"}, "name the interpreter, or unset it"),
        (("--broker", "127.0.0.1:1"), {}, "no MQTT broker answers at 127.0.0.1:1"),
        ((), {"BROKER": "nonsense"}, "nonsense is no host:port"),
        (("--picture", "session.jpg"), {}, "ends in .png"),
    ],
)
def test_what_is_missing_is_said_before_anything_starts(
    arguments: tuple[str, ...], environment: dict[str, str], says: str
):
    process = demo(*arguments, **environment)
    out, err = process.communicate(timeout=GENEROUS_S)
    assert (process.returncode, out) == (2, "")
    assert err.count("\n") == 2
    assert says in err


def test_a_port_that_takes_connections_and_says_nothing_is_no_broker():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        process = demo("--broker", f"127.0.0.1:{mute.getsockname()[1]}")
        _, err = process.communicate(timeout=GENEROUS_S)
    assert process.returncode == 2
    assert err.count("\n") == 2
    assert "no MQTT broker answers" in err


def test_a_firmware_that_ends_is_a_failed_step(tmp_path: Path):
    broken = tmp_path / "micropython"
    broken.write_text("#!/bin/sh\necho no memory\n")
    broken.chmod(0o755)
    process = demo(MICROPYTHON=str(broken))
    _, err = process.communicate(timeout=GENEROUS_S)
    assert process.returncode == 1
    assert "step 1 of 8 failed" in err
    assert "  | no memory" in err
    assert is_gone(process.pid)


def test_a_signal_ends_it_and_leaves_nothing_behind():
    async def retained(port: int) -> list[str]:
        """Topics that the broker keeps; a message of our own ends the search."""
        kept: list[str] = []
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("pilotwire/#")
            await client.publish("pilotwire/end", b"1")
            async for message in client.messages:
                if str(message.topic) == "pilotwire/end":
                    break
                kept.append(str(message.topic))
        return kept

    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        async with broker(port):
            process = demo("--broker", f"127.0.0.1:{port}", "--json")
            assert process.stdout
            said = {}
            while said.get("step") != 2:
                line = await asyncio.to_thread(process.stdout.readline)
                assert line, "it ended too soon"
                said = json.loads(line)
            assert await retained(port)
            os.kill(process.pid, signal.SIGINT)
            out, err = await asyncio.to_thread(process.communicate, timeout=GENEROUS_S)
            assert process.returncode == 130, out + err
            assert "Traceback" not in err
            assert is_gone(process.pid)
            assert not await retained(port)

    asyncio.run(run())
