"""Schedules that are offered at a first start, to be taken, changed or left: offers.json."""

import json
import sys
from pathlib import Path

GIVEN, UNKNOWN = 0, 2
OFFERS = json.loads((Path(__file__).parent / "offers.json").read_text())


def printed(name: str) -> int:
    """Print the schedule.json that is offered, or without a name what offers there are."""
    if not name:
        for key, offer in OFFERS.items():
            print(f"{key}  {offer['about']}")
        return GIVEN
    if name not in OFFERS:
        print(f"{name}: no such offer; there are {', '.join(OFFERS)}", file=sys.stderr)
        return UNKNOWN
    print(OFFERS[name]["about"], file=sys.stderr)
    print(json.dumps(OFFERS[name]["schedule"]))
    return GIVEN
