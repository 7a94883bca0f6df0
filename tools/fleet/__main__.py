"""`python -m fleet`: exit code 0 if every record is in the database once, 1 if not, 2 if it
cannot run.
"""

import argparse
import asyncio
import socket
import sys
import time

from rig.postgres import programs

from .box import Pace
from .run import CannotRun, Plan, run
from .verdict import lines


def main() -> int:
    options = _options()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    pace = Pace(charge_s=options.charge_s, spread_s=options.spread_s)
    plan = Plan(
        options.boxes,
        options.minutes * 60,
        port,
        pace,
        options.seed,
        options.kill_s,
        not options.sqlite and programs() is not None,
    )
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    say(f"{plan.boxes} boxes, seed {plan.seed}, {'PostgreSQL' if plan.postgresql else 'SQLite'}")
    try:
        figures, verdict = asyncio.run(run(plan, say))
    except CannotRun as error:
        print(f"fleet: {error}", file=sys.stderr)
        return 2
    print(*lines(figures, verdict), sep="\n")
    return 0 if verdict.good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fleet", description="Many chargers at one backend.")
    parser.add_argument("--boxes", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-s", type=float, default=10.0, help="mean between kills; 0: none")
    parser.add_argument(
        "--charge-s", type=float, default=10.0, help="mean between a box's charges"
    )
    parser.add_argument("--spread-s", type=float, default=10.0, help="lost boxes come back within")
    parser.add_argument("--sqlite", action="store_true", help="even where PostgreSQL is installed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
