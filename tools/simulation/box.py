"""One box from power-on to power-off: the real app on the mock HAL, ticked in virtual time."""

import asyncio
import builtins
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from pilotwire import app, config, tcp
from pilotwire.energy import meters, rtu, tarifffile
from pilotwire.link import daily, dial, link, mqtt, ntp, route
from pilotwire.orders import upkeep
from pilotwire.record import files, journal, segments, wear
from plant import World
from plant.link import named

from .flash import Flash
from .hal import SimulatedHal
from .tasks import Clock, Loop

TICK_US = 10_000
_ACT_US = 1_000  # a tick may take so long on a chip: then its outputs act
_BOOT_US = 1_700_000  # docs/performance.md
_WATCHDOG_US = 8_388_000
_CLOSELY_US = 400_000  # every tick is judged for so long after anything has changed
_PINS_OPEN = 10_000  # nobody drives the generator: steady +12 V

# CPython's is not a board's, and another one in each run.
_HEAP = SimpleNamespace(collect=lambda: 0, mem_free=lambda: 64_000, mem_alloc=lambda: 128_000)

_ON_THE_LOOP = (app, meters, rtu, link, mqtt, dial, route, daily, ntp, tcp)
_ON_FLASH = (config, tarifffile, files, journal, segments, wear, upkeep)
_ON_CONSOLE = (app, link)


class Box:
    """A box in `world` with `flash`. `make_hal(loop, started)` gives the board of a new life.

    `app` and `hal` are those of the present life, None without power. `on_tick()` is called after
    the ticks that matter, at least once a second; `on_start()` with a new app; `on_restart()` when
    a command's restart is at hand.
    """

    def __init__(
        self,
        clock: Clock,
        world: World,
        flash: Flash,
        make_hal: Callable[[Loop, str], SimulatedHal],
        say: Callable[[str], object],
    ):
        self.app: app.App | None = None
        self.hal: SimulatedHal | None = None
        self.loop: Loop | None = None
        self.lives = 0
        self.on_tick: Callable[[], object] = lambda: None
        self.on_start: Callable[[], object] = lambda: None
        self.on_restart: Callable[[], object] = lambda: None
        self.touched = True  # somebody has changed the plant at this instant
        self.run_task: Any = None
        self._clock = clock
        self._world = world
        self._flash = flash
        self._make_hal = make_hal
        self._say = say
        self._tick_us = 0
        self._world_us = 0
        self._looked_us = 0
        self._closely_us = 0
        self._powered = False

    def power_on(self, started: str = "power-on") -> None:
        """Boot; nothing if it has power already."""
        if self._powered:
            return
        self._powered = True
        self._flash.power_on()
        self.lives += 1
        life = self.lives
        self._say(f"box on {started}")
        self._clock.after(_BOOT_US, lambda: self._boot(life, started))

    def power_off(self) -> None:
        """The supply, or the reset line. Its pins are let go, and RAM is gone."""
        if not self._powered:
            return
        self._powered = False
        self._flash.lose_power()
        self.app = self.hal = None
        loop, self.loop = self.loop, None
        if loop:
            loop.stop()
        self._world.advance(max(self._clock.now_us, self._world.now_us))
        self._world.set_outputs(_PINS_OPEN, False)
        self._world.rcd.power_cycle()
        self.touched = True
        self._say("box off")

    @property
    def powered(self) -> bool:
        return self._powered

    def run_to(self, us: int) -> None:
        """Tick at every instant before `us`, or until something else has become due."""
        hal = self.hal
        if hal is None or hal.tick is None:
            return
        clock = self._clock
        agenda = clock.agenda
        tick = hal.tick
        while self._tick_us < us:
            clock.now_us = now_us = self._tick_us
            self._tick_us = now_us + TICK_US
            if self.touched or now_us >= self._world_us:
                self._look(hal, now_us)
            tick()
            if hal.moved:
                hal.moved = False
                clock.after(_ACT_US, lambda: self._act(hal))
            elif hal.told or now_us >= self._looked_us or now_us < self._closely_us:
                hal.told = False
                self._looked_us = now_us + 1_000_000
                self.on_tick()
                if now_us - hal.fed_us > _WATCHDOG_US:
                    self.power_off()
                    self.power_on("watchdog")
                    return
            if agenda.due_us < us:
                us = agenda.due_us

    def _look(self, hal: SimulatedHal, now_us: int) -> None:
        world = self._world
        self.touched = False
        if world.now_us < now_us:
            world.advance(now_us)
        world.sample(hal.inputs)
        self._world_us = world.next_us()
        self._closely_us = now_us + _CLOSELY_US

    def _act(self, hal: SimulatedHal) -> None:
        """What a tick has decided reaches the pins."""
        if hal is not self.hal:
            return
        world = self._world
        if world.now_us < self._clock.now_us:
            world.advance(self._clock.now_us)
        world.set_outputs(hal.duty, bool(hal.closed), **named(hal.driven))
        self.touched = True
        self.on_tick()

    def _boot(self, life: int, started: str) -> None:
        if life != self.lives or not self._powered:
            return
        self.loop = loop = Loop(self._clock)
        _put(_ON_THE_LOOP, "asyncio", loop)
        self._tick_us = -(-self._clock.now_us // TICK_US) * TICK_US
        self.touched = True
        hal = self._make_hal(loop, started)
        self.app = app.App(hal)  # may lose power while it looks through its records
        self.hal = hal
        self.on_start()
        self.run_task = loop.create_task(self._live(self.app, loop))

    async def _live(self, own: app.App, loop: Loop) -> None:
        """Until a command wants the box to start again; what else ends it, ends this."""
        try:
            await own.run()
        except app.RestartWanted:
            self.on_restart()
            self._clock.after(0, lambda: self._restart(own))
            await loop.Event().wait()  # it does nothing any more

    def _restart(self, own: app.App) -> None:
        if own is self.app:
            self.power_off()
            self.power_on("command")

    @contextmanager
    def installed(self) -> Iterator[None]:
        """While it lasts, the firmware's modules have this flash, loop and console."""
        try:
            if self.loop:
                _put(_ON_THE_LOOP, "asyncio", self.loop)
            _put(_ON_FLASH, "open", self._flash.open)
            _put(_ON_FLASH, "os", self._flash)
            _put(_ON_CONSOLE, "print", lambda *words: self._say(" ".join(map(str, words))))
            _put((upkeep,), "gc", _HEAP)
            yield
        finally:
            _put(_ON_THE_LOOP, "asyncio", asyncio)
            _put(_ON_FLASH, "open", builtins.open)
            _put(_ON_FLASH, "os", os)
            _put(_ON_CONSOLE, "print", builtins.print)
            _put((upkeep,), "gc", gc)


def _put(modules: Sequence[Any], name: str, value: Any) -> None:
    for module in modules:
        setattr(module, name, value)
