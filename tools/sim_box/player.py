"""Whoever plays: the steps of a script, or a person's keys, one after the other."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator

from plant import Locked, World
from plant.contactor import LOAD_MA

from . import script
from .hands import BY_KEY, QUIT, CannotNow, Hands, Key
from .hearing import Hearing
from .lines import Lines
from .screen import Screen
from .typed import lines_of, typed

_UNTIL_S = 120  # the plant's, for a condition
_UNLOCKED_S = 10  # and for the bolt to come in


class Ended(Exception):
    """A script's condition has not come; the text says which."""


class Player:
    """Moves `hands` in `world`, knows the box by `hearing`, sets `over` at the end, and says what
    it does by `view`. Call `tick` after each of the plant's."""

    view: Screen | Lines

    def __init__(self, world: World, hands: Hands, hearing: Hearing, over: asyncio.Event):
        self._world = world
        self._hands = hands
        self._hearing = hearing
        self._over = over
        self._moved = asyncio.Event()

    def tick(self) -> None:
        self._moved.set()

    async def play(self, steps: list[script.Step], person: bool) -> None:
        for step in steps:
            await self._do(step)
        if person:
            await self._listen()
        elif not steps and not sys.stdin.isatty():
            number = 0
            async for line in lines_of(sys.stdin):
                number += 1
                if step := script.step(number, line):
                    await self._do(step)

    async def _listen(self) -> None:
        async with typed() as keys:
            while True:
                character = await keys.get()
                if character == QUIT:
                    self._over.set()
                elif character in BY_KEY:
                    self._press(BY_KEY[character])

    async def _do(self, step: script.Step) -> None:
        if step.ends:
            self._over.set()
            await asyncio.Event().wait()
        elif step.key:
            await self._press_patiently(step.key)
        elif step.car:
            with self._refused():
                self.view.say("hand", self._hands.choose_named(step.car))
        elif step.until:
            await self._until(step.until)
        else:
            await self._pause(step.wait_s)

    def _press(self, key: Key) -> None:
        with self._refused():
            self.view.say("hand", self._hands.do(key), key=key.word)

    async def _press_patiently(self, key: Key) -> None:
        """A person with a plug in the hand waits for the bolt."""
        due_us = self._world.now_us + _UNLOCKED_S * 1_000_000
        while True:
            try:
                self.view.say("hand", self._hands.do(key), key=key.word)
                return
            except CannotNow as error:
                locked = isinstance(error.__cause__, Locked)
                if not locked or self._world.now_us > due_us:
                    raise Ended(f"{key.word}: {error}") from error
            await self._move()

    @contextlib.contextmanager
    def _refused(self) -> Iterator[None]:
        try:
            yield
        except CannotNow as error:
            self.view.say("hand", f"not done: {error}")

    async def _pause(self, seconds: float) -> None:
        due_us = self._world.now_us + round(seconds * 1e6)
        while self._world.now_us < due_us:
            await self._move()

    async def _until(self, condition: str) -> None:
        due_us = self._world.now_us + _UNTIL_S * 1_000_000
        while not self._holds(condition):
            if self._world.now_us > due_us:
                state = self._hearing.state or {}
                why = ", ".join([*state.get("faults", ()), *state.get("why_not", ())])
                raise Ended(
                    f"until {condition}: not so after {_UNTIL_S} s"
                    + (f"; the box says why there is no current: {why}" if why else "")
                )
            await self._move()

    def _holds(self, condition: str) -> bool:
        world = self._world
        if condition == "online":
            return self._hearing.online and self._hearing.state is not None
        if condition == "connected":
            return world.seen[0] in "BCD"
        if condition == "charging":
            return max(world.current_ma()) > LOAD_MA
        return (world.poles != 0) == (condition == "closed")

    async def _move(self) -> None:
        self._moved.clear()
        await self._moved.wait()
