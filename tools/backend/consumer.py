"""The consumer: takes what boxes publish, stores it in batches, confirms what is on disk.

    aiomqtt's queue -> _listen: wire.read -> queue -> _write: a transaction, then the `ack`s

Both queues are bounded. While the database is slower than the boxes, they fill, and then messages
are dropped and counted: every record comes again, because nobody has acknowledged it.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiomqtt
from office.tasks import end

from . import wire
from .log import Counts, line
from .settings import Broker
from .store import Saved, Store
from .transactions import Unavailable, Unfit

_MOST_QUEUED = 5_000  # messages, in each of the two queues
_MOST_BATCH = 500  # messages in a transaction
_PAUSES_S = (0.1, 0.5, 2.0, 5.0)  # before another try, the last one for ever


class Consumer:
    """`run` works until it is cancelled. `group` names the consumers that share the work."""

    def __init__(
        self,
        broker: Broker,
        store: Store,
        group: str,
        counts: Counts,
        now: Callable[[], float] = time.time,
    ):
        self._broker = broker
        self._store = store
        self._group = group
        self._counts = counts
        self._now = now
        self._queue: asyncio.Queue[wire.Message] = asyncio.Queue(_MOST_QUEUED)
        self._client: aiomqtt.Client | None = None  # while it is connected

    async def run(self) -> None:
        """Raises transactions.Unusable, when the database will never take anything."""
        # No TaskGroup: it cancels once, and aiomqtt may lose that.
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._write())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(*tasks)
        for task in done:
            task.result()

    async def _listen(self) -> None:
        tries = 0
        while True:
            try:
                async with self._broker.client(self._queue_type(), _MOST_QUEUED) as client:
                    for name in wire.SHARED:
                        topic = f"$share/{self._group}/{wire.PREFIX}+/{name}"
                        await client.subscribe(topic, qos=1)
                    for name in wire.RETAINED:
                        await client.subscribe(f"{wire.PREFIX}+/{name}", qos=1)
                    line("info", "connected", broker=f"{self._broker.host}:{self._broker.port}")
                    self._client, tries = client, 0
                    async for message in client.messages:
                        await self._take(message)
            except aiomqtt.MqttError as error:
                line("warning", "broker", error=error)
            finally:
                self._client = None
            await asyncio.sleep(_pause_s(tries))
            tries += 1

    def _queue_type(self) -> type[asyncio.Queue[aiomqtt.Message]]:
        """aiomqtt drops what finds its queue full, without a word that a program can read."""
        counts = self._counts

        class Counting(asyncio.Queue[aiomqtt.Message]):
            def put_nowait(self, item: aiomqtt.Message) -> None:
                try:
                    super().put_nowait(item)
                except asyncio.QueueFull:
                    counts.total["overflowed"] += 1
                    raise

        return Counting

    async def _take(self, message: aiomqtt.Message) -> None:
        self._counts.total["messages"] += 1
        payload = message.payload if isinstance(message.payload, bytes) else b""
        try:
            found = wire.read(str(message.topic), payload)
        except wire.Refused as refused:
            self._refuse(refused.box, refused.topic, refused.reason)
            return
        if found:
            await self._queue.put(found)

    def _refuse(self, box: str, topic: str, reason: str) -> None:
        self._counts.total["refused"] += 1
        self._counts.note("warning", "refused", box=box, topic=topic, reason=reason)

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < _MOST_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._keep(batch)

    async def _keep(self, batch: Sequence[wire.Message]) -> None:
        """Store a batch, then confirm it; what the database cannot hold is refused by itself."""
        try:
            saved = await self._again(lambda: self._store.save(batch, int(self._now())))
        except Unfit as error:
            if len(batch) > 1:
                for message in batch:
                    await self._keep([message])
                return
            self._refuse(batch[0].box, type(batch[0]).__name__.lower(), f"unfit: {error}")
            return
        self._count(batch, saved)
        disputed = {box for box, _ in saved.conflicts}
        shown = {box: seq for box, seq in saved.shown.items() if box not in disputed}
        if shown:
            upto = await self._again(lambda: self._store.advance(shown))
            await self._acknowledge(shown, upto)

    async def _again(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """`work`, until the database does it."""
        tries = 0
        while True:
            try:
                return await work()
            except Unavailable as error:
                line("warning", "database", error=error)
                await asyncio.sleep(_pause_s(tries))
                tries += 1

    def _count(self, batch: Sequence[wire.Message], saved: Saved) -> None:
        total = self._counts.total
        total["batches"] += 1
        total["records"] += saved.new
        total["again"] += saved.again
        total["missing"] += sum(isinstance(message, wire.Missing) for message in batch)
        total["conflicts"] += len(saved.conflicts)
        for box, seq in saved.conflicts:
            self._counts.note("error", "conflict", box=box, seq=seq)

    async def _acknowledge(self, shown: dict[str, int], upto: dict[str, int]) -> None:
        """Never beyond what the box has shown: it refuses an `ack` for what it did not send, as
        it may not know any more that it did.
        """
        acks = []
        for box, seq in shown.items():
            end = upto.get(box, 0)
            if end < seq:
                self._counts.total["gaps"] += 1
                self._counts.note("warning", "gap", box=box, came=seq, wanted=end + 1)
            if end:
                acks.append((box, min(seq, end)))
        client = self._client
        if client is None:
            return
        # More than ten at once is what is wanted here; aiomqtt would warn of each.
        client.pending_calls_threshold = _MOST_BATCH
        results = await asyncio.gather(
            *(
                client.publish(f"{wire.PREFIX}{box}/ack", json.dumps({"upto": seq}), qos=1)
                for box, seq in acks
            ),
            return_exceptions=True,
        )
        for result in results:
            if result is None:
                self._counts.total["acks"] += 1
            elif isinstance(result, aiomqtt.MqttError):
                self._counts.total["unsent"] += 1  # the record comes again, and so will this
            else:
                raise result


def _pause_s(tries: int) -> float:
    return _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
