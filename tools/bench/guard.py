"""What one step of the guard costs on MicroPython's unix port: time, and heap (none)."""

import json
import subprocess
from pathlib import Path

from rig.micropython import run

from .figure import Figure

_SCRIPT = Path(__file__).with_name("guard_step.py")


def figures() -> list[Figure]:
    """Time of the median step and bytes allocated in 2,000 steps. Raises NoInterpreter."""
    report = json.loads(run(str(_SCRIPT), stdout=subprocess.PIPE).stdout)
    return [
        ("guard_step_us", report["median_us"], "us", 1_000),
        ("guard_alloc_bytes", report["allocated_bytes"], "bytes", 0),
    ]
