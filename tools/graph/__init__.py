"""The reachable graph of ring 0's decisions, enumerated from the code itself, and its picture."""

from pathlib import Path

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "guard.svg"
DRAWN: dict[str, object] = {"ventilated": True, "wake": 0}  # every letter, without the wake-up
SETTINGS: tuple[dict[str, object], ...] = (
    DRAWN,
    {},
    {"profile": "gbt18487", "wake": 2},
)
