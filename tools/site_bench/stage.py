"""What every way to share meets alike: the cars of some days, and the building."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from site_power import garage
from site_power.garage import DAY_S, Visit

from .building import Building
from .sites import Sort

_V = 230


@dataclass(frozen=True)
class Stage:
    """`days` from a Monday on; `visits[i].place` is the place in the site's boxes."""

    sort: Sort
    days: int
    seed: int
    visits: list[Visit]
    jumps: bool = False

    @property
    def end_s(self) -> float:
        return self.days * DAY_S

    def changes(self) -> Iterator[tuple[float, str, int, float]]:
        """Of the building: (when, feeder, phase, mA from then on)."""
        return Building(self.sort.site, self.seed, self.jumps).changes(self.days)


def stage(sort: Sort, days: int, seed: int, jumps: bool = False) -> Stage:
    """All cars have left by the end, and want no more than they could have by then."""
    boxes = list(sort.site.boxes.values())
    end_s = days * DAY_S
    found = []
    for visit in garage.visits(sort.kind, len(boxes), days, seed, sort.busy):
        box = boxes[visit.place]
        car = replace(
            visit.car,
            phases=min(visit.car.phases, len(box.rotation)),
            max_ma=min(visit.car.max_ma, box.max_ma),
        )
        leaves_s = min(visit.leaves_s, end_s)
        hours = (leaves_s - visit.arrives_s) / 3_600
        most_wh = hours * car.phases * car.max_ma * _V / 1_000 * 0.95
        if hours > 0.1:
            car = replace(car, wanted_wh=min(car.wanted_wh, most_wh))
            found.append(replace(visit, leaves_s=leaves_s, car=car))
    return Stage(sort, days, seed, found, jumps)
