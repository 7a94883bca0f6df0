"""What a sitting at the console takes of the heap on MicroPython's unix port, and what it keeps.

From sources, with words twice a chip's; its `.mpy` files are among those of bench.sizes.
"""

import json
import subprocess
from pathlib import Path

from rig.micropython import run

from .figure import Figure

_SCRIPT = Path(__file__).with_name("console_step.py")


def figures() -> list[Figure]:
    """Of a sitting after the first, which leaves its names behind. Raises NoInterpreter."""
    report = json.loads(run(str(_SCRIPT), stdout=subprocess.PIPE).stdout)
    loaded, left = report["loaded"], report["left"]
    return [
        ("console_heap_bytes", loaded[1] - left[1], "bytes", 49_152),
        ("console_kept_bytes", left[-1] - left[1], "bytes", 0),
    ]
