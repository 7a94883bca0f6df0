"""What operators send to a box: tokens, guests, schedules, tariffs. All times are UTC."""

from itertools import pairwise
from typing import Any

from .rng import Rng

TOKENS = tuple(f"{number:016x}" for number in range(1, 5))
_DAYS = 127
_MA = (0, 6_000, 10_000, 16_000, 32_000)


def schedule(rng: Rng) -> dict[str, Any]:
    """Windows of some minutes to some hours, every day the same."""
    edges = sorted({rng.below(1_440) for _ in range(rng.between(2, 16))})
    windows = [
        [_DAYS, first, last, rng.pick(_MA)] for first, last in pairwise(edges) if rng.chance(70)
    ]
    return {"windows": windows, "otherwise_ma": rng.pick(_MA)}


def guests(rng: Rng, unix: int) -> dict[str, Any]:
    """Some of the tokens, for ever, for a while, or inside a window."""
    windows = [[_DAYS, rng.below(1_440), rng.below(1_440)] for _ in range(rng.below(4))]
    windows = [row for row in windows if row[1] != row[2] and row[2]]
    tokens = [
        [token, rng.pick((0, unix + rng.skewed(1, 5_000))), rng.between(-1, len(windows) - 1)]
        for token in TOKENS
        if rng.chance(70)
    ]
    return {"tokens": tokens, "windows": windows}


def tariff(rng: Rng) -> dict[str, Any]:
    """Periods that change every few minutes."""
    minutes = sorted({0, *(rng.below(1_440) for _ in range(47))})
    names = ("peak", "high", "flat", "valley")
    return {
        "periods": [[name, rng.between(20_000, 150_000)] for name in names],
        "day": [[f"{m // 60:02}:{m % 60:02}", rng.pick(names)] for m in minutes],
        "currency": "CNY",
        "zone": rng.pick(("-210", "", "480")),
    }


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
