"""A trace as a person reads it: when what changed, and where the guard differs."""

from pathlib import Path

from pilotwire.pilot import duty as _duty
from pilotwire.pilot import faults, levels, reasons, signals

from .replay import Step, replay
from .trace import TraceError, load

_SHOWN = {
    signals.RCD: "residual current",
    signals.PE: "protective earth",
    signals.FEEDBACK: "contactor's contact",
    signals.LOCK: "lock",
    signals.STOP: "emergency stop",
    signals.TAMPER: "cover",
    signals.PP_OHM: "proximity, ohm",
}


def report(path: Path) -> int:
    """Print it; the exit code."""
    try:
        traces = load(path)
    except (TraceError, OSError) as error:
        print(error)
        return 2
    different = ticks = 0
    for number, trace in enumerate(traces, 1):
        print(f"part {number} of {len(traces)}")
        before: tuple = ()
        for step in replay(trace):
            ticks += 1
            now = _state(step)
            lines = [f"{_SHOWN[what]} {value}" for what, value in step.news if what in _SHOWN]
            if now != before:
                lines.append(" ".join(now))
            before = now
            for text in lines:
                print(f"{step.tick * 10 / 1000:9.2f} s  {text}")
            for one in step.differences:
                different += 1
                print(
                    f"{step.tick * 10 / 1000:9.2f} s  DIFFERS: {one.what} was {one.recorded}, "
                    f"is {one.replayed}"
                )
    print(f"{ticks} ticks, {different} differences")
    return 1 if different else 0


def _state(step: Step) -> tuple[str, ...]:
    guard = step.guard
    sequence = guard._sequence
    steady = sequence.duty in (_duty.X1, _duty.F)
    state = levels.LETTERS[guard._vehicle.state]
    if state in "ABCD":
        state += "1" if steady else "2"
    offer = "no offer" if steady else f"{_duty.current_for(sequence.duty) / 1000:g} A"
    parts = [state, offer, "closed" if sequence.closed else "open"]
    parts += faults.codes(guard._faults) or [f"({code})" for code in reasons.codes(guard._why_not)]
    return tuple(parts)
