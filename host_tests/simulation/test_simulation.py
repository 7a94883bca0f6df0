"""The simulation as a whole: one seed is one log, a bug is found, and shrinks to what it needs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pilotwire.link import commands
from simulation import RULES
from simulation.planted import PLANTED
from simulation.proof import plant
from simulation.report import report
from simulation.sweep import KINDS, play, smallest
from telling.trouble import Trouble

HERE = Path(__file__).parent
_LINES = (HERE / "regressions.txt").read_text().splitlines()
REGRESSIONS = [line.split(" ", 2) for line in _LINES if not line.startswith("#")]
DIGEST = "from simulation.sweep import play; print(play({seed}, 0.2).digest)"


@pytest.mark.parametrize(("seed", "hours"), [row[:2] for row in REGRESSIONS])
def test_what_it_has_found_stays_mended(seed, hours):
    assert play(int(seed), float(hours)).breach is None


@pytest.mark.parametrize("seed", [3, 4])
def test_the_same_seed_is_the_same_log_whatever_python_hashes(seed):
    code = DIGEST.format(seed=seed)
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hashes in ("0", "1")
    }
    assert digests == {play(seed, 0.2).digest}


def test_another_seed_is_another_log():
    assert play(3, 0.2).digest != play(4, 0.2).digest


def test_kinds_that_are_off_take_no_part():
    outcome = play(5, 0.5, frozenset(KINDS))
    assert outcome.breach is None
    assert set(outcome.counts) <= {"last"}


def test_a_bug_is_found_and_shrinks_to_the_kind_that_it_needs(monkeypatch, capsys):
    def believing(payload):
        return commands._object(payload)["upto"]

    monkeypatch.setattr("pilotwire.link.link.acknowledged", believing)
    seed = next(seed for seed in range(1, 100) if play(seed, 0.5).breach)
    off, breach = smallest(seed, 0.5)
    assert breach.rule == "alive", breach
    assert set(KINDS) - off == {"ack ahead"}
    assert report(seed, 0.5, frozenset(), trace=False, shrink=True) == 1
    assert "with nothing but: ack ahead" in capsys.readouterr().out


def test_a_story_can_be_read(capsys):
    assert report(3, 0.1, frozenset(), trace=True, shrink=False) == 0
    told = capsys.readouterr().out
    assert "0:00:00.000  box on power-on" in told
    assert "box      state: A1, open" in told
    assert "record 1: " in told


def test_a_kind_that_there_is_none_of_is_named():
    with pytest.raises(Trouble, match="no kind 'earthquake'"):
        report(1, 0.1, frozenset({"earthquake"}), trace=False, shrink=False)


def test_every_planted_bug_has_its_place(tmp_path):
    for number, bug in enumerate(PLANTED):
        plant(bug, tmp_path / str(number))
    assert len({bug.name for bug in PLANTED}) == len(PLANTED) >= 15


def test_every_rule_is_stated_in_the_docs():
    page = (HERE.parents[1] / "docs" / "simulation.md").read_text()
    for name, words in RULES.items():
        assert f"| {name} | {words} |" in page, name
