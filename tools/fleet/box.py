"""One simulated charger on the wire: online and will, info, state, records until acknowledged."""

import asyncio
import json
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import aiomqtt

from .outbox import Outbox, Refused

_OFF_S = 1.0  # a box that restarts is away for so long
_FORGOTTEN = 2  # acknowledgement marks that a restart loses at most
_KEEPALIVE_S = 30
_SILENT = logging.Logger("mqtt", logging.CRITICAL + 1)  # what it would say comes as MqttError


@dataclass(frozen=True)
class Pace:
    """How busy boxes are, in s; means, except for the last."""

    charge_s: float = 10.0  # between two charges of a box
    restart_s: float = 600.0  # between two restarts of it
    heartbeat_s: float = 60.0  # of the state, as in the profile `operator`
    resend_s: float = 5.0  # first pause before a record goes again
    spread_s: float = 10.0  # lost boxes come back within


@dataclass
class Tally:
    """What all boxes together have seen. `back_s`: loop times of reconnections.

    `refused` counts acknowledgements that came after a restart which had lost its mark; the
    record goes again.
    """

    published: int = 0
    acks: int = 0
    refused: int = 0
    back_s: list[float] = field(default_factory=list)


class Box:
    """`run` lives until it is cancelled; `idle` ends its charges and restarts, not its sending."""

    def __init__(
        self,
        name: str,
        port: int,
        pace: Pace,
        tally: Tally,
        seed: int,
        host: str = "127.0.0.1",
    ):
        self.outbox = Outbox(name, pace.resend_s)
        self.idle = False
        self._host = host
        self._port, self._pace, self._tally = port, pace, tally
        self._rng = random.Random(f"{seed} {name}")
        self._prefix = f"pilotwire/v1/{name}/"
        self._news = asyncio.Event()
        self._restarting = False
        self._lives = 0

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._charge())
            tasks.create_task(self._restart())
            tasks.create_task(self._link())

    async def _charge(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._pace.charge_s))
            if not self.idle:
                self.outbox.add()
                self._news.set()

    async def _restart(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / self._pace.restart_s))
            self._restarting = not self.idle
            self._news.set()

    async def _link(self) -> None:
        await asyncio.sleep(self._rng.uniform(0, self._pace.spread_s))
        while True:
            with _disconnection():
                await self._connected()
            if self._restarting:
                self._restarting = False
                await asyncio.sleep(_OFF_S)
                self.outbox.restarted(self._rng.randint(0, _FORGOTTEN))
            else:
                await asyncio.sleep(self._rng.uniform(0, self._pace.spread_s))

    async def _connected(self) -> None:
        name = self.outbox.box
        async with aiomqtt.Client(
            self._host,
            self._port,
            identifier=f"pilotwire-{name}",
            will=aiomqtt.Will(self._prefix + "online", b"0", 1, True),
            keepalive=_KEEPALIVE_S,
            logger=_SILENT,
        ) as client:
            await client.subscribe([(self._prefix + "ack", 1), (self._prefix + "cmd", 1)])
            await self._publish(client, "online", 1, 1, True)
            await self._publish(client, "info", {"contract": "1.0", "id": name}, 1, True)
            if self._lives:
                self._tally.back_s.append(asyncio.get_running_loop().time())
            self._lives += 1
            self.outbox.connected()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._hear(client))
                tasks.create_task(self._heartbeat(client))
                tasks.create_task(self._send(client))

    async def _hear(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if str(message.topic).endswith("/ack"):
                self._tally.acks += 1
                try:
                    self.outbox.acknowledge(json.loads(bytes(message.payload))["upto"])  # type: ignore[arg-type]
                except Refused:
                    self._tally.refused += 1
                self._news.set()

    async def _heartbeat(self, client: aiomqtt.Client) -> None:
        await asyncio.sleep(self._rng.uniform(0, self._pace.heartbeat_s))
        while True:
            state = {"state": "A1", "closed": False, "pending": self.outbox.pending}
            await self._publish(client, "state", state, 0, True)
            await asyncio.sleep(self._pace.heartbeat_s)

    async def _send(self, client: aiomqtt.Client) -> None:
        now_s = asyncio.get_running_loop().time
        while True:
            self._news.clear()
            if self._restarting:
                raise aiomqtt.MqttError("the power is gone")
            due_s = self.outbox.due_s(now_s())
            if due_s == 0:
                await self._publish(client, "tx", self.outbox.send(now_s()), 1)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), due_s)

    async def _publish(
        self, client: aiomqtt.Client, topic: str, value: object, qos: int, retain: bool = False
    ) -> None:
        self._tally.published += 1
        await client.publish(self._prefix + topic, json.dumps(value), qos, retain)


@contextmanager
def _disconnection() -> Iterator[None]:
    """What a lost connection raises, in one task or in several, is all that may happen here."""
    try:
        yield
    except* aiomqtt.MqttError:
        pass
