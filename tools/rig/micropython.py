"""Scripts on MicroPython, with the firmware and the unit tests on its path."""

import subprocess
from typing import Any

from .interpreter import HEAP, ROOT, environment, interpreter


def run(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
    """One run of the interpreter, from the repository's folder. Raises NoInterpreter."""
    command = [str(interpreter()), "-X", HEAP, *arguments]
    tests = ROOT / "host_tests"
    path = environment(tests, tests / "unit")
    return subprocess.run(command, env=path, cwd=ROOT, text=True, check=False, **options)
