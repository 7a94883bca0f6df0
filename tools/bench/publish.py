"""What a publish costs on MicroPython's unix port: time, and heap (half as much on a chip)."""

import json
import subprocess
from pathlib import Path

from rig.micropython import run

from .figure import Figure

_SCRIPT = Path(__file__).with_name("publish_step.py")
_STATE_BYTES = 900  # a state of a box that charges


def figures() -> list[Figure]:
    """Of a message as long as a state, at QoS 1, until its PUBACK. Raises NoInterpreter."""
    found = run(str(_SCRIPT), str(_STATE_BYTES), stdout=subprocess.PIPE).stdout
    report = json.loads(found)
    return [
        ("publish_us", report["median_us"], "us", 500),
        ("publish_heap_bytes", report["heap_bytes"], "bytes", 4_096),
        ("publish_kept_bytes", report["kept_bytes"], "bytes", 0),
    ]
