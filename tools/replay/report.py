"""A trace as a person reads it: when what changed, and where the guard differs."""

from pathlib import Path
from typing import Any

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import faults, levels, reasons, signals
from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .replay import Step, replay
from .trace import TraceError, load

_SHOWN = {  # input -> its key, its name
    signals.RCD: ("rcd", "residual current"),
    signals.PE: ("pe", "protective earth"),
    signals.FEEDBACK: ("feedback", "contactor's contact"),
    signals.LOCK: ("lock", "lock"),
    signals.STOP: ("stop", "emergency stop"),
    signals.TAMPER: ("tamper", "cover"),
    signals.PP_OHM: ("pp_ohm", "proximity, ohm"),
}


def report(path: Path, as_json: bool = False) -> int:
    """Print it; REFUSED where the guard differs. Raises Trouble."""
    try:
        traces = load(path)
    except (TraceError, OSError) as error:
        do = "`pilotwire trace` records one; docs/mqtt.md says how a box publishes one"
        raise Trouble(WRONG, str(error), "there is nothing to replay", do) from error
    different = ticks = 0
    for number, trace in enumerate(traces, 1):
        if not as_json:
            print(f"part {number} of {len(traces)}")
        before: Any = None
        for step in replay(trace):
            ticks += 1
            different += len(step.differences)
            now = _state(step)
            news = {_SHOWN[what][0]: value for what, value in step.news if what in _SHOWN}
            shown = now if as_json else _words(now)
            changed = shown != before
            before = shown
            if not as_json:
                _print(step, _words(now) if changed else "")
            elif news or changed or step.differences:
                apart = [one._asdict() for one in step.differences]
                at = {"part": number, "t_ms": step.tick * 10}
                objects({**at, "inputs": news, **(now if changed else {}), "differs": apart})
    if as_json:
        objects({"ticks": ticks, "differences": different})
    else:
        print(f"{ticks} ticks, {different} differences")
    return REFUSED if different else DONE


def _print(step: Step, state: str) -> None:
    lines = [f"{_SHOWN[what][1]} {value}" for what, value in step.news if what in _SHOWN]
    lines += [state] if state else []
    lines += [
        f"DIFFERS: {one.what} was {one.recorded}, is {one.replayed}" for one in step.differences
    ]
    for text in lines:
        print(f"{step.tick / 100:9.2f} s  {text}")


def _state(step: Step) -> dict[str, Any]:
    guard = step.guard
    sequence = guard._sequence
    steady = sequence.duty in (_duty.X1, _duty.F)
    state = levels.LETTERS[guard._vehicle.state]
    if state in "ABCD":
        state += "1" if steady else "2"
    return {
        "state": state,
        "offered_ma": 0 if steady else _duty.current_for(sequence.duty),
        "closed": bool(sequence.closed),
        "faults": faults.codes(guard._faults),
        "why_not": reasons.codes(guard._why_not),
    }


def _words(state: dict[str, Any]) -> str:
    """In one line; why there is no current only where no fault says it."""
    ma = state["offered_ma"]
    offer = f"{ma / 1000:g} A" if ma else "no offer"
    reasons_ = state["faults"] or [f"({code})" for code in state["why_not"]]
    return " ".join([state["state"], offer, "closed" if state["closed"] else "open", *reasons_])
