"""Seeds one after the other until a rule is broken; for the proof, in a process of its own."""

import argparse
import json
import sys

from .simulation import Simulation


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seeds", type=int, required=True)
    parser.add_argument("--hours", type=float, required=True)
    asked = parser.parse_args()
    found: dict[str, object] = {}
    hours = 0.0
    for seed in range(asked.first, asked.first + asked.seeds):
        simulation = Simulation(seed, asked.hours)
        breach = simulation.run()
        hours += simulation.hours
        if breach:
            found = {"seed": seed, "rule": breach.rule, "how": breach.how}
            break
    json.dump({**found, "hours": hours}, sys.stdout)


if __name__ == "__main__":
    main()
