"""`pilotwire sim run`: one seed, as a story or as the fewest kinds that it needs to fail."""

import sys

from .simulation import Simulation
from .story import told
from .sweep import KINDS, smallest


def report(seed: int, hours: float, off: frozenset[str], trace: bool, shrink: bool) -> int:
    """Print it; the exit code. SystemExit for a kind in `off` that there is none of."""
    for kind in sorted(off - set(KINDS)):
        sys.exit(f"no kind {kind!r}: one of {', '.join(KINDS)}")
    if shrink:
        return _shrink(seed, hours)
    simulation = Simulation(seed, hours, off)
    breach = simulation.run()
    if trace:
        for line in told(simulation.lines):
            print(line)
    print(
        f"seed {seed}: {simulation.hours:.2f} h, {sum(simulation.counts.values())} events,",
        end=" ",
    )
    print(f"breaks {breach}" if breach else "every rule held")
    return bool(breach)


def _shrink(seed: int, hours: float) -> int:
    try:
        off, breach = smallest(seed, hours)
    except ValueError as error:
        print(error)
        return 0
    print(f"seed {seed} breaks {breach}")
    print("with nothing but:", ", ".join(kind for kind in KINDS if kind not in off) or "no event")
    options = " ".join(f"--off '{kind}'" for kind in sorted(off))
    print(f"pilotwire sim run --seed {seed} --hours {hours:g} --trace {options}")
    return 1
