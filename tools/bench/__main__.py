"""`make bench`: prints every figure; exits 1 if one is over its limit."""

import sys

from rig.interpreter import NoInterpreter

from . import backend, console, guard, link, modbus, publish, site, sizes


def main() -> int:
    over = 0
    for part in (sizes, guard, publish, console, link, modbus, backend, site):
        for name, value, unit, limit in part.figures():
            print(name, value, unit, limit, flush=True)
            if value > limit:
                print(f"{name} is over its limit", file=sys.stderr)
                over = 1
    return over


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoInterpreter as error:
        sys.exit(str(error))
