"""The plan for a wish and a table of prices: slots that a box follows, and what they cost."""

from typing import NamedTuple

from .optimum import UNIT_S, best, blocks
from .prices import Prices


class Wish(NamedTuple):
    """So many Wh between two unix times, for a vehicle that takes `w`."""

    begin: int
    by: int
    wh: int
    w: int

    @property
    def seconds(self) -> int:
        """That it takes to charge."""
        return -(-self.wh * 3_600 // self.w)


class Slot(NamedTuple):
    first: int
    last: int
    wh: float
    cost: float  # in the currency


def slots(prices: Prices, wish: Wish, start_cost: float) -> list[Slot]:
    """The cheapest, to pieces of 5 minutes; each start counts `start_cost` of the currency.

    Too little where there are no more prices before the wish's time.
    """
    begin = max(wish.begin, prices.start)
    end = min(wish.by, prices.end)
    aligned = -(-begin // UNIT_S) * UNIT_S
    count = max(end - aligned, 0) // UNIT_S
    wanted = -(-wish.seconds // UNIT_S)
    if wanted > count:
        whole = [[begin, min(end, begin + wish.seconds)]] if begin < end else []
        return [_slot(prices, wish, first, last) for first, last in whole]
    costs = [cost(prices, wish, aligned + i * UNIT_S, UNIT_S) for i in range(count)]
    found = blocks(aligned, best(costs, wanted, start_cost))
    dearest = max(found, key=lambda block: prices.at(block[1] - 1))
    dearest[1] -= wanted * UNIT_S - wish.seconds  # of the last piece only what is wanted
    return [_slot(prices, wish, first, last) for first, last in found]


def at_once(prices: Prices, wish: Wish) -> Slot:
    """What charging without a plan costs, as far as there are prices."""
    begin = max(wish.begin, prices.start)
    return _slot(prices, wish, begin, max(min(begin + wish.seconds, prices.end), begin))


def cost(prices: Prices, wish: Wish, first: int, seconds: int) -> float:
    """Of charging for so many seconds, in the currency."""
    parts = 0
    at, last = first, first + seconds
    while at < last:
        until = min(last, at + prices.step_s - (at - prices.start) % prices.step_s)
        parts += prices.at(at) * (until - at)
        at = until
    return parts * wish.w / 3_600_000 / 100_000


def _slot(prices: Prices, wish: Wish, first: int, last: int) -> Slot:
    return Slot(
        first, last, (last - first) * wish.w / 3_600, cost(prices, wish, first, last - first)
    )
