"""The table of surplus charging: ours, a plain threshold and the best, over whole days."""

import random
from collections.abc import Iterator
from statistics import mean
from typing import NamedTuple

from plant.car import Car

from . import house, sky
from .control import MODES, Mode, Ours, Threshold
from .optimum import best, gain
from .outlet import Outlet

PEAK_W = 9_800
BEGIN_S, END_S = 28_800, 72_000  # the car is there from 8:00 to 20:00 and never full
_WH = 3_600


class Day(NamedTuple):
    """While the car is there: what the plant yields and what the house draws, W in each second."""

    name: str
    sort: str
    plant_w: list[int]
    house_w: list[int]
    follow_ms: int  # how long this day's car takes to follow the pilot

    @property
    def surplus_w(self) -> list[int]:
        return [plant - house for plant, house in zip(self.plant_w, self.house_w, strict=True)]


class Trace(NamedTuple):
    """What came of a day."""

    power_w: list[float]  # the car's, in each second
    interruptions: int
    switches: int


class Figures(NamedTuple):
    """Of one day; energy in kWh."""

    charged: float
    imported: float  # for the car
    own: float  # share of the plant's energy used in the house
    gain: float  # charged from the sun less charged from the grid
    interruptions: int
    switches: int


def day(seed: int) -> Day:
    """A day from March to October; one in five is clear, one in five overcast."""
    chance = random.Random(f"{seed} day")
    sort = chance.choice(("clear", "broken", "broken", "broken", "overcast"))
    return day_of(seed, chance.randint(3, 10), sort, chance.randrange(300, 5_001))


def day_of(seed: int, month: int, sort: str, follow_ms: int = 1_000) -> Day:
    there = slice(BEGIN_S, END_S)
    plant_w = sky.plant_w(seed, month, sort, PEAK_W)[there]
    house_w = house.load_w(seed)[there]
    return Day(f"{sort}, month {month}, seed {seed}", sort, plant_w, house_w, follow_ms)


def drive(day: Day, mode: Mode, control: Ours | Threshold) -> Trace:
    """The closed loop: meters, control, box and car, a second a turn."""
    car = Car(react_ms=day.follow_ms, phases=3)
    outlet = Outlet(car, mode.phases, mode.switches)
    power: list[float] = []
    for second, surplus_w in enumerate(day.surplus_w):
        grid_w = outlet.power_w - surplus_w
        control.look(second, grid_w, outlet.power_w, outlet.phases, outlet.used)
        outlet.step(control.limit_ma, control.wanted)
        power.append(outlet.power_w)
    return Trace(power, outlet.interruptions, outlet.switches)


def figures(day: Day, trace: Trace) -> Figures:
    imported = gained = exported = 0.0
    for power_w, surplus_w in zip(trace.power_w, day.surplus_w, strict=True):
        imported += max(power_w - max(surplus_w, 0), 0)
        gained += gain(power_w, surplus_w)
        exported += max(surplus_w - power_w, 0)
    return Figures(
        sum(trace.power_w) / _WH / 1_000,
        imported / _WH / 1_000,
        1 - exported / sum(day.plant_w),
        gained / _WH / 1_000,
        trace.interruptions,
        trace.switches,
    )


def traces(day: Day, mode: Mode) -> dict[str, Trace]:
    """By who decided."""
    return {
        "threshold": drive(day, mode, Threshold(mode)),
        "Pilotwire": drive(day, mode, Ours(mode)),
        "best possible": Trace(*best(day.surplus_w, mode)),
    }


def table(days: int = 20, first: int = 1) -> Iterator[str]:
    """Lines of the table over `days` seeded days from seed `first` on."""
    drawn = [day(seed) for seed in range(first, first + days)]
    sorts = ", ".join(f"{sum(d.sort == s for d in drawn)} {s}" for s in sky.SORTS)
    yield f"Solar surplus: {days} days from seed {first} on ({sorts}), a plant of {PEAK_W} W,"
    yield "a car of 16 A that is there from 8:00 to 20:00; means of a day, (most of a day)."
    yield ""
    yield (
        f"{'mode':18} {'':14} {'charged':>8} {'imported':>9} {'self-cons.':>10}"
        f" {'gain':>6} {'of best':>7} {'interruptions':>14} {'phase switches':>14}"
    )
    for mode in MODES:
        rows: dict[str, list[Figures]] = {}
        for one in drawn:
            for name, trace in traces(one, mode).items():
                rows.setdefault(name, []).append(figures(one, trace))
        most = sum(one.gain for one in rows["best possible"])
        for name, found in rows.items():
            yield _row(mode.name, name, found, most)


def _row(mode: str, name: str, found: list[Figures], most: float) -> str:
    def of(field: str) -> list[float]:
        return [getattr(one, field) for one in found]

    def counted(field: str) -> str:
        return f"{mean(of(field)):.1f} ({max(of(field)):.0f})"

    return (
        f"{mode:18} {name:14} {mean(of('charged')):5.1f} kWh {mean(of('imported')):6.2f} kWh"
        f" {mean(of('own')):10.1%} {mean(of('gain')):6.2f} {sum(of('gain')) / most:7.1%}"
        f" {counted('interruptions'):>14} {counted('switches'):>14}"
    )
