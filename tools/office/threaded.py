"""The operator's office, in a thread of its own: the emulated board keeps this one busy."""

import asyncio
import json
import threading
from contextlib import AsyncExitStack

from rig.broker import broker

from office.operator import Operator

_LONGEST_S = 60


class Office:
    """A broker and the operator of box `box`; use with `with`.

    `of(topic)` is what the box has published, oldest first. With `acknowledge`, every record that
    comes is confirmed.
    """

    def __init__(self, box, port, acknowledge=True):
        self._box = box
        self._port = port
        self._acknowledge = acknowledge
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        self._do(self._open())
        return self

    def __exit__(self, *_error):
        self._do(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def of(self, topic):
        return self._operator.of(topic)

    @property
    def state(self):
        """The state that came last, or {}."""
        states = self.of("state")
        return states[-1] if states else {}

    def send(self, topic, **payload):
        """Publish JSON below the box's prefix."""
        self._do(self._operator.send(topic, json.dumps(payload)))

    async def _open(self):
        self._stack = AsyncExitStack()
        await self._stack.enter_async_context(broker(self._port))
        operator = Operator(self._box, self._port, acknowledge=self._acknowledge)
        self._operator = await self._stack.enter_async_context(operator)

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LONGEST_S)
