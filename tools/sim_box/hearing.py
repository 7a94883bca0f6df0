"""What the box publishes, heard at its broker as any MQTT client hears it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiomqtt

_AGAIN_S = 1.0


class Hearing:
    """`run` until it is cancelled. `box` is an id, or + for whoever is there.

    `state` is the one published last, `online` what the topic says. `on_state` is called with
    each state.
    """

    def __init__(self, box: str, host: str, port: int):
        self.state: dict[str, Any] | None = None
        self.online = False
        self.on_state: Callable[[dict[str, Any]], object] = lambda _state: None
        self._topics = [(f"pilotwire/v1/{box}/{name}", 0) for name in ("state", "online")]
        self._host, self._port = host, port

    async def run(self) -> None:
        while True:
            try:
                async with aiomqtt.Client(self._host, self._port) as client:
                    await client.subscribe(self._topics)
                    async for message in client.messages:
                        self._take(str(message.topic), message.payload)
            except aiomqtt.MqttError:
                self.online = False
            await asyncio.sleep(_AGAIN_S)

    def _take(self, topic: str, payload: Any) -> None:
        try:
            said = json.loads(payload) if payload else None
        except ValueError:
            return
        if topic.endswith("/online"):
            self.online = said == 1
        elif isinstance(said, dict):
            self.state = said
            self.on_state(said)
