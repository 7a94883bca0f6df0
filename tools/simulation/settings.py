"""What operators send to a box: tokens, guests, schedules, tariffs. All times are UTC."""

from itertools import pairwise
from typing import Any

from .rng import Rng

TOKENS = tuple(f"{number:016x}" for number in range(1, 5))
_DAYS = 127
_DAY_MIN = 1_440
_MA = (0, 6_000, 10_000, 16_000, 32_000)


def schedule(rng: Rng, unix: int) -> dict[str, Any]:
    """Windows of some minutes to some hours, every day the same, around that time."""
    minute = unix // 60
    edges = sorted({minute + rng.between(-120, 180) for _ in range(rng.between(2, 16))})
    windows = [
        [*_window(first, last), rng.pick(_MA)] for first, last in pairwise(edges) if rng.chance(70)
    ]
    return {"windows": windows, "otherwise_ma": rng.pick(_MA)}


def guests(rng: Rng, unix: int) -> dict[str, Any]:
    """Some of the tokens, for ever, for a while, or inside a window that is not far away."""
    windows = []
    for _ in range(rng.below(4)):
        first = unix // 60 + rng.between(-60, 60)
        windows.append(_window(first, first + rng.skewed(1, 300)))
    tokens = [
        [token, rng.pick((0, unix + rng.skewed(1, 5_000))), rng.between(-1, len(windows) - 1)]
        for token in TOKENS
        if rng.chance(70)
    ]
    return {"tokens": tokens, "windows": windows}


def tariff(rng: Rng) -> dict[str, Any]:
    """Periods that change every few minutes."""
    minutes = sorted({0, *(rng.below(_DAY_MIN) for _ in range(47))})
    names = ("peak", "high", "flat", "valley")
    return {
        "periods": [[name, rng.between(20_000, 150_000)] for name in names],
        "day": [[f"{m // 60:02}:{m % 60:02}", rng.pick(names)] for m in minutes],
        "currency": "CNY",
        "zone": rng.pick(("-210", "", "480")),
    }


def plan(rng: Rng, unix: int) -> dict[str, Any]:
    """Slots around that time, or a wish for some minutes or hours on."""
    if rng.chance(50):
        by = rng.pick((unix // 60 % _DAY_MIN, unix + rng.skewed(60, 20_000)))
        return {"by": by, "wh": rng.skewed(1, 20_000), "w": rng.pick((None, 1_400, 11_000))}
    edges = sorted({unix + rng.between(-3_000, 6_000) for _ in range(rng.between(2, 20))})
    slots = [[first, last, rng.pick(_MA)] for first, last in pairwise(edges) if last > unix]
    slots = slots or [[unix, unix + 60, 0]]
    return {"slots": slots, "otherwise_ma": rng.pick(_MA)}


def prices(rng: Rng, unix: int) -> dict[str, Any]:
    """From some time before on."""
    step_s = rng.pick((900, 1_800, 3_600))
    values = [rng.between(-500, 5_000) for _ in range(rng.between(8, 192))]
    return {"start": unix - rng.below(2 * step_s), "step_s": step_s, "prices": values}


def _window(first: int, last: int) -> list[int]:
    """Of every day, between these minutes of any one."""
    return [_DAYS, first % _DAY_MIN, last % _DAY_MIN or _DAY_MIN]


def holds(window: list[int], unix: int | None) -> bool:
    """Whether a window of every day does, at that time; never while it is unknown."""
    first, last = window[1:3]
    length = (last - first) % _DAY_MIN or _DAY_MIN
    return unix is not None and (unix // 60 - first) % _DAY_MIN < length


def harmless(rng: Rng) -> dict[str, Any]:
    """Keys of the configuration that change nothing which is judged."""
    return rng.pick(
        (
            {"location": "yard", "bay": str(rng.below(100))},
            {"heartbeat_s": rng.pick((5, 20, 60)), "tele_s": rng.pick((0, 5))},
            {"log_level": rng.pick(("off", "debug"))},
            {"operator_ttl_s": rng.skewed(1, 5_000)},
        )
    )
