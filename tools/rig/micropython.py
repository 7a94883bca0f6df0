"""Runs a script on MicroPython with the firmware's path: `python -m rig.micropython SCRIPT`."""

import subprocess
import sys

from .interpreter import HEAP, ROOT, NoInterpreter, environment, interpreter


def run(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    """One run of the interpreter, from the repository's folder. Raises NoInterpreter."""
    command = [str(interpreter()), "-X", HEAP, *arguments]
    tests = ROOT / "host_tests"
    path = environment(tests, tests / "unit")
    return subprocess.run(command, env=path, cwd=ROOT, text=True, check=False, **options)  # type: ignore[call-overload]


if __name__ == "__main__":
    try:
        sys.exit(run(*sys.argv[1:]).returncode)
    except NoInterpreter as error:
        sys.exit(str(error))
