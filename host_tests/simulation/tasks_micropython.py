"""MicroPython's side of the story: its own asyncio, with a clock that jumps."""

import asyncio

from tasks_story import story

_now_ms = 0


def _jump(ms):
    global _now_ms
    _now_ms += max(ms, 0)


core = asyncio.core
_started_ms = core.ticks()
core.ticks = lambda: _started_ms + _now_ms
asyncio.new_event_loop()
core._io_queue.wait_io_event = _jump
asyncio.run(story(asyncio, lambda: _now_ms, print))
