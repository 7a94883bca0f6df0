"""`python -m powercut [EVERY]`: every cut, or one in EVERY, on all cores.

Exit code 1: something was lost.
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rig.interpreter import NoInterpreter, environment, interpreter

_BOARD = Path(__file__).parent / "board"
_HEAP = "heapsize=24M"  # the flash chip and its copies are in it; the firmware takes its 200 KB
_KINDS = ("flash", "fram")
_WHATS = ("operations", "recoveries", "ticks")


class Result(NamedTuple):
    """What one process has tried; `wrong` are its complaints."""

    what: str
    tried: int
    lost: int
    wrong: list[str]


def run(*arguments: str) -> str:
    """What cuts.py prints. Raises CalledProcessError, NoInterpreter."""
    command = [str(interpreter()), "-X", _HEAP, str(_BOARD / "cuts.py"), *arguments]
    result = subprocess.run(
        command, env=environment(_BOARD), capture_output=True, text=True, check=False
    )
    if result.returncode:
        sys.stderr.write(result.stdout + result.stderr)
        result.check_returncode()
    return result.stdout


def trial(image: str, kind: str, what: str, share: int, shares: int) -> Result:
    """One process's share of the cuts."""
    *lines, last = run(image, kind, what, str(share), str(shares)).splitlines()
    _, tried, _, lost = last.split()
    # Others are files of dead lives, which the collector closes on a chip without power.
    wrong = [f"{kind}: {line}" for line in lines if line.startswith("wrong:")]
    return Result(what, int(tried), int(lost), wrong)


def cut(every: int) -> list[Result]:
    """One in `every` of all cuts, with FRAM and without."""
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(cores) as pool:
        image = str(Path(folder) / "flash")
        run(image)
        jobs = [
            pool.submit(trial, image, kind, what, share, every * cores)
            for what in _WHATS
            for kind in _KINDS
            for share in range(cores)
        ]
        return [job.result() for job in jobs]


def main(every: str = "1") -> int:
    """Print what was tried and what was lost."""
    tried: Counter[str] = Counter()
    lost = 0
    for result in cut(int(every)):
        tried[result.what] += result.tried
        lost += result.lost
        for line in result.wrong:
            print(line)
    parts = ", ".join(f"{tried[what]} {what}" for what in _WHATS)
    print(f"cut points tried: {tried.total()} ({parts}), with FRAM and without")
    print(f"records lost, doubled or wrong: {lost}")
    return 1 if lost or not tried.total() else 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except NoInterpreter as error:
        sys.exit(str(error))
