"""What fails, at random times: all of it is over again within minutes, and comes again."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .world import World

_HOUR_S = 3_600.0


@dataclass(frozen=True)
class Failures:
    """Which of them happen. `jumps`: the building switches everything on at once."""

    name: str
    broker: bool = False
    tool: bool = False
    meter: bool = False

    @property
    def jumps(self) -> bool:
        return self.meter


CASES = {
    case.name: case
    for case in (
        Failures("nothing"),
        Failures("broker", broker=True),
        Failures("tool", tool=True),
        Failures("meter", meter=True),
        Failures("all", broker=True, tool=True, meter=True),
    )
}


def arrange(world: "World", case: Failures, chance: random.Random) -> None:
    """The first of each; each arranges the next."""
    if case.broker:
        _again(world, chance, 2 * _HOUR_S, lambda: _kill_broker(world, chance))
        _again(world, chance, 1 * _HOUR_S, lambda: _stall(world, chance))
        _again(world, chance, 0.5 * _HOUR_S, lambda: _cut_off(world, chance))
        _again(world, chance, 6 * _HOUR_S, lambda: _power_cycle(world, chance))
    if case.tool:
        _again(world, chance, 1 * _HOUR_S, lambda: _kill_tool(world, chance))
        _again(world, chance, 2 * _HOUR_S, lambda: _pause_tool(world, chance))
    if case.meter:
        _again(world, chance, 1 * _HOUR_S, lambda: _lose_meter(world, chance))


def _again(
    world: "World", chance: random.Random, mean_s: float, act: Callable[[], object]
) -> None:
    def now() -> None:
        act()
        world.clock.at(world.clock.now_s + chance.expovariate(1 / mean_s), now)

    world.clock.at(world.clock.now_s + chance.expovariate(1 / mean_s), now)


def _kill_broker(world: "World", chance: random.Random) -> None:
    if not world.broker.up:
        return
    world.count("broker killed")
    world.broker.kill()
    back_s = world.clock.now_s + chance.choice((1, 5, 30, 120)) * chance.uniform(0.5, 1.5)
    world.clock.at(back_s, lambda: setattr(world.broker, "up", True))


def _stall(world: "World", chance: random.Random) -> None:
    """Nothing gets through one link, or any, for some seconds; then all of it, late."""
    seconds = chance.uniform(0.5, 12)
    parts = [part for part in (*world.outlets, *world.instances) if part.link]
    if parts:
        world.count("links stalled")
        for part in parts if chance.random() < 0.3 else [chance.choice(parts)]:
            part.stall(seconds)


def _cut_off(world: "World", chance: random.Random) -> None:
    outlet = chance.choice(world.outlets)
    if outlet.link:
        world.count("box cut off")
        world.broker.drop(outlet.link)


def _power_cycle(world: "World", chance: random.Random) -> None:
    """A box loses its supply for a moment: leases and remembered ids are gone."""
    world.count("box restarted")
    chance.choice(world.outlets).restart()


def _kill_tool(world: "World", chance: random.Random) -> None:
    """One of the two, or both; another process is there some time later."""
    world.count("tool killed")
    both = chance.random() < 0.2
    for at in (0, 1) if both else (chance.randrange(2),):
        instance = world.instances[at]
        if instance.dead:
            continue
        instance.kill()
        back_s = world.clock.now_s + chance.choice((3, 20, 120, 600)) * chance.uniform(0.5, 1.5)
        world.clock.at(back_s, lambda at=at: world.start(at))


def _pause_tool(world: "World", chance: random.Random) -> None:
    instance = world.instances[chance.randrange(2)]
    if not instance.dead and not instance.paused:
        world.count("tool paused")
        instance.pause(chance.choice((1, 4, 10, 60)) * chance.uniform(0.5, 1.5))


def _lose_meter(world: "World", chance: random.Random) -> None:
    world.count("meter lost")
    world.meter_back_s = world.clock.now_s + chance.choice((5, 30, 300)) * chance.uniform(0.5, 1.5)
