"""`make sim-proof`: plants each bug of planted.py in a copy of the firmware; a rule must find it.

Prints a table; exits 1 if one is not found, or if the firmware as it is breaks a rule.
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


def hunt(firmware: Path, seeds: int) -> dict[str, Any]:
    """The first breach that the firmware there makes: seed, rule, how, hours; or the hours."""
    result = subprocess.run(
        [sys.executable, "-m", "simulation.hunt", f"--seeds={seeds}", f"--hours={_HOURS}"],
        env={**os.environ, "PYTHONPATH": str(firmware)},
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(result.stderr[-2_000:])
    return json.loads(result.stdout)


def planted(bug: Bug, copy: Path) -> Path:
    """A copy of the firmware with `bug` in it. ValueError when its place is not there, once."""
    firmware = copy / str(PLANTED.index(bug))
    shutil.copytree(ROOT / "firmware", firmware, ignore=shutil.ignore_patterns("__pycache__"))
    path = firmware / "pilotwire" / bug.file
    text = path.read_text()
    if text.count(bug.old) != 1:
        raise ValueError(f"{bug.name!r}: its place is {text.count(bug.old)} times in {bug.file}")
    path.write_text(text.replace(bug.old, bug.new))
    return firmware


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the bug's name")
    only = parser.parse_args().only
    bugs = [bug for bug in PLANTED if only in bug.name]
    missed = 0
    with TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count()) as pool:
        copy = Path(name)

        def prove(bug: Bug) -> tuple[dict[str, Any], float]:
            began_s = time.monotonic()
            return hunt(planted(bug, copy), _SEEDS), time.monotonic() - began_s

        sound = pool.submit(hunt, ROOT / "firmware", _SOUND)
        print(f"{'planted':62} {'found by':14} {'seed':>4} {'hours':>6} {'wall s':>6}")
        for bug, (found, wall_s) in zip(bugs, pool.map(prove, bugs), strict=True):
            rule = found.get("rule", "NOT FOUND")
            missed += "rule" not in found
            seed = found.get("seed", "")
            print(
                f"{bug.name:62} {rule:14} {seed:>4} {found['hours']:6.1f} {wall_s:6.1f}",
                flush=True,
            )
        if "rule" in sound.result():
            print("the firmware as it is:", sound.result())
            missed += 1
    print(f"{len(bugs) - missed} of {len(bugs)} found, {_SOUND} seeds of the sound firmware clean")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
