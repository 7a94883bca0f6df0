"""The task of lamp, button and buzzer: shows what the box is in, does what the button says.

It reads the app and gives orders as an operator does; ring 0 knows nothing of it.
"""

import asyncio

from micropython import const

from ..link.commands import Refused
from ..link.state import status
from ..pilot import faults, handover, reasons
from ..record.log import BUTTON
from ..ticks import since
from .button import Button
from .rhythm import COLOURS, Rhythm, find

_STEP_S = 0.05
_LOOKS = const(5)  # steps between two looks at the app
_WAITING = ("Preparing", "SuspendedEVSE")  # there a reason says more


def keys(app):
    """What there may be a pattern for, the most telling first."""
    up = app.up
    name = status(up, app.session.stage(), app.access.reserved)
    if app.service:
        return ["service"]
    found = faults.codes(up[handover.UP_FAULTS])
    if not found and name in _WAITING:
        found = reasons.codes(up[handover.UP_WHY_NOT])
    return found + [name]


def order(app):
    """What a short press asks for, "" for nothing.

    Where plugging in alone permits a charge, whoever stands there may pause it, go on and start
    anew; elsewhere only end it, since nobody knows who it is.
    """
    session = app.session
    if not app.access.free:
        return "stop" if session.active else ""
    if session.paused:
        return "resume"
    return "pause" if session.active else "start"


class Front:
    """`panel` is the HAL's; runs as a task beside the link."""

    def __init__(self, app, panel):
        self._app = app
        self._panel = panel
        self._button = Button()
        self._keys = None
        self._colour = COLOURS["white"]
        self._lamp = Rhythm("")
        self._sound = Rhythm("", True)
        self._shown = None
        self._beeped = False

    async def run(self):
        """For ever."""
        ticks_ms = self._app.hal.ticks_ms
        then_ms = ticks_ms()
        n = 0
        while True:
            await asyncio.sleep(_STEP_S)
            now_ms = ticks_ms()
            self.step(since(now_ms, then_ms), n % _LOOKS == 0)
            then_ms = now_ms
            n += 1

    def step(self, ms, looks=True):
        """`ms` after the last call; with `looks`, see what the box is in."""
        if looks:
            self._look()
        panel = self._panel
        colour = self._colour if self._lamp.step(ms) else (0, 0, 0)
        if colour != self._shown:
            self._shown = colour
            panel.show(*colour)
        beeps = self._sound.step(ms)
        if beeps != self._beeped:
            self._beeped = beeps
            panel.beep(beeps)
        pressed = self._button.feed(panel.pressed(), ms)
        if pressed and self._app.config["button"]:
            self._obey("clear-faults" if pressed == "long" else order(self._app))

    def _look(self):
        wanted = keys(self._app)
        if wanted == self._keys:
            return
        self._keys = wanted
        try:
            row = find(wanted)
        except (OSError, MemoryError):
            row = {}
        self._colour = COLOURS[row.get("colour", "white")]
        self._lamp = Rhythm(row.get("beat", ""))
        self._sound = Rhythm(row.get("sound", ""), True)

    def _obey(self, type_):
        if not type_:
            return
        self._app.log.note(BUTTON, type_)
        try:
            self._app.obey(type_, {})
        except (
            Refused,
            OSError,
            MemoryError,
        ):  # a start without a vehicle, say: the lamp shows it
            pass
