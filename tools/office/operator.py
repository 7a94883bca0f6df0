"""The operator's side of the contract: listens to one box, commands it, confirms its records.

Every message of the box is held against the contract; one that breaks it ends the test.
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

import aiomqtt
from contract import wire

from office.tasks import end

Message = tuple[str, Any]  # topic below the box's prefix, payload


def _decoded(payload: Any) -> Any:
    try:
        return json.loads(payload) if payload else None
    except (ValueError, RecursionError):  # what a test sent on purpose
        return payload


class Operator:
    """Use as `async with`. `messages` holds what came, oldest first.

    With `acknowledge`, every record that comes is confirmed.

    The connection is made anew for as long as the operator is used. What waits raises
    wire.Breach once the box has broken the contract, and so does the end; what is sent to the box
    is not judged.
    """

    def __init__(self, box: str, port: int, host: str = "127.0.0.1", acknowledge: bool = True):
        self.messages: list[Message] = []
        self.acknowledge = acknowledge
        self.connected = False
        self.on_message: Callable[[str, Any], None] = lambda _topic, _payload: None
        self._prefix = f"pilotwire/v1/{box}/"
        self._host, self._port = host, port
        self._ids = itertools.count(1)
        self._news = asyncio.Condition()
        self._client: aiomqtt.Client | None = None
        self._breach: wire.Breach | None = None

    async def __aenter__(self) -> "Operator":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, _type: object, error: BaseException | None, *_: object) -> None:
        await end(self._task)
        if error is None:
            self._raise_breach()
        elif self._breach and error is not self._breach:
            error.add_note(str(self._breach))

    def of(self, topic: str) -> list[Any]:
        """Payloads of one topic, oldest first."""
        return [payload for name, payload in self.messages if name == topic]

    async def wait(
        self, topic: str, wanted: Callable[[Any], bool] = lambda _: True, timeout_s: float = 60
    ) -> Any:
        """The newest `wanted` payload of `topic`, as soon as there is one. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s), self._news:
            while True:
                self._raise_breach()
                for name, payload in reversed(self.messages):
                    if name == topic and wanted(payload):
                        return payload
                await self._news.wait()

    async def charge(self, timeout_s: float = 60) -> Any:
        """The newest record of a charge, as soon as there is one. Raises TimeoutError."""
        return await self.wait("tx", lambda record: record["kind"] == "charge", timeout_s)

    def charges(self) -> list[Any]:
        """Records of charges, oldest first."""
        return [record for record in self.of("tx") if record["kind"] == "charge"]

    async def until(self, topic: str, wanted: Callable[[Any], bool], timeout_s: float = 60) -> Any:
        """The next `wanted` payload of `topic` from now on. Raises TimeoutError."""
        start = len(self.messages)
        async with asyncio.timeout(timeout_s), self._news:
            while True:
                self._raise_breach()
                for name, payload in self.messages[start:]:
                    if name == topic and wanted(payload):
                        return payload
                await self._news.wait()

    async def send(self, topic: str, payload: bytes | str, retain: bool = False) -> None:
        """Publish anything below the box's prefix, at QoS 1."""
        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: self.connected)
        assert self._client
        await self._client.publish(self._prefix + topic, payload, qos=1, retain=retain)

    async def command(self, type_: str, **args: Any) -> Any:
        """One command and its result."""
        id_ = f"op-{next(self._ids)}"
        await self.send("cmd", json.dumps({"id": id_, "type": type_, "args": args}))
        return await self.wait("cmdres", lambda result: result["id"] == id_)

    def _raise_breach(self) -> None:
        if self._breach:
            raise self._breach

    async def _run(self) -> None:
        while True:
            try:
                async with aiomqtt.Client(self._host, self._port) as client:
                    self._client = client
                    await client.subscribe(self._prefix + "+", qos=1)
                    await self._notify(True)
                    async for message in client.messages:
                        await self._take(message)
            except aiomqtt.MqttError:
                await self._notify(False)
                await asyncio.sleep(0.2)

    async def _notify(self, connected: bool) -> None:
        async with self._news:
            self.connected = connected
            self._news.notify_all()

    async def _take(self, message: aiomqtt.Message) -> None:
        topic = str(message.topic).removeprefix(self._prefix)
        self._judge(topic, message)
        payload = _decoded(message.payload)
        async with self._news:
            self.messages.append((topic, payload))
            self._news.notify_all()
        self.on_message(topic, payload)
        if topic == "tx" and self.acknowledge:
            await self.send("ack", json.dumps({"upto": payload["seq"]}))

    def _judge(self, topic: str, message: aiomqtt.Message) -> None:
        payload = message.payload
        if not isinstance(payload, bytes) or not payload:  # it takes a retained message away
            return
        try:
            wire.check(topic, payload, message.qos, message.retain)
        except wire.Breach as breach:
            self._breach = self._breach or breach
