"""`python -m soak`: exit code 0 if nothing was lost or doubled and no heap has grown, 1 if not,
2 if it cannot run.

`--minutes` is a whole box, `--publishes` the client alone; a number of 0 leaves that part out.
"""

import argparse
import asyncio
import sys
import time

from rig.broker import mosquitto
from rig.interpreter import NoInterpreter, interpreter

from . import box, client

_KILLS = 5


def main() -> int:
    options = _options()
    try:
        interpreter()
    except NoInterpreter as error:
        print(f"soak: {error}", file=sys.stderr)
        return 2
    if not mosquitto():
        print("soak: mosquitto is not installed", file=sys.stderr)
        return 2
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)

    complaints = []
    if options.publishes:
        run = asyncio.run(client.publish(options.publishes, _KILLS, options.seed, say))
        print(*client.lines(run), sep="\n")
        complaints += client.complaints(run)
    if options.minutes:
        day = asyncio.run(box.Soak(options.seed, say).run(options.minutes))
        print(*box.lines(day), sep="\n")
        complaints += box.complaints(day)
    for complaint in complaints:
        print(f"soak: {complaint}", file=sys.stderr)
    return 1 if complaints else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description="Long runs against mosquitto.")
    parser.add_argument("--minutes", type=float, default=5.0, help="of a whole box")
    parser.add_argument("--publishes", type=int, default=0, help="of the client alone, QoS 1")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
