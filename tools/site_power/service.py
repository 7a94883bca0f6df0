"""`pilotwire site run`: a Manager at a real broker, until a signal comes.

    aiomqtt's queue -> _listen: Manager.take -> _speak: Manager.step, all it says is published
                                             -> _plan: Manager.question, solved in a thread

Broker and network may come and go: it tries for ever. Each connection has a client of its own, so
that nothing is ever sent again by itself. A connection on which something is not confirmed within
the lease of the lead, or whose queue is full, is given up: what is late there must not be
believed. The broker gives it up 1.5 keep-alives after the last word, before another instance may
grant (lead.py).

`--log` appends the lines of diary.py as JSON, each with `who`: what was granted to whom and why,
overloads, who leads, and once a minute what flows. The file is opened for each batch of lines, so
it may be moved away at any time.
"""

import asyncio
import json
import random
import secrets
import time
from pathlib import Path

import aiomqtt
from backend.log import as_objects, line, stray
from backend.settings import Broker
from office.tasks import end, until_signal

from .grants import Publication
from .lead import LEASE_S
from .manager import Manager
from .tree import Site

DONE = 0
_KEEPALIVE_S = 3
_PAUSES_S = (0.1, 0.5, 1.0, 2.0)  # before another try, the last one for ever
_MOST_QUEUED = 20_000
_REPORT_S = 60.0
_LOOK_S = 1.0  # whether there is something to plan


def run(site: Site, broker: Broker, name: str, log: Path | None, as_json: bool) -> int:
    """Share until SIGINT or SIGTERM; the exit code."""
    return asyncio.run(_run(Service(site, broker, name, log), as_json))


async def _run(service: "Service", as_json: bool) -> int:
    as_objects.set(as_json)
    asyncio.get_running_loop().set_exception_handler(stray)
    work = asyncio.create_task(service.run())
    if not await until_signal(work):
        work.result()  # it ends by an error only
    line("info", "stopped", **service.manager.counts)
    return DONE


class _Lost(Exception):
    """The connection is of no use any more."""


class Service:
    """`run` works until it is cancelled. `name` says in the log which instance it is."""

    def __init__(self, site: Site, broker: Broker, name: str, log: Path | None):
        # Every process has an identity of its own, also one that was given another's name.
        self._ident = f"{name}-{secrets.token_hex(4)}"
        self.manager = Manager(site, self._ident)
        self._broker = broker
        self._log = log
        self._news = asyncio.Event()
        self._outgoing: set[asyncio.Task[None]] = set()
        self._failed: Exception | None = None
        self._leads = False
        self._reported_s = time.monotonic()

    async def run(self) -> None:
        planning = asyncio.create_task(self._plan())
        try:
            await self._connect()
        finally:
            await end(planning)

    async def _connect(self) -> None:
        tries = 0
        while True:
            began_s = time.monotonic()
            try:
                await self._connection()
            except (aiomqtt.MqttError, _Lost, OSError) as error:
                line("warning", "broker", error=error)
            self.manager.disconnected()
            self._tell()
            tries = 0 if time.monotonic() - began_s > LEASE_S else tries + 1
            pause_s = _PAUSES_S[min(tries, len(_PAUSES_S) - 1)]
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))

    async def _connection(self) -> None:
        self._failed = None
        async with self._broker.client(self._queue(), _MOST_QUEUED, _KEEPALIVE_S) as client:
            filters = [(name, 1) for name in self.manager.subscriptions()]
            await client.subscribe(filters)
            self.manager.connected(time.monotonic())
            line("info", "connected", broker=f"{self._broker.host}:{self._broker.port}")
            speaking = asyncio.create_task(self._speak(client))
            listening = asyncio.create_task(self._listen(client))
            both = {speaking, listening}
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                await end(*both, *self._outgoing)
                self._outgoing.clear()
            for task in both:
                if not task.cancelled() and (error := task.exception()):
                    raise error
        raise _Lost("the connection ended")

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self.manager.take(time.monotonic(), str(message.topic), payload, bool(message.retain))
            self._news.set()

    async def _speak(self, client: aiomqtt.Client) -> None:
        while self._failed is None:
            self._news.clear()
            now_s = time.monotonic()
            for publication in self.manager.step(now_s, time.time()):
                self._publish(client, publication)
            self._tell()
            wait_s = self.manager.next_s(now_s) - time.monotonic()
            await self._wait(min(max(wait_s, 0), _REPORT_S))
        raise self._failed

    async def _plan(self) -> None:
        """A plan takes seconds, in which boxes must be heard and told."""
        while True:
            await asyncio.sleep(_LOOK_S)
            question = self.manager.question(time.monotonic(), time.time())
            if question is None:
                continue
            try:
                found = await asyncio.to_thread(question.solve)
            except ValueError as error:  # PlanError, or what the solver does not take
                found = None
                line("error", "plan", error=error)
            self.manager.answer(question, found)
            self._news.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    def _publish(self, client: aiomqtt.Client, publication: Publication) -> None:
        """In the order of the calls; whether it has arrived is seen later."""
        task = asyncio.create_task(self._confirmed(client, publication))
        self._outgoing.add(task)
        task.add_done_callback(self._outgoing.discard)

    async def _confirmed(self, client: aiomqtt.Client, publication: Publication) -> None:
        topic, payload, retain = publication
        try:
            await client.publish(topic, payload, qos=1, retain=retain, timeout=LEASE_S)
        except (aiomqtt.MqttError, ValueError) as error:  # ValueError: paho takes no more
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        self._failed = self._failed or _Lost(f"not confirmed: {error}")
        self._news.set()

    def _queue(self) -> type[asyncio.Queue[aiomqtt.Message]]:
        """aiomqtt drops what finds its queue full, and goes on."""
        service = self

        class Ending(asyncio.Queue[aiomqtt.Message]):
            def put_nowait(self, item: aiomqtt.Message) -> None:
                try:
                    super().put_nowait(item)
                except asyncio.QueueFull:
                    service._fail(_Lost("more comes than can be taken"))
                    raise

        return Ending

    def _tell(self) -> None:
        """What has happened, to the log and to whoever looks."""
        if self.manager.leads != self._leads:
            self._leads = self.manager.leads
            line("info", "leads" if self._leads else "stands-by", who=self._ident)
        now_s = time.monotonic()
        if now_s >= self._reported_s + _REPORT_S:
            self._reported_s = now_s
            line("info", "counts", **self.manager.counts)
        lines = self.manager.lines()
        if not self._log or not lines:
            return
        text = "".join(
            json.dumps({**entry, "who": self._ident}, separators=(",", ":")) + "\n"
            for entry in lines
        )
        try:
            with self._log.open("a") as file:
                file.write(text)
        except OSError as error:
            line("error", "log", error=error)
