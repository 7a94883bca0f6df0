"""`pilotwire sim box`: firmware, plant, console bridge, broker and whoever plays, put together."""

import asyncio
import contextlib
import os
import queue
import signal
import sys
import tempfile
import termios
import threading
import tty
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from demo.recorder import Recorder
from plant import Locked, Meter, World
from plant.contactor import LOAD_MA
from plant.link import TICK_MS
from rich.console import Console
from rig.box import Box
from rig.broker import broker, mosquitto
from rig.interpreter import NoInterpreter, interpreter
from telling.trouble import REFUSED, Trouble

from . import script
from .bridge import Bridge
from .hands import BY_KEY, QUIT, CannotNow, Hands, Key
from .hearing import Hearing
from .lines import Lines
from .place import NETWORKS, CannotStart, Place, prepare
from .screen import Screen

ENDED = 0
_METER_WH = 1_234_000  # a meter that has seen something of life
_UNTIL_S = 120  # the plant's, for a condition
_UNLOCKED_S = 10  # and for the bolt to come in
_POLL_S = 0.05
_MEND = "docs/sim-box.md has the keys and words that there are"


@dataclass(frozen=True)
class Wish:
    """`folder` None: one that goes at the end. `for_s` 0: until somebody ends it."""

    folder: Path | None = None
    broker: str = ""
    blank: bool = False
    keys: str = ""
    for_s: float = 0.0
    port: int = 0
    as_json: bool = False


class Ended(Exception):
    """A script's condition has not come; the text says which."""


def play(wish: Wish) -> int:
    """The exit code. Raises Trouble."""
    try:
        interpreter()
        steps = script.keys(wish.keys)
        with contextlib.ExitStack() as stack:
            folder = wish.folder
            if folder is None:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            place = prepare(folder.resolve(), wish.broker, wish.blank)
            return asyncio.run(_Game(wish, place).run(steps))
    except NoInterpreter as error:
        raise CannotStart(str(error), "pilotwire doctor says what else is missing") from error
    except script.BadScript as error:
        raise CannotStart(str(error), _MEND) from error


class _Game:
    """One box and who plays with it."""

    def __init__(self, wish: Wish, place: Place):
        self._wish = wish
        self._place = place
        self._world = World(meter=Meter(_METER_WH))
        self._recorder = Recorder(self._world, keep=False)
        self._hands = Hands(self._world, lambda _on: self._switch.set())
        self._hearing = Hearing("+" if place.own else place.id, place.host, place.port)
        self._bridge = Bridge(wish.port)

    async def run(self, steps: list[script.Step]) -> int:
        self._switch, self._over, self._moved = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._running = True
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._over.set)
        async with AsyncExitStack() as stack:
            name = await self._broker(stack)
            try:
                await stack.enter_async_context(self._bridge)
            except OSError as error:
                raise CannotStart(
                    f"--port {self._wish.port} cannot be listened on ({error.strerror})",
                    "name another one, or leave it out",
                ) from error
            self._box = Box(
                self._world,
                None,
                self._place.root,
                console=self._bridge.firmware,
                networks=NETWORKS,
            )
            person = sys.stdin.isatty() and sys.stdout.isatty() and not self._wish.as_json
            self._view = self._viewed(stack, person)
            self._introduce(name)
            await stack.enter_async_context(self._box)
            self._box.firmware.on_line = lambda text: self._view.say("firmware", text)
            self._box.plant.observers.append(self._tick)
            work = [self._supply(), self._stand_still(), self._play(steps, person)]
            if self._place.open:
                self._hearing.on_state = self._view.state
                work.append(self._hearing.run())
            return await self._together(work)

    async def _together(self, work: Iterable) -> int:
        """Until it is over, by a signal, a key, or because something has gone wrong."""
        tasks = [asyncio.ensure_future(one) for one in work]
        over = asyncio.create_task(self._over.wait())
        try:
            while not over.done():
                done, _ = await asyncio.wait(
                    {over, *tasks}, timeout=_POLL_S, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done - {over}:
                    tasks.remove(task)
                    task.result()
                if self._running and not self._box.firmware.alive:
                    happened = f"the firmware {self._box.firmware.ended}"
                    do = "what it printed last says why"
                    raise Trouble(REFUSED, happened, "the box is gone", do)
        except (Ended, script.BadScript) as error:
            raise Trouble(REFUSED, str(error), "the box has ended", _MEND) from error
        finally:
            for task in (over, *tasks):
                task.cancel()
            await asyncio.gather(over, *tasks, return_exceptions=True)
        return ENDED

    async def _broker(self, stack: AsyncExitStack) -> str:
        place = self._place
        if not place.own:
            return "not ours"
        name = "mosquitto" if mosquitto() else "amqtt"
        try:
            await stack.enter_async_context(broker(place.port, name))
        except RuntimeError as error:
            last = str(error).strip().splitlines()[-1]
            raise CannotStart(
                f"the broker {name} did not start on port {place.port} ({last})",
                "name one of your own with --broker host:port",
            ) from error
        return f"{name}, started for it"

    def _viewed(self, stack: AsyncExitStack, person: bool) -> Screen | Lines:
        place, bridge = self._place, self._bridge
        console = Console()
        if not person or console.is_dumb_terminal:
            return Lines(self._recorder, self._wish.as_json)
        title = f"{place.id}  MQTT {place.host}:{place.port}  console {bridge.url}"
        return stack.enter_context(Screen(console, self._recorder, self._hands, title))

    def _introduce(self, name: str) -> None:
        place, bridge = self._place, self._bridge
        say = self._view.say
        say("start", f"box {place.id} in {place.root}", box=place.id, folder=str(place.root))
        console = f"pilotwire console {bridge.url}, or any terminal at {bridge.pty}"
        say("start", console, console=bridge.url, pty=bridge.pty)
        where = f"{place.host}:{place.port} ({name}), topics pilotwire/v1/{place.id}/"
        say("start", f"broker {where}", host=place.host, port=place.port)
        if self._wish.blank:
            reach = ", ".join(f"{ssid} (key {key!r})" for ssid, (key, _) in NETWORKS.items())
            say("start", f"it has no configuration yet; networks in reach: {reach}")
        if not place.open:
            say("start", "the broker wants credentials: what the box says is not shown here")

    def _tick(self, world: World) -> None:
        self._recorder(world)
        self._view.tick()
        self._moved.set()
        if self._wish.for_s and world.now_us >= self._wish.for_s * 1e6:
            self._over.set()

    async def _supply(self) -> None:
        """Cut the power and give it back, as the hand last wanted it."""
        while True:
            await self._switch.wait()
            self._switch.clear()
            if self._hands.powered == self._running:
                continue
            if self._running:
                self._running = False
                await self._box.firmware.cut()
                self._bridge.forget()
            else:
                await self._box.firmware.start()
                self._running = True

    async def _stand_still(self) -> None:
        """Without a firmware nobody moves the plant: let its time go on."""
        while True:
            await asyncio.sleep(TICK_MS / 1_000)
            if not self._running:
                self._world.advance(self._world.now_us + TICK_MS * 1_000)
                self._tick(self._world)

    # What is played.

    async def _play(self, steps: list[script.Step], person: bool) -> None:
        for step in steps:
            await self._do(step)
        if person:
            await self._listen()
        elif not self._wish.keys and not sys.stdin.isatty():
            number = 0
            async for line in _lines_of(sys.stdin):
                number += 1
                if step := script.step(number, line):
                    await self._do(step)

    async def _listen(self) -> None:
        async with _typed() as typed:
            while True:
                character = await typed.get()
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
                self._view.say("hand", self._hands.choose_named(step.car))
        elif step.until:
            await self._until(step.until)
        else:
            await self._pause(step.wait_s)

    def _press(self, key: Key) -> None:
        with self._refused():
            self._view.say("hand", self._hands.do(key), key=key.word)

    async def _press_patiently(self, key: Key) -> None:
        """A person with a plug in the hand waits for the bolt."""
        due_us = self._world.now_us + _UNLOCKED_S * 1_000_000
        while True:
            try:
                self._view.say("hand", self._hands.do(key), key=key.word)
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
            self._view.say("hand", f"not done: {error}")

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


@contextlib.asynccontextmanager
async def _typed() -> AsyncIterator[asyncio.Queue[str]]:
    """Keys of this terminal, each at once."""
    fd = sys.stdin.fileno()
    keys: asyncio.Queue[str] = asyncio.Queue()
    before = termios.tcgetattr(fd)
    loop = asyncio.get_running_loop()

    def read() -> None:
        for character in os.read(fd, 64).decode(errors="ignore"):
            keys.put_nowait(character)

    tty.setcbreak(fd)
    loop.add_reader(fd, read)
    try:
        yield keys
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


async def _lines_of(stream: Iterable[str]) -> AsyncIterator[str]:
    """Lines of a pipe or a file: in a thread of its own, which may wait for ever."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get_nowait()
        except queue.Empty:
            await asyncio.sleep(_POLL_S)
            continue
        if line is None:
            return
        yield line
