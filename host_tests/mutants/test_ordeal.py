"""A mutant in its own process: killed by a test, by an endless loop, or not at all."""

import json
import subprocess
import sys

import pytest
from mutants.__main__ import EQUIVALENT
from mutants.mutate import mutants
from mutants.ordeal import Ordeal
from rig.interpreter import ROOT

PILOT = ROOT / "firmware" / "pilotwire" / "pilot"
SOURCES = {path.name: path.read_text() for path in sorted(PILOT.glob("*.py"))}
ALL = {mutant.name: mutant for mutant in mutants(SOURCES)}


def trial(file: str, source: str, **tests: list[str]) -> int:
    order = {"module": f"pilotwire.pilot.{file}", "source": source, "cpu_s": 2, **tests}
    return subprocess.run(
        [sys.executable, "-m", "mutants.trial"],
        cwd=ROOT / "host_tests" / "unit",
        input=json.dumps(order),
        capture_output=True,
        text=True,
    ).returncode


def test_a_mutant_stands_in_for_its_module():
    source = SOURCES["lock.py"]
    assert trial("lock", source, unit=["test_lock"]) == 0
    assert trial("lock", source.replace("5_000", "6_000"), unit=["test_lock"]) == 1
    assert trial("lock", source.replace("5_000", "6_000"), unit=["test_cable"]) == 0


def test_an_endless_loop_is_ended_by_its_cpu_time():
    assert trial("lock", "while True: pass", unit=["test_lock"]) not in (0, 1)


@pytest.mark.parametrize("kind", ["unit", "pytest"])
def test_both_runners_tell_a_failure(kind, tmp_path):
    tests = {"unit": ["test_phases"], "pytest": [str(ROOT / "host_tests/unit/test_phases.py")]}
    whole, broken = SOURCES["phases.py"], SOURCES["phases.py"].replace(">=", ">")
    assert trial("phases", whole, **{kind: tests[kind]}) == 0
    assert trial("phases", broken, **{kind: tests[kind]}) == 1


def test_ring_0_that_fails_as_it_is_is_refused(tmp_path):
    for name in ("docs", "host_tests/unit", "tools"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    pilot = tmp_path / "firmware" / "pilotwire" / "pilot"
    pilot.mkdir(parents=True)
    (pilot / "levels.py").touch()
    with pytest.raises(SystemExit, match="fails as it is: test_levels"):
        Ordeal(tmp_path, tmp_path / "copy", ["test_levels"])


def test_what_is_listed_as_equivalent_exists_and_has_a_reason():
    for name, reason in json.loads(EQUIVALENT.read_text()).items():
        assert name in ALL, "it has changed: is it still equivalent?"
        assert len(reason) > 10
