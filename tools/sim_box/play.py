"""`pilotwire sim box`: firmware, plant, console bridge, broker and whoever plays, put together."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from demo.recorder import Recorder
from plant import Meter, World
from plant.link import TICK_MS
from rich.console import Console
from rig.box import Box
from rig.broker import broker, mosquitto
from rig.interpreter import NoInterpreter, interpreter
from telling.trouble import REFUSED, Trouble

from . import script
from .bridge import Bridge
from .hands import Hands
from .hearing import Hearing
from .lines import Lines
from .place import NETWORKS, CannotStart, Place, prepare
from .player import Ended, Player
from .screen import Screen

ENDED = 0
_METER_WH = 1_234_000  # a meter that has seen something of life
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
        self._switch, self._over = asyncio.Event(), asyncio.Event()
        self._player = Player(self._world, self._hands, self._hearing, self._over)
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
            self._view = self._player.view = self._viewed(stack, person)
            self._introduce(name)
            await stack.enter_async_context(self._box)
            self._box.firmware.on_line = lambda text: self._view.say("firmware", text)
            self._box.plant.observers.append(self._tick)
            work = [self._supply(), self._stand_still(), self._player.play(steps, person)]
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
        self._player.tick()
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
