"""The unit files on MicroPython, a process each, so that each has the whole heap."""

import re
import subprocess
import sys

from .interpreter import ROOT, NoInterpreter
from .micropython import run

_CLOSING = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")


def main() -> int:
    """Run every unit file; print what is not plainly ok, each closing line, and their sum."""
    sums = [0, 0, 0]
    for file in sorted((ROOT / "host_tests" / "unit").glob("test_*.py")):
        result = run(
            "host_tests/run_micropython.py",
            f"MicroPython {file.stem}",
            file.stem,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        closing = _CLOSING.search(result.stdout)
        if result.returncode or not closing:
            print(result.stdout)
        if not closing:
            print(f"MicroPython {file.stem}: ended with {result.returncode} before its last line")
            sums[1] += 1
            continue
        print(result.stdout.splitlines()[-1])
        sums = [total + int(part) for total, part in zip(sums, closing.groups(), strict=True)]
    print("MicroPython: {} passed, {} failed, {} skipped".format(*sums))
    return 1 if sums[1] or not sums[0] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except NoInterpreter as error:
        sys.exit(str(error))
