"""`make link-fuzz MESSAGES=n`: hostile messages over a real broker to the real firmware.

One box charges a vehicle, another has one that nobody has permitted to charge. Both hear what
must change neither; what the boxes publish is held against the contract. Raises AssertionError.
"""

import argparse
import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from office.operator import Operator
from plant import Cable, Car, World
from rig.box import Box
from rig.broker import broker
from rig.ports import free_port

from .messages import HARMLESS_PLAN, Message, messages

_AT_ONCE = 5  # a box keeps 8 results for an operator that is slow
_LOOKS = (0.1, 0.5, 1)  # when the heap is looked at, as parts of all messages
_HEAP_BYTES = 8_192  # of 64-bit words; what waits for flash (2 KB), and the latest ids
_COLLECTIONS = 3  # of which the best counts: one may take what is left on a stack for a reference
_ANSWER_S = 60
_TICKS = 3
_CONFIG = {"mains_ok_s": 0, "heartbeat_s": 1, "log_level": "off", "local_ttl_s": 60}
_ALWAYS_WITHOUT = ("reset", "trace")  # a restart is no failure; a trace takes memory


class Part(NamedTuple):
    """A box, what its operator may not say because it would act, and how its contactor stays."""

    config: dict[str, Any]
    without: tuple[str, ...]
    closed: bool


CHARGING = Part({}, ("limit", "pause", "stop", "unlock", "schedule", "plan", "guests"), True)
WAITING = Part({"authorise": "remote"}, ("start", "guests"), False)


class Fuzz:
    """One box that hears `count` messages of `seed`."""

    def __init__(self, part: Part, box: Box, operator: Operator):
        self._part = part
        self._box = box
        self._operator = operator
        self._results: Counter[str] = Counter()
        self._values: dict[str, Any] = {}
        self._news = asyncio.Event()
        self._ids = itertools.count()
        self._ticks = 0
        self._wrong_ticks = 0

    async def play(self, seed: int, count: int) -> list[int]:
        """Bytes of heap in use at the looks."""
        await self._begin()
        await self._asked("plan", plan=HARMLESS_PLAN)
        looks = [int(count * part) for part in _LOOKS]
        heap: list[int] = []
        sent: list[str] = []
        stream = messages(seed, count, (*_ALWAYS_WITHOUT, *self._part.without))
        for number in range(0, count, _AT_ONCE):
            some = [m for m in itertools.islice(stream, _AT_ONCE) if not self._acts(m)]
            await asyncio.gather(*(self._operator.send(*m[:3]) for m in some))
            sent += [message.id for message in some if message.id]
            await self._look(number)
            if looks[len(heap)] <= number + _AT_ONCE:
                asked = [await self._asked("diagnostics") for _ in range(_COLLECTIONS)]
                heap.append(min(found["heap_used"] for found in asked))
        found = await self._asked("diagnostics")
        assert (found["restarts"], found["connections"]) == (0, 1), found
        wrong = [id_ for id_ in sent if self._results[id_] != 1]
        assert not wrong, [(id_, self._results[id_]) for id_ in wrong]
        assert max(heap) - min(heap) <= _HEAP_BYTES, heap
        await self._start_anew()
        return heap

    def _acts(self, message: Message) -> bool:
        """Whether a local energy manager would rightly have stopped the charge with it."""
        if not self._part.closed:
            return False
        text = message.payload
        too_low = message.topic == "set/limit_ma" and text.isdigit() and int(text) < 6_000
        return too_low or (message.topic == "set/enable" and text in (b"false", b"0"))

    async def _begin(self) -> None:
        self._operator.on_message = self._take
        self._box.world.plug(Cable(32), Car())
        letter = "C2" if self._part.closed else "B1"
        await self._operator.wait("state", lambda s: s["state"] == letter)
        async with asyncio.timeout(_ANSWER_S):
            while self._box.world.contactor.closed != self._part.closed:
                await asyncio.sleep(0.01)
        self._box.plant.observers.append(self._tick)
        self._operations = self._box.world.contactor.operations

    def _tick(self, world: World) -> None:
        self._ticks += 1
        self._wrong_ticks += world.contactor.closed != self._part.closed

    async def _look(self, number: int) -> None:
        """What was sent is done, ring 0 goes on, and the contactor is where it was."""
        await self._asked("log", level="off")
        ticks = self._ticks
        async with asyncio.timeout(_ANSWER_S):
            while self._ticks < ticks + _TICKS:
                await asyncio.sleep(0.001)
        self._check(number)
        self._operator.messages.clear()

    def _check(self, number: int) -> None:
        assert self._box.firmware.alive, (number, self._box.firmware.ended)
        operations = self._box.world.contactor.operations
        assert (self._wrong_ticks, operations) == (0, self._operations), number

    async def _start_anew(self) -> None:
        """What is retained on its topics does no harm either."""
        self._box.plant.observers.remove(self._tick)
        await self._box.firmware.cut()
        self._operator.messages.clear()
        await self._box.firmware.start()
        await self._operator.wait("cmdres", lambda result: result["reason"] == "retained")
        await self._operator.wait("state", lambda s: s["closed"] == self._part.closed)

    async def _asked(self, type_: str, **args: Any) -> Any:
        id_ = f"ask-{next(self._ids)}"
        command = {"id": id_, "type": type_, "args": args}
        await self._operator.send("cmd", json.dumps(command))
        async with asyncio.timeout(_ANSWER_S):
            while id_ not in self._values:
                self._news.clear()
                await self._news.wait()
        return self._values.pop(id_)

    def _take(self, topic: str, payload: Any) -> None:
        if topic == "cmdres" and payload["id"]:
            self._results[payload["id"]] += 1
            if payload["id"].startswith("ask-"):
                self._values[payload["id"]] = payload.get("value")
                self._news.set()


@asynccontextmanager
async def fuzzed(part: Part) -> AsyncIterator[Fuzz]:
    port = free_port()
    async with (
        broker(port),
        Operator("desk", port) as operator,
        Box(World(), {"mqtt_port": port, **_CONFIG, **part.config}) as box,
    ):
        try:
            yield Fuzz(part, box, operator)
        except BaseException as error:
            error.add_note(f"firmware {box.firmware.ended or 'runs'}: {box.firmware.output[-8:]}")
            raise


async def play(count: int, seed: int) -> tuple[list[int], list[int]]:
    """Half of the messages to each box, at the same time; heap in use of both."""

    async def one(part: Part) -> list[int]:
        async with fuzzed(part) as fuzz:
            return await fuzz.play(seed, count // 2)

    return await asyncio.gather(one(CHARGING), one(WAITING))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    charging, waiting = asyncio.run(play(asked.messages, asked.seed))
    print(f"{asked.messages} messages: both boxes well, heap in use {charging} and {waiting}")


if __name__ == "__main__":
    main()
