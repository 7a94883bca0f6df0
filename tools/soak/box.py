"""A whole box for minutes: cars come and go, commands as fast as it answers, the broker dies."""

import asyncio
import itertools
import json
import random
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiomqtt
from office.operator import Operator
from plant import Cable, Car, World
from rig.box import Box
from rig.broker import Broker, broker

from .heap import grown_bytes
from .ledger import Ledger

_CONFIG = {"heartbeat_s": 1, "tele_s": 1, "mqtt_keepalive_s": 5, "mqtt_spread_s": 1}
_WORKERS = 3  # commands at a time
_ANSWER_S = 5  # then the command or its result died with the broker: it is sent again
_AGAIN = 20
_AHEAD = 8  # of one without a result, as the box knows the latest 16 ids only
_KILL_S = (5, 30)  # from one death of the broker to the next
_DOWN_S = (0, 3)
_STAY_S = (8, 20)  # of a car
_PAUSE_S = (0, 2)
_PAUSED_PERCENT = 30
_LONGEST_S = 120  # that anything may take
_KEPT = 200  # messages that the operator remembers
_LATE_S = 0.1  # the contactor must open within that
_POLL_S = 0.05
_WINDOWS: dict[str, Any] = {"windows": [[127, 0, 60, 16_000]], "otherwise_ma": 32_000}
_GUESTS = {"tokens": [["0123456789abcdef", 0, -1]], "windows": []}
_COMMANDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("limit", {"ma": 8_000}),
    ("limit", {"ma": 16_000, "ttl_s": 5, "fallback_ma": 10_000}),
    ("limit", {"ma": 90_000}),  # out of range
    ("clear-faults", {}),
    ("config-get", {"keys": ["limit_ma", "bay"]}),
    ("config-set", {"values": {"bay": "7"}}),
    ("schedule", {"schedule": _WINDOWS}),
    ("guests", {"guests": _GUESTS}),
    ("records", {"first": 1}),
    ("log", {"level": "debug"}),
    ("diagnostics", {}),
    ("dance", {}),  # there is no such command
)
_GROWS_BYTES = 2_048  # what a collection may overlook
_LOOKS = 3  # at the heap, of which the least counts


@dataclass
class Day:
    """What there was. `heap`: bytes in use after a collection, at each time without a car."""

    ledger: Ledger = field(default_factory=Ledger)
    commands: int = 0
    sent_again: int = 0
    kills: int = 0
    connections: int = 0
    restarts: int = 0
    ticks: int = 0
    late_ticks: int = 0
    heap: list[int] = field(default_factory=list)


class Soak:
    """Use `run` once; `day` has the figures."""

    def __init__(self, seed: int, say: Callable[[str], object] = lambda _text: None):
        self.day = Day()
        self._random = random.Random(seed)
        self._say = say
        self._numbers = itertools.count(1)
        self._unanswered: set[int] = set()
        self._world = World()
        self._online = asyncio.Event()
        self._state: dict[str, Any] = {}

    async def run(self, minutes: float) -> Day:
        """Raises what a TaskGroup does: of TimeoutError, wire.Breach, and RuntimeError when the
        firmware has ended.
        """
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        async with (
            broker(port, "mosquitto") as running,
            Operator("desk", port) as self._operator,
            Box(self._world, {**_CONFIG, "mqtt_port": port}) as self._box,
        ):
            self._operator.on_message = self._take
            self._box.plant.observers.append(self._on_tick())
            async with asyncio.TaskGroup() as tasks:
                stop_s = asyncio.get_running_loop().time() + minutes * 60
                watch = tasks.create_task(self._watch())
                workers = [tasks.create_task(self._command(stop_s)) for _ in range(_WORKERS)]
                others = self._drive(stop_s), self._kill(stop_s, running)
                await asyncio.wait({*workers, *map(tasks.create_task, others)})
                await self._close()
                watch.cancel()
        return self.day

    # Those who take part.

    async def _command(self, stop_s: float) -> None:
        while asyncio.get_running_loop().time() < stop_s:
            await self._ask(*self._random.choice(_COMMANDS))

    async def _drive(self, stop_s: float) -> None:
        while asyncio.get_running_loop().time() < stop_s:
            self._world.plug(Cable(), Car())
            await asyncio.sleep(self._random.uniform(*_STAY_S))
            if self._random.randrange(100) < _PAUSED_PERCENT:
                await self._ask("pause", {})
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))
                await self._ask("resume", {})
            self._world.unplug()
            await self._settled()
            await self._look()

    async def _kill(self, stop_s: float, running: Broker) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(*_KILL_S))
            if asyncio.get_running_loop().time() >= stop_s:
                return
            self._online.clear()
            await running.kill()
            self._online.clear()  # the last messages of the old connection may have come
            self.day.kills += 1
            await asyncio.sleep(self._random.uniform(*_DOWN_S))
            await running.start()

    async def _watch(self) -> None:
        while self._box.firmware.alive:
            await asyncio.sleep(_POLL_S)
        firmware = self._box.firmware
        raise RuntimeError(f"the firmware {firmware.ended}: {firmware.output[-10:]}")

    async def _close(self) -> None:
        """Everybody has left: what does the box think, and what has flowed?"""
        await self._settled()
        value = await self._look()
        self.day.ledger.close(value["journal"], self._world.reading().import_wh)

    # What they share.

    async def _ask(self, type_: str, args: dict[str, Any]) -> Any:
        """The result of one command, which is sent until it has one. Raises TimeoutError."""
        number = next(self._numbers)
        self._unanswered.add(number)
        while number - min(self._unanswered) > _AHEAD:
            await asyncio.sleep(_POLL_S)
        id_ = f"soak-{number}"
        text = json.dumps({"id": id_, "type": type_, "args": args})
        self.day.commands += 1
        for _ in range(_AGAIN):
            async with asyncio.timeout(_LONGEST_S):
                await self._online.wait()
            try:
                await self._operator.send("cmd", text)
                result = await self._operator.wait("cmdres", lambda r: r["id"] == id_, _ANSWER_S)
            except (TimeoutError, aiomqtt.MqttError):  # it, or its result, died with the broker
                self.day.sent_again += 1
                await asyncio.sleep(_POLL_S)
            else:
                self._unanswered.remove(number)
                return result
        raise TimeoutError(f"{type_} {id_} has no result")

    async def _settled(self) -> None:
        """Wait until the plug is out, the charge over and its record acknowledged."""
        async with asyncio.timeout(_LONGEST_S):
            while self._world.plugged:  # the lock holds it until the box lets go
                await asyncio.sleep(_POLL_S)
            self._state = {}
            while self._state.get("session", 0) is not None or self._state["pending"]:
                await asyncio.sleep(_POLL_S)

    async def _look(self) -> Any:
        """What the box says of itself, no car being there."""
        found: list[Any] = []
        while len(found) < _LOOKS:
            value = (await self._ask("diagnostics", {})).get("value")
            if value:  # none in a repeated one that was answered while nobody listened
                found.append(value)
        day = self.day
        day.heap.append(min(value["heap_used"] for value in found))
        day.connections = found[-1]["connections"]
        day.restarts = found[-1]["restarts"]
        self._say(
            f"{day.ledger.messages.total()} messages, {day.commands} commands, "
            f"{day.connections} connections, {len(day.ledger.records)} records, "
            f"{day.heap[-1]} bytes of heap"
        )
        return found[-1]

    def _take(self, topic: str, payload: Any) -> None:
        self.day.ledger.take(topic, payload)
        if topic == "state":
            self._state = payload
        elif topic == "online" and payload:
            self._online.set()
        del self._operator.messages[:-_KEPT]

    def _on_tick(self) -> Callable[[World], None]:
        day = self.day
        then_s = time.monotonic()

        def ticked(_world: World) -> None:
            nonlocal then_s
            now_s = time.monotonic()
            day.ticks += 1
            day.late_ticks += now_s - then_s > _LATE_S
            then_s = now_s

        return ticked


def complaints(day: Day) -> list[str]:
    """What should not be; empty: all is well."""
    found = list(day.ledger.wrong)
    if grown_bytes(day.heap) > _GROWS_BYTES:
        found.append(f"the box's heap has grown by {grown_bytes(day.heap)} bytes: {day.heap}")
    if day.restarts:
        found.append(f"a part of the firmware has failed {day.restarts} times")
    return found


def lines(day: Day) -> list[str]:
    """For a person."""
    ledger = day.ledger
    topics = ", ".join(f"{name} {n}" for name, n in ledger.messages.most_common())
    charges = len(ledger.charges())
    return [
        f"publishes      {ledger.messages.total()}: {topics}",
        f"connections    {day.connections}, {day.kills} kills of the broker",
        f"commands       {day.commands}, each with one result; sent again {day.sent_again}",
        f"records        {len(ledger.records)}, each once; came again {ledger.repeated}",
        f"energy         {ledger.wh()} Wh in {charges} charges, as it has flowed",
        f"heap           {min(day.heap)} to {max(day.heap)} bytes, "
        f"grown by {grown_bytes(day.heap)}",
        f"ticks          {day.ticks}, {day.late_ticks} of them more than 100 ms after the last",
    ]
