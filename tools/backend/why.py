"""Why a box charges as it does, for a person: the result of the command `why` as lines."""

from typing import Any

from telling.words import LIMITS, why_not_words


def lines(value: dict[str, Any]) -> list[str]:
    """A line for each source, the least first, then what else keeps it from charging."""
    found = [f"{_amps(value['ma'])} per phase, by {LIMITS.get(value['by'], value['by'])}"]
    if value["why_not"]:
        found.append(f"no current: {why_not_words(value['why_not'])}")
    if value["override"]:
        found.append("the owner charges now: schedule, plan, delay and sun do not count")
    if value["ready_unix"] is not None:
        found.append(f"ready at unix time {value['ready_unix']}")
    sources = value["sources"].items()
    found.append("")
    found += [_line(name, row) for name, row in sorted(sources, key=lambda item: _order(item[1]))]
    return found


def _order(row: dict[str, Any]) -> float:
    return float("inf") if row["ma"] is None else row["ma"]


def _line(name: str, row: dict[str, Any]) -> str:
    text = f"{name:12}{_amps(row['ma']):>9}"
    if "why" in row:
        text += f"  {row['why']}"
    if "left_s" in row:
        text += f"  for {row['left_s']} s"
    if "then_ma" in row:
        text += f", then {_amps(row['then_ma'])}"
    return text


def _amps(ma: int | None) -> str:
    return "no limit" if ma is None else f"{ma / 1000:g} A"
