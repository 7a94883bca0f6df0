"""`make sim-proof`: plants each bug of planted.py in a copy of the firmware; a rule must find it.

A seed proves nothing if the sound firmware breaks a rule on it too, so that is tried each time.
Prints a table; exits 1 if a bug is not found. `--only TEXT` takes those with TEXT in their name.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rig.interpreter import ROOT

from .planted import PLANTED, Bug

_HOURS = 0.5  # of chaos: short seeds find sooner
_SEEDS = 400
_FIRMWARE = ROOT / "firmware"


def hunt(firmware: Path, first: int = 1, seeds: int = _SEEDS) -> dict[str, Any]:
    """The first breach that the firmware there makes: seed, rule, how, hours; or the hours."""
    options = [f"--first={first}", f"--seeds={seeds}", f"--hours={_HOURS}"]
    result = subprocess.run(
        [sys.executable, "-m", "simulation.hunt", *options],
        env={**os.environ, "PYTHONPATH": str(firmware)},
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(result.stderr[-2_000:])
    return json.loads(result.stdout)


def plant(bug: Bug, firmware: Path) -> None:
    """Copy the firmware to the folder `firmware`, with `bug`. ValueError if its place is not
    there, once.
    """
    shutil.copytree(_FIRMWARE, firmware, ignore=shutil.ignore_patterns("__pycache__"))
    path = firmware / "pilotwire" / bug.file
    text = path.read_text()
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name!r}: its place is {text.count(bug.old)} times in {bug.file}")
    path.write_text(text.replace(bug.old, bug.new))


def prove(bug: Bug, firmware: Path) -> dict[str, Any]:
    """What `hunt` finds, with `wall_s`; `unsound` if the firmware as it is fails there too."""
    began_s = time.monotonic()
    plant(bug, firmware)
    found = hunt(firmware)
    if "seed" in found:
        found["unsound"] = "rule" in hunt(_FIRMWARE, found["seed"], 1)
    return {**found, "wall_s": time.monotonic() - began_s}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the bug's name")
    only = parser.parse_args().only
    bugs = [bug for bug in PLANTED if only in bug.name]
    proven = 0
    with TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda n: prove(bugs[n], Path(name, str(n))), range(len(bugs)))
        print(f"{'planted':62} {'found by':14} {'seed':>4} {'hours':>6} {'wall s':>6}")
        for bug, found in zip(bugs, results, strict=True):
            rule = found.get("rule", "NOT FOUND")
            if found.get("unsound"):
                rule = "UNSOUND"
            proven += rule not in ("NOT FOUND", "UNSOUND")
            figures = f"{found.get('seed', ''):>4} {found['hours']:6.1f} {found['wall_s']:6.1f}"
            print(f"{bug.name:62} {rule:14} {figures}", flush=True)
    print(f"{proven} of {len(bugs)} found")
    return proven < len(bugs)


if __name__ == "__main__":
    sys.exit(main())
