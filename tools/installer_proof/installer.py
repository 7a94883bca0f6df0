"""A person with an adapter, a voltmeter and a laptop: does and answers what commissioning asks."""

import asyncio
import os
import re
from collections.abc import Callable

from pexpect import TIMEOUT
from pexpect.fdpexpect import fdspawn
from plant import Cable
from plant.contactor import L1, N

from .faults import Scene

PIN = "314159"
_LONGEST_S = 90  # for an answer of the box
_HAND_S = 0.2
_PLUG_IN = "Plug in the test adapter"
_STEP = re.compile(r"^\d+/\d+  (.+?)\r*$", re.MULTILINE)
_BAD = re.compile(r"BAD: ([\w-]+): (.+?)\r*$", re.MULTILINE)


class Silent(Exception):
    """The box says nothing that a person could go on from."""


class Installer:
    """At the terminal `master`. `named` is (cause, text) of the first step that was not good, and
    `step` the last one's title; `screen` is all that was shown.
    """

    def __init__(self, master: int, scene: Scene):
        self.named: tuple[str, str] | None = None
        self.step = ""
        self.screen = ""
        self._scene = scene
        self._child = fdspawn(master, timeout=_LONGEST_S, encoding="utf-8")
        self._answers: dict[str, Callable[[], str]] = {
            r"Enter: measure; s: skip; q: leave\. $": self._prepares,
            r"Enter: measure again; s: skip with a reason; q: leave\. $": lambda: "q",
            r"N against PE .*in V: $": self._n_to_pe,
            r"L1 against N at the outlet.*in V: $": self._outlet,
            r"CP against PE .*in V: $": lambda: f"{scene.world.cp_high_mv / 1_000:.2f}",
            r"cw or ccw\? $": lambda: "cw",
            r"then press Enter\. $": self._at_the_box,
            r"bolt move\? y or n: $": lambda: "n" if scene.world.lock.jammed else "y",
            r"the highest: $": lambda: "16000" if "in mA" in self._said() else "16",
            r"the first: $": lambda: "",
            r"two letters: $": lambda: "de",
            r"look for it\? $": lambda: "Garage 3",
            r"for the report: $": lambda: "A. Sparks",
            r"PIN, to seal this: $": lambda: PIN,
            r"\n[\w-]+# $": lambda: "",
        }

    async def commissions(self) -> bool:
        """Sets the PIN and goes through the steps; whether all were done."""
        for line, prompt in (("", "> $"), ("pin set", r"12\): $"), (PIN, "PIN: $"), (PIN, "# $")):
            await self.types_until(line, prompt)
        self.types("commission")
        patterns = list(self._answers)
        while True:
            found = await self._hears(patterns)
            said = self._said()
            self.step = (_STEP.findall(said) or [self.step])[-1]
            bad = _BAD.search(said)
            if bad and not self.named:
                self.named = (bad[1], bad[2])
            if found == len(patterns) - 1:
                return "All steps are done" in said
            await asyncio.sleep(_HAND_S)
            while _PLUG_IN in said and self._scene.world.lock.locked:
                await asyncio.sleep(_HAND_S)  # the bolt is on its way in
            self.types(self._answers[patterns[found]]())

    async def types_until(self, line: str, prompt: str) -> None:
        """Enter a line; wait for what it is answered with."""
        self.types(line)
        await self._hears([prompt])

    def types(self, line: str) -> None:
        os.write(self._child.fileno(), line.encode() + b"\r")

    async def _hears(self, patterns: list[str]) -> int:
        """Which of them comes. Raises Silent."""
        found = await asyncio.to_thread(self._child.expect, [*patterns, TIMEOUT])
        self.screen += self._said()
        if found == len(patterns):
            raise Silent
        return found

    def _said(self) -> str:
        after = self._child.after
        return f"{self._child.before or ''}{after if isinstance(after, str) else ''}"

    # What is done and measured at the box.

    def _prepares(self) -> str:
        said, world, adapter = self._said(), self._scene.world, self._scene.adapter
        if _PLUG_IN in said:
            world.plug(Cable(32), adapter)
        elif "to 882 ohm" in said:
            adapter.turn(True)
        return ""

    def _at_the_box(self) -> str:
        """Takes the load away, or trips the device by its button."""
        world = self._scene.world
        if "button" in self._said():
            world.rcd_tripped = True
            world.agenda.at(world.now_us + 1_000_000, self._releases)
        else:
            self._scene.adapter.turn(False)
            world.unplug()
        return ""

    def _releases(self) -> None:
        self._scene.world.rcd_tripped = False

    def _n_to_pe(self) -> str:
        world = self._scene.world
        return f"{world.mains.open_mv()[0] / 1_000 if world.mains.swapped else 0.4:.1f}"

    def _outlet(self) -> str:
        live = self._scene.world.poles & (L1 | N) == L1 | N
        return f"{self._scene.world.mains.open_mv()[0] / 1_000 if live else 0:.1f}"
