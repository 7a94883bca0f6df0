"""`make installer-proof`: each fault, the step that named it, and what it said.

Exit code 0: each was named rightly, and a box that is wired right passed. 1: not so.
"""

import argparse
import asyncio
import sys
import textwrap

from rig.interpreter import NoInterpreter, interpreter

from .faults import FAULTS, HEALTHY, ONE_PHASE
from .run import Outcome, outcomes

_AT_ONCE = 4
_WIDE = 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    parser.add_argument("--screen", action="store_true", help="all that was shown, too")
    given = parser.parse_args()
    faults = [one for one in (HEALTHY, *FAULTS, *ONE_PHASE) if given.only in one.name]
    found = asyncio.run(outcomes(faults, _AT_ONCE))
    for one in found:
        if given.screen:
            print(one.screen)
        print(_row(one))
    twelve = [one for one in found if one.fault in FAULTS]
    print(f"{sum(one.right for one in twelve)} of {len(twelve)} faults are named rightly")
    return 0 if found and all(one.right for one in found) else 1


def _row(one: Outcome) -> str:
    """Fault, step and cause, and below what was said."""
    cause, said = one.named or ("", "all steps are good" if one.done else "it went no further")
    verdict = "" if one.right else "   WRONG"
    text = textwrap.indent(textwrap.fill(said, _WIDE - 4), "    ")
    return f"{one.fault.name:<36}{one.step:<46.46}{cause}{verdict}\n{text}"


if __name__ == "__main__":
    try:
        interpreter()
    except NoInterpreter as error:
        sys.exit(str(error))
    sys.exit(main())
