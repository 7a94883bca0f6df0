"""On MicroPython: heap that sittings at the console take and keep. Run by bench.console."""

import asyncio
import gc
import json

from pilotwire import console
from whole_app import AppTest

_LINES = b"\rhelp\rconfig get\rstatus\rwhy\rpilot\rlogin\rlang zh\rfaults\r"
_LEAVE = b"exit\r"
_SITTINGS = 3


class Person:
    """At a terminal: sits down, types, leaves. `loaded` and `left`: heap in use before and after
    each leaving; `over`: no sitting is to come.
    """

    def __init__(self):
        self.loaded = []
        self.left = []
        self.over = asyncio.Event()
        self._keys = b""

    async def read(self, _n):
        await asyncio.sleep(0)
        if self._keys == _LEAVE:
            self.loaded.append(_used())
        elif not self._keys:
            self.left.append(_used())
            if len(self.left) > _SITTINGS:
                self.over.set()
                await asyncio.Event().wait()
            self._keys = _LINES + _LEAVE
        key, self._keys = self._keys[:1], self._keys[1:]
        return key

    def write(self, data):
        pass

    async def drain(self):
        await asyncio.sleep(0)


def _used():
    gc.collect()
    return gc.mem_alloc()


async def measure():
    box = AppTest()
    box.setUp()
    box.app.link = None
    asyncio.StreamReader = lambda person: person
    person = Person()
    serving = asyncio.create_task(console.serve(box.app, person))
    await person.over.wait()
    serving.cancel()
    print(json.dumps({"loaded": person.loaded, "left": person.left}))


asyncio.run(measure())
