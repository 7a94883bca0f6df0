"""What `pilotwire board` prints."""

from dataclasses import asdict
from typing import Any

from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from . import NoBoard, check, load, names
from .divider import Divider, NoOhms, ohms

_ABOUT = ("chip", "rated_ma", "phases", "dead_man", "feedback")
_LACKS = {"dead_man": "dead-man", "feedback": "feedback"}
_APART_MV = 15_000  # so that an error of the voltmeter is not drawn out
_FAR_MV = 1_500  # what resistors of 5 % and the ESP32's ADC do together
_SHOWN_MV = (12_000, 9_000, 6_000, 3_000, 0, -12_000)


def listed(as_json: bool) -> int:
    """The boards of this checkout, one a line."""
    for name in names():
        _, data = load(name)
        if as_json:
            objects({"board": name, **{key: data[key] for key in _ABOUT}})
        else:
            print(f"{name:<20} {data['chip']:<6} {_what(data)}")
    return DONE


def checked(name: str, as_json: bool) -> int:
    """All findings of one board; REFUSED where one is an error. Raises Trouble."""
    folder, data = _loaded(name)
    found = check(folder, data)
    errors = sum(one.severity == "error" for one in found)
    if as_json:
        objects(*({"board": folder, **asdict(one)} for one in found))
        objects({"board": folder, "errors": errors, "warnings": len(found) - errors})
    else:
        for one in found:
            print(f"{folder}: {one}")
        if not errors:
            print(f"{folder}: nothing wrong: {_what(data)}")
    return REFUSED if errors else DONE


def divided(texts: list[str], percent: float, as_json: bool) -> int:
    """The keys of board.json that three resistors lead to. Raises Trouble."""
    try:
        divider = Divider(*(ohms(text) for text in texts))
    except NoOhms as error:
        do = "name three: to the pilot, to 3.3 V, to ground"
        raise Trouble(WRONG, str(error), "there is nothing to calculate with", do) from error
    keys = {"zero_mv": divider.zero_mv, "full_mv": divider.full_mv}
    rows = [
        {
            "pilot_mv": mv,
            "pin_mv": round(divider.pin_mv(mv)),
            "count": round(divider.pin_mv(mv) * 4096 / 3300),
            "load_mv": round(divider.load_mv(mv)),
            "error_mv": round(divider.error_mv(mv, percent / 100)),
        }
        for mv in _SHOWN_MV
    ]
    if as_json:
        objects({**keys, "source_ohm": round(divider.source_ohm), "at": rows})
        return DONE
    print('"zero_mv": {zero_mv}, "full_mv": {full_mv}'.format(**keys))
    print(
        f"{divider.source_ohm / 1_000:.1f} kOhm before the ADC; load: what it takes from a pilot"
    )
    print("behind 1 kOhm, where no amplifier stands between")
    print(f"{'pilot V':>8} {'pin mV':>8} {'count':>6} {'load mV':>8} {f'+-{percent:g} % mV':>10}")
    for row in rows:
        print(
            f"{row['pilot_mv'] / 1000:>8.1f} {row['pin_mv']:>8} {row['count']:>6}"
            f" {row['load_mv']:>8} {row['error_mv']:>10}"
        )
    return DONE


def calibrated(name: str, texts: list[str], as_json: bool) -> int:
    """The keys that make the box say what a voltmeter does. Raises Trouble."""
    data = _loaded(name)[1]
    nothing = "there is nothing to calculate with"
    try:
        pilot = data["pilot"]
        pairs = [tuple(float(part) * 1_000 for part in text.split("=")) for text in texts]
        (says, is_), (then_says, then_is) = pairs
    except (KeyError, ValueError) as error:  # the computer has no pilot
        do = "as in 11.9=12.0 -11.8=-12.0"
        raise Trouble(WRONG, "wanted a board and two of SAYS=IS, in V", nothing, do) from error
    if abs(then_says - says) < _APART_MV:
        happened = f"the two lie {abs(then_says - says) / 1000:.1f} V apart; wanted 15 V or more"
        means = "an error of the voltmeter would be drawn out"
        raise Trouble(WRONG, happened, means, "measure at +12 V and at -12 V")
    slope = (then_is - is_) / (then_says - says)
    keys = {key: round(is_ + slope * (pilot[key] - says)) for key in ("zero_mv", "full_mv")}
    if as_json:
        objects(keys)
    else:
        print('"zero_mv": {zero_mv}, "full_mv": {full_mv}'.format(**keys))
    if max(abs(is_ - says), abs(then_is - then_says)) > _FAR_MV:
        means = "a resistor is another one than you think, or a joint is open"
        raise Trouble(REFUSED, "more than 1.5 V off", means, "look at the wiring first")
    return DONE


def _loaded(name: str) -> tuple[str, Any]:
    """As `load`. Raises Trouble."""
    try:
        return load(name)
    except NoBoard as error:
        do = "`pilotwire board list` shows what there is"
        raise Trouble(WRONG, str(error), "there is nothing to look at", do) from error


def _what(data: dict[str, Any]) -> str:
    lacks = [f"no {word}" for key, word in _LACKS.items() if not data[key]]
    return ", ".join([f"{data['rated_ma'] / 1000:g} A", f"{data['phases']} phase(s)", *lacks])
