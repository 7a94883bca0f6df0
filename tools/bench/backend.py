"""What a record costs the consumer: processor time from the broker to the `ack`, per database."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import aiomqtt
from fleet.outbox import Outbox
from rig.broker import broker, mosquitto
from rig.postgres import postgres, programs

from .figure import Figure

_BOXES = 500  # that send at once
_ROUNDS = 20  # records of each
_LIMIT_US = 1_000  # a thousand records a second on one core
_DEADLINE_S = 300


def figures() -> list[Figure]:
    """Empty where mosquitto is not installed; without PostgreSQL there is SQLite alone."""
    if not mosquitto():
        return []
    found = []
    with tempfile.TemporaryDirectory() as folder:
        found.append(_figure("sqlite", f"sqlite:///{folder}/records.db"))
    bin_ = programs()
    if bin_:
        with postgres(bin_) as server:
            found.append(_figure("postgresql", server.url))
    return found


def _figure(name: str, url: str) -> Figure:
    boxes = []
    for n in range(_BOXES):
        boxes.append(Outbox(f"box-{n}"))
        for _ in range(_ROUNDS):
            boxes[-1].add()
    start_s = asyncio.run(_processor_s(url, boxes, 0))
    all_s = asyncio.run(_processor_s(url, boxes, _ROUNDS))
    cost_us = (all_s - start_s) / (_BOXES * _ROUNDS) * 1e6
    return f"backend_record_{name}_us", round(cost_us), "us", _LIMIT_US


async def _processor_s(url: str, boxes: list[Outbox], rounds: int) -> float:
    """Of a consumer's whole life, in which it has stored `rounds` records of each box."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name("pilotwire"))
    options = ("--broker", f"127.0.0.1:{port}", "--database", url)
    async with broker(port, "mosquitto"), asyncio.timeout(_DEADLINE_S):
        with subprocess.Popen(
            (program, "backend", "run", *options), stderr=subprocess.PIPE, text=True
        ) as consumer:
            assert consumer.stderr
            while "connected" not in await asyncio.to_thread(consumer.stderr.readline):
                pass
            async with aiomqtt.Client("127.0.0.1", port) as client:
                client.pending_calls_threshold = len(boxes)
                await client.subscribe("pilotwire/v1/+/ack", qos=1)
                for seq in range(1, rounds + 1):
                    await _round(client, boxes, seq)
            consumer.send_signal(signal.SIGTERM)
            _, status, usage = await asyncio.to_thread(os.wait4, consumer.pid, 0)
            consumer.returncode = os.waitstatus_to_exitcode(status)  # it is waited for already
    return usage.ru_utime + usage.ru_stime


async def _round(client: aiomqtt.Client, boxes: list[Outbox], seq: int) -> None:
    """Every box sends record `seq`, and gets its acknowledgement."""
    payloads = {f"pilotwire/v1/{box.box}": json.dumps(box.record(seq)) for box in boxes}
    await asyncio.gather(*(client.publish(f"{p}/tx", text, qos=1) for p, text in payloads.items()))
    waiting = set(payloads)
    async for message in client.messages:
        waiting.discard(str(message.topic).removesuffix("/ack"))
        if not waiting:
            return
