"""`python -m site_bench.day LOG`: some days of a site, written as `site run --log` would."""

import argparse
import json
from pathlib import Path

from site_power.manager import Manager

from . import failures
from .parts import EPOCH
from .score import HOUR_S, PRICES
from .sites import SORTS
from .stage import stage
from .world import World


def main() -> None:
    parser = argparse.ArgumentParser(prog="site-day", description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--size", type=int, default=20, choices=list(SORTS))
    parser.add_argument("--case", default="nothing", choices=list(failures.CASES))
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    case = failures.CASES[options.case]
    about = stage(SORTS[options.size], options.days, options.seed, case.jumps)
    with options.log.open("w") as file:
        prices = {"start": EPOCH, "step_s": HOUR_S, "prices": PRICES * options.days}
        file.write(json.dumps({"unix": EPOCH, "kind": "prices", **prices}) + "\n")
        world = World(about, case, Manager, lambda line: file.write(json.dumps(line) + "\n"))
        world.run()


if __name__ == "__main__":
    main()
