"""What `pilotwire board` prints."""

from typing import Any

from . import NoBoard, check, load, names
from .divider import Divider, NoOhms, ohms

_LACKS = {"dead_man": "dead-man", "feedback": "feedback"}
_APART_MV = 15_000  # so that an error of the voltmeter is not drawn out
_FAR_MV = 1_500  # what resistors of 5 % and the ESP32's ADC do together
_SHOWN_MV = (12_000, 9_000, 6_000, 3_000, 0, -12_000)


def listed() -> int:
    """The boards of this checkout, one a line. Exit code 0."""
    for name in names():
        _, data = load(name)
        print(f"{name:<20} {data['chip']:<6} {_what(data)}")
    return 0


def checked(name: str) -> int:
    """All findings of one board. Exit code 0: none but warnings. 1: errors. 2: no board."""
    try:
        folder, data = load(name)
    except NoBoard as error:
        print(error)
        return 2
    found = check(folder, data)
    for one in found:
        print(f"{folder}: {one}")
    errors = sum(one.severity == "error" for one in found)
    if not errors:
        print(f"{folder}: nothing wrong: {_what(data)}")
    return 1 if errors else 0


def divided(texts: list[str], percent: float) -> int:
    """The keys of board.json that three resistors lead to. Exit code 0; 2: no resistances."""
    try:
        divider = Divider(*(ohms(text) for text in texts))
    except NoOhms as error:
        print(error)
        return 2
    print(f'"zero_mv": {divider.zero_mv}, "full_mv": {divider.full_mv}')
    print(
        f"{divider.source_ohm / 1_000:.1f} kOhm before the ADC; load: what it takes from a pilot"
    )
    print("behind 1 kOhm, where no amplifier stands between")
    print(f"{'pilot V':>8} {'pin mV':>8} {'count':>6} {'load mV':>8} {f'+-{percent:g} % mV':>10}")
    for mv in _SHOWN_MV:
        pin_mv = divider.pin_mv(mv)
        print(
            f"{mv / 1000:>8.1f} {pin_mv:>8.0f} {pin_mv * 4096 / 3300:>6.0f}"
            f" {divider.load_mv(mv):>8.0f} {divider.error_mv(mv, percent / 100):>10.0f}"
        )
    return 0


def calibrated(name: str, texts: list[str]) -> int:
    """The keys that make the box say what a voltmeter does. Exit code 0; 1: too far off; 2."""
    try:
        pilot = load(name)[1]["pilot"]
        pairs = [tuple(float(part) * 1_000 for part in text.split("=")) for text in texts]
        (says, is_), (then_says, then_is) = pairs
    except (NoBoard, KeyError, ValueError) as error:
        print(error if isinstance(error, NoBoard) else "wanted a board and two of SAYS=IS, in V")
        return 2
    if abs(then_says - says) < _APART_MV:
        print(f"the two lie {abs(then_says - says) / 1000:.1f} V apart; wanted 15 V or more")
        return 2
    slope = (then_is - is_) / (then_says - says)
    zero_mv, full_mv = (round(is_ + slope * (pilot[key] - says)) for key in ("zero_mv", "full_mv"))
    print(f'"zero_mv": {zero_mv}, "full_mv": {full_mv}')
    if max(abs(is_ - says), abs(then_is - then_says)) > _FAR_MV:
        print("more than 1.5 V off: a resistor is another one than you think, or a joint is open")
        return 1
    return 0


def _what(data: dict[str, Any]) -> str:
    lacks = [f"no {word}" for key, word in _LACKS.items() if not data[key]]
    return ", ".join([f"{data['rated_ma'] / 1000:g} A", f"{data['phases']} phase(s)", *lacks])
