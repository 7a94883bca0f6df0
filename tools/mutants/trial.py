"""The fresh process of one mutant: it stands in for its module, and the tests are run against it.

Reads on stdin, as JSON: `module` and `source`, the mutant; `unit`, names of unit files, or
`pytest`, paths; `cpu_s`, which ends an endless loop. Exits 0 if all tests pass.
"""

import json
import os
import resource
import sys
import unittest
from collections.abc import Sequence
from importlib.abc import MetaPathFinder, SourceLoader
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import ModuleType


class _Instead(MetaPathFinder, SourceLoader):
    """Finds `module` in `source` instead of its file."""

    def __init__(self, module: str, source: str):
        self._module = module
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname == self._module else None

    def get_filename(self, fullname: str) -> str:
        return f"mutant of {fullname}"

    def get_data(self, path: str) -> bytes:
        return self._source.encode()


def unit_passes(names: list[str]) -> bool:
    """Whether the unit files pass; the first failure ends it."""
    with open(os.devnull, "w") as nowhere:
        runner = unittest.TextTestRunner(nowhere, failfast=True)
        return all(
            runner.run(unittest.defaultTestLoader.loadTestsFromName(name)).wasSuccessful()
            for name in names
        )


def pytest_passes(paths: list[str]) -> bool:
    """Whether pytest passes them; the first failure ends it."""
    import pytest

    return pytest.main(["-x", "-p", "no:cacheprovider", *paths]) == pytest.ExitCode.OK


def main() -> int:
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu_s"], order["cpu_s"] + 1))
    sys.meta_path.insert(0, _Instead(order["module"], order["source"]))
    passed = unit_passes(order["unit"]) if "unit" in order else pytest_passes(order["pytest"])
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
