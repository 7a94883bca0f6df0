"""The table of day-ahead prices: a year of charges, by what each way of charging them costs.

Prices and charges are drawn by seed: a level that wanders, two peaks a day, the sun at noon and
the weekend, with so much sun at times that prices are below nothing.
"""

import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure
from pilotwire.power.plan import allowed, cheapest, next_time
from pilotwire.power.schedule import limit_at
from pilotwire.zone import offset, parse

ZONE = "60 120 3.5.0.120 10.5.0.180"
FIRST_DAY = date(2027, 1, 1)
DAYS = 365
STEP_S = 900
VALLEY = {"windows": [[127, 22 * 60, 6 * 60, 16_000]], "otherwise_ma": 0}
W = 11_000  # as the wish has it; the car takes a little less
_RULE: tuple[int, ...] = parse(ZONE)
_DAY_S = 86_400
_UNIT = 100_000  # parts of a euro
_PUBLISHED = 13 * 60  # minute of the local day from which tomorrow's prices are known
_INK = "#222222"
_COLOURS = ("#888888", "#b07020", "#2060a0", "#208050")

Block = list[int]  # unix from, until


class Market(NamedTuple):
    """Prices in 1/100,000 of a euro per kWh, one each quarter of an hour from `start` on."""

    start: int
    prices: list[int]

    def at(self, unix: int) -> int:
        return self.prices[(unix - self.start) // STEP_S]

    def known(self, unix: int) -> dict[str, object]:
        """What a box has been sent by then: prices.json from today's first to tomorrow's last."""
        midnight = next_time(0, _RULE, unix - _DAY_S - 3_600)
        while next_time(0, _RULE, midnight) <= unix:
            midnight = next_time(0, _RULE, midnight)
        end = next_time(0, _RULE, midnight)
        if unix >= next_time(_PUBLISHED, _RULE, midnight):
            end = next_time(0, _RULE, end)
        start = max(midnight, end - 192 * STEP_S)
        first = (start - self.start) // STEP_S
        prices = self.prices[first : first + (end - start) // STEP_S]
        return {"start": start, "step_s": STEP_S, "prices": prices}


class Charge(NamedTuple):
    """The car is there from `begin` to `end`, a minute of the day that is `by`; wants `wh`."""

    begin: int
    end: int
    by: int
    wh: int  # that it really takes
    wish_wh: int
    w: int  # likewise


class Outcome(NamedTuple):
    """Of one charge."""

    blocks: list[Block]
    wh: float
    cost: float  # euro


def market(seed: int) -> Market:
    """A year of prices, and two days more."""
    chance = random.Random(f"{seed} prices")
    start = _midnight(FIRST_DAY - timedelta(days=1))
    level = after = 9.0  # ct, at midnight and the next
    noise = sun = 0.0
    prices = []
    for quarter in range((DAYS + 3) * _DAY_S // STEP_S):
        unix = start + quarter * STEP_S
        wall = datetime.fromtimestamp(unix + 3_600, UTC)
        if quarter % 96 == 0:
            level, after = after, after + 0.3 * (9 - after) + chance.gauss(0, 1.8)
            sun = max(chance.gauss(0.65, 0.3), 0) * (1 - 0.75 * math.cos(_season(wall)))
        hour = wall.hour + wall.minute / 60
        noise = 0.9 * noise + chance.gauss(0, 0.25)
        price = level + (after - level) * hour / 24 + noise
        price += 4.5 * _bump(hour, 8, 1.6) + 6.5 * _bump(hour, 19, 2.2) - 2.5 * _bump(hour, 3, 2.5)
        price -= 7.5 * sun * _bump(hour, 13, 2.4)
        price -= 2.0 * (wall.weekday() >= 5)
        prices.append(round(price * _UNIT / 100))
    return Market(start, prices)


def charges(seed: int) -> list[Charge]:
    """Five evenings a week about, until the morning; some weekends from late morning."""
    chance = random.Random(f"{seed} charges")
    found = []
    for i in range(DAYS):
        day = FIRST_DAY + timedelta(days=i)
        if chance.random() > 0.7:
            continue
        midnight = _midnight(day)
        arrives, by = chance.gauss(18, 1.5), chance.choice((390, 420, 420, 450))
        if day.weekday() >= 5 and chance.random() < 0.4:
            arrives, by = chance.uniform(9.5, 12), 18 * 60
        begin = midnight + round(min(max(arrives, 9), 23) * 3_600)
        wh = round(min(max(chance.lognormvariate(9.5, 0.5), 3_000), 45_000))
        wish_wh = -(-wh // 2_500) * 2_500  # nobody knows exactly
        w = round(W * chance.uniform(0.93, 1))
        found.append(Charge(begin, next_time(by, _RULE, begin), by, wh, wish_wh, w))
    return found


def at_once(charge: Charge, market: Market) -> Outcome:
    """No plan at all."""
    return _outcome(charge, market, [[charge.begin, charge.end]])


def weekly(charge: Charge, market: Market) -> Outcome:
    """A schedule with one window: from 22:00 to 6:00."""
    blocks = []
    unix = charge.begin
    while unix < charge.end:
        ma, until = limit_at(VALLEY, _RULE, unix)
        if ma:
            blocks.append([unix, min(until, charge.end)])
        unix = until
    return _outcome(charge, market, blocks)


def planned(charge: Charge, market: Market) -> Outcome:
    """The box's own plan, by the prices that it has at each time, looking as often as it says."""
    wish = {"by": charge.by, "wh": charge.wish_wh, "w": W}
    blocks: list[Block] = []
    got = 0.0
    unix = charge.begin
    while unix < charge.end and got < charge.wh:
        charging = bool(blocks) and blocks[-1][1] == unix
        state = (unix - charge.begin, int(got), 16_000, 690, 0, charging)
        known = market.known(unix)
        ma, until, _, _ = allowed(wish, known, None, None, _RULE, unix, state)
        until = min(until, charge.end)
        if ma:
            got += (until - unix) * charge.w / 3_600
            if charging:
                blocks[-1][1] = until
            else:
                blocks.append([unix, until])
        unix = until
    return _outcome(charge, market, blocks)


def optimum(charge: Charge, market: Market) -> Outcome:
    """What somebody would do who knew all prices, and the car, beforehand."""
    first = charge.begin - charge.begin % STEP_S
    edges = [charge.begin, *range(first + STEP_S, charge.end, STEP_S), charge.end]
    costs = [market.at(edge) for edge in edges[:-1]]
    blocks, _ = cheapest((edges, costs, [charge.w] * len(costs)), charge.wh * 3_600, False)
    return _outcome(charge, market, blocks)


WAYS: dict[str, Callable[[Charge, Market], Outcome]] = {
    "at once": at_once,
    "22:00 to 6:00": weekly,
    "Pilotwire's plan": planned,
    "best possible": optimum,
}


def table(seed: int = 1) -> Iterator[str]:
    """Lines of the table for the year and the charges of `seed`."""
    prices, year = market(seed), charges(seed)
    share = sum(price < 0 for price in prices.prices) / len(prices.prices)
    kwh = sum(charge.wh for charge in year) / 1_000
    yield f"Day-ahead prices: {len(year)} charges of a year, {kwh:.0f} kWh, seed {seed}; prices"
    yield f"of quarters of an hour, known from 13:00 on for tomorrow, {share:.1%} of them below 0."
    yield ""
    yield (
        f"{'':18} {'a year':>10} {'a kWh':>9} {'of at once':>10} {'starts':>7} {'not full':>9}"
        f" {'missing':>9}"
    )
    first = 0.0
    for name, way in WAYS.items():
        found = [way(charge, prices) for charge in year]
        cost, given = sum(one.cost for one in found), sum(one.wh for one in found) / 1_000
        first = first or cost / given
        missing = [max(charge.wh - one.wh, 0) for charge, one in zip(year, found, strict=True)]
        starts = sum(len(one.blocks) for one in found) / len(found)
        yield (
            f"{name:18} {cost:6.2f} EUR {cost / given * 100:6.2f} ct {cost / given / first:10.1%}"
            f" {starts:7.2f} {sum(wh > 100 for wh in missing):9} {sum(missing) / 1_000:5.0f} kWh"
        )


def draw(path: Path, seed: int = 1, number: int = 0) -> None:
    """A PNG of one night: its prices, and when each way charges."""
    prices, charge = market(seed), charges(seed)[number]
    first, last = charge.begin - 7_200, charge.end + 7_200
    first -= first % STEP_S
    edges = list(range(first, last, STEP_S))
    figure = Figure(figsize=(8, 3.6), dpi=150, facecolor="white")
    figure.set_layout_engine("constrained")
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    top.step(
        [(edge - first) / 3_600 for edge in edges],
        [prices.at(edge) * 100 / _UNIT for edge in edges],
        where="post",
        color=_INK,
        lw=1,
    )
    top.axhline(0, color="#cccccc", lw=0.5)
    top.set_ylabel("ct per kWh", fontsize=7)
    for y, way in enumerate(WAYS.values()):
        found = way(charge, prices)
        bars = [((begin - first) / 3_600, (end - begin) / 3_600) for begin, end in found.blocks]
        bottom.broken_barh(bars, (y - 0.35, 0.7), color=_COLOURS[y])
        bottom.text(
            (last - first) / 3_600, y, f"{found.cost:.2f} EUR", fontsize=7, ha="right", va="center"
        )
    bottom.set_yticks(range(len(WAYS)), list(WAYS), fontsize=7)
    bottom.invert_yaxis()
    hours = [edge for edge in edges if edge % 7_200 == 0]
    labels = [f"{_wall(edge):%H:%M}" for edge in hours]
    bottom.set_xticks([(edge - first) / 3_600 for edge in hours], labels, fontsize=7)
    for axes in (top, bottom):
        for unix in (charge.begin, charge.end):
            axes.axvline((unix - first) / 3_600, color="#aaaaaa", lw=0.8, ls="--")
        axes.tick_params(length=0, labelsize=7, colors=_INK)
        for spine in axes.spines.values():
            spine.set_visible(False)
    figure.suptitle(
        f"{charge.wh / 1_000:.1f} kWh, there from {_wall(charge.begin):%H:%M} on"
        f" {_wall(charge.begin):%Y-%m-%d} to {_wall(charge.end):%H:%M} (dashed)",
        fontsize=9,
        color=_INK,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _outcome(charge: Charge, market: Market, blocks: list[Block]) -> Outcome:
    """As far as the car wants them."""
    found: list[Block] = []
    seconds = -(-charge.wh * 3_600 // charge.w)
    cost = 0
    for first, last in blocks:
        until = min(last, first + seconds)
        seconds -= until - first
        if until > first:
            found.append([first, until])
        while first < until:
            end = min(until, first + STEP_S - (first - market.start) % STEP_S)
            cost += market.at(first) * (end - first)
            first = end
    taken = sum(last - first for first, last in found)
    return Outcome(found, taken * charge.w / 3_600, cost * charge.w / 3_600_000 / _UNIT)


def _bump(hour: float, at: float, width: float) -> float:
    """1 at that hour of the day, less around it."""
    apart = abs(hour - at)
    return math.exp(-((min(apart, 24 - apart) / width) ** 2))


def _season(wall: datetime) -> float:
    """0 at the turn of winter, pi at that of summer."""
    return 2 * math.pi * (wall.timetuple().tm_yday + 10) / 365


def _midnight(day: date) -> int:
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    return next_time(0, _RULE, noon - _DAY_S)


def _wall(unix: int) -> datetime:
    """The clock on the wall, as if it were UTC's."""
    return datetime.fromtimestamp(unix + offset(_RULE, unix)[0] * 60, UTC)
