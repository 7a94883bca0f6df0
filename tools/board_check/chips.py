"""What the chips can: chips.json, with the sources."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHIPS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("chips.json").read_text())
PULL_SUPPLY_MV = 3_300  # of the proximity contact's pull-up, and what full_mv is defined at


def numbers(ranges: Iterable[list[int]]) -> set[int]:
    """The whole numbers of [[first, last], ...]."""
    return {n for first, last in ranges for n in range(first, last + 1)}


def listed(pins: Iterable[int]) -> str:
    """As in "0, 4 or 8"."""
    *most, last = [str(pin) for pin in sorted(pins)]
    return f"{', '.join(most)} or {last}" if most else last
