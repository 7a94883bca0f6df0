"""`pilotwire sim run`: one seed, as a story or as the fewest kinds that it needs to fail."""

from telling.output import objects, progress
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .simulation import Simulation
from .story import clock, told
from .sweep import KINDS, smallest


def report(
    seed: int, hours: float, off: frozenset[str], trace: bool, shrink: bool, as_json: bool = False
) -> int:
    """Print it. Raises Trouble for a kind in `off` that there is none of."""
    for kind in sorted(off - set(KINDS)):
        do = f"name one of {', '.join(KINDS)}"
        raise Trouble(WRONG, f"there is no kind {kind!r}", "nothing was run", do)
    if shrink:
        return _shrink(seed, hours, as_json)
    simulation = Simulation(seed, hours, off)
    with progress("simulating"):
        breach = simulation.run()
    if trace:
        for t_ms, text in told(simulation.lines):
            if as_json:
                objects({"t_ms": t_ms, "text": text})
            else:
                print(f"{clock(t_ms)}  {text}")
    events = sum(simulation.counts.values())
    if as_json:
        broken = breach and str(breach)
        objects({"seed": seed, "hours": simulation.hours, "events": events, "breaks": broken})
    else:
        ends = f"breaks {breach}" if breach else "every rule held"
        print(f"seed {seed}: {simulation.hours:.2f} h, {events} events, {ends}")
    return REFUSED if breach else DONE


def _shrink(seed: int, hours: float, as_json: bool) -> int:
    try:
        with progress("leaving out one kind after the other"):
            off, breach = smallest(seed, hours)
    except ValueError as error:
        if as_json:
            objects({"seed": seed, "breaks": None})
        else:
            print(error)
        return DONE
    needed = [kind for kind in KINDS if kind not in off]
    options = " ".join(f"--off '{kind}'" for kind in sorted(off))
    again = f"pilotwire sim run --seed {seed} --hours {hours:g} --trace {options}"
    if as_json:
        objects({"seed": seed, "breaks": str(breach), "needs": needed, "again": again})
    else:
        print(f"seed {seed} breaks {breach}")
        print("with nothing but:", ", ".join(needed) or "no event")
        print(again)
    return REFUSED
