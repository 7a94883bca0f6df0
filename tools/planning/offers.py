"""Schedules that are offered at a first start, to be taken, changed or left: offers.json."""

import json
import sys
from pathlib import Path

from telling.output import objects
from telling.trouble import DONE, WRONG, Trouble

OFFERS = json.loads((Path(__file__).parent / "offers.json").read_text())


def printed(name: str, as_json: bool) -> int:
    """Print the schedule.json that is offered, or without a name what offers there are.

    Raises Trouble.
    """
    if not name:
        for key, offer in OFFERS.items():
            if as_json:
                objects({"name": key, "about": offer["about"]})
            else:
                print(f"{key}  {offer['about']}")
        return DONE
    if name not in OFFERS:
        do = "`pilotwire schedule` shows them"
        raise Trouble(
            WRONG, f"{name}: no such offer; there are {', '.join(OFFERS)}", "none is printed", do
        )
    print(OFFERS[name]["about"], file=sys.stderr)
    objects(OFFERS[name]["schedule"])  # the file is JSON in any case
    return DONE
