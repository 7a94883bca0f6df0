"""What a mutant has to go through: fast tests first, slow ones only for who survives them."""

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .mutate import Mutant

# For what no unit file notices: ring 1 interrupted anywhere, and the guard on the plant.
SLOW = (
    "host_tests/property/test_handover_interleavings.py",
    "host_tests/plant/test_guard.py",
    "host_tests/conformance/test_rows.py",
)

_COPIED = ("docs", "firmware", "host_tests", "tools", "pyproject.toml")
_MORE = 5  # times the CPU time of the unbroken tests; then it is an endless loop


class Ordeal:
    """Tests for mutants of ring 0 as it stands in the project `root`, which is copied to `copy`:
    the unit files `unit`, then the slow ones.

    Exits when a test fails on ring 0 as it is: then no mutant would survive. `sources` is what
    mutants are made of, {file name: text}.
    """

    def __init__(self, root: Path, copy: Path, unit: list[str]):
        for name in _COPIED:
            if (root / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(root / name, copy / name, ignore=ignored)
            else:
                shutil.copy(root / name, copy / name)
        pilot = copy / "firmware" / "pilotwire" / "pilot"
        self.sources = {path.name: path.read_text() for path in sorted(pilot.glob("*.py"))}
        self._copy = copy
        self._unit = unit
        self._paths = [path for path in SLOW if (copy / path).exists()]
        self._cpu_s = {"unit": 600, "pytest": 600}
        self._environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(str(copy / name) for name in ("firmware", "tools")),
            "MICROPYTHON": str(copy / "none"),  # a mutant lives in this interpreter only
        }
        unbroken = Mutant("levels.py", 1, "", 0, 0, "")
        for kind, tests in (("unit", unit), ("pytest", self._paths)):
            before_s = _children_cpu_s()
            if not self._passes(unbroken, kind, tests):
                sys.exit("ring 0 fails as it is: " + " ".join(tests))
            self._cpu_s[kind] = round(_MORE * (_children_cpu_s() - before_s)) + 5

    def survives(self, mutant: Mutant, thoroughly: bool) -> bool:
        """Whether all tests pass with it; not `thoroughly`: the fast ones."""
        own = "test_" + mutant.file.removesuffix(".py")
        unit = sorted(self._unit, key=lambda name: name != own)
        if not self._passes(mutant, "unit", unit):
            return False
        return not thoroughly or self._passes(mutant, "pytest", self._paths)

    def _passes(self, mutant: Mutant, kind: str, tests: list[str]) -> bool:
        order: dict[str, Any] = {
            "module": "pilotwire.pilot." + mutant.file.removesuffix(".py"),
            "source": mutant.applied(self.sources[mutant.file]),
            "cpu_s": self._cpu_s[kind],
            kind: tests,
        }
        result = subprocess.run(
            [sys.executable, "-m", "mutants.trial"],
            cwd=self._copy / "host_tests" / "unit" if kind == "unit" else self._copy,
            env=self._environment,
            input=json.dumps(order),
            capture_output=True,
            text=True,
        )
        return result.returncode == 0


def _children_cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
