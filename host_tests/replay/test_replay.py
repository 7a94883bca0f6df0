"""Traces that were recorded once, through today's guard; and files that are none."""

import json

import pytest
from pilotwire.pilot import reasons, tap
from replay import TraceError, load, replay
from replay.record import STORIES, TRACES, record
from replay.report import report
from telling.trouble import WRONG, Trouble

OPENED = {
    "two-limits": reasons.OPENED_BY_VEHICLE,
    "residual-current": reasons.OPENED_UNPLUGGED,
    "sleeper": reasons.OPENED_FORCED,
}


@pytest.mark.parametrize("story", STORIES)
def test_the_guard_decides_as_it_did(story):
    different = []
    opened = None
    for trace in load(TRACES / f"{story}.jsonl"):
        for step in replay(trace):
            different += step.differences
            opened = step.guard._sequence.opened
    assert different == []
    assert opened == OPENED[story]


@pytest.mark.parametrize("story", STORIES)
def test_what_is_recorded_now_is_what_the_tests_keep(story):
    assert (TRACES / f"{story}.jsonl").read_text() == record(story), "python -m replay.record"


def test_a_guard_that_decides_otherwise_shows(tmp_path, capsys):
    file = tmp_path / "trace.jsonl"
    lines = [json.loads(line) for line in (TRACES / "two-limits.jsonl").read_text().splitlines()]
    for line in lines:
        numbers = line.get("entries", [])
        for at in range(0, len(numbers), tap.ENTRY):
            if numbers[at + 1] == tap.DUTY and numbers[at + 2] == 1_666:
                numbers[at + 2] = 1_667  # a box that rounded up
    file.write_text("\n".join(json.dumps(line) for line in lines))
    assert report(file) == 1
    assert "DIFFERS: duty was 1667, is 1666" in capsys.readouterr().out
    assert report(file, as_json=True) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    apart = [one for line in told[:-1] for one in line["differs"]]
    assert {(one["what"], one["recorded"], one["replayed"]) for one in apart} == {
        ("duty", 1_667, 1_666)
    }
    assert told[-1]["differences"] == len(apart)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no trace"),
        ("{", "line 1"),
        ("[]", "line 1"),
        ("{}", "none of"),
        ('{"trace": 99, "settings": {}}', "version 99, this is 1"),
        ('{"slot": [1]}', "begins with its version"),
        ('{"trace": 1, "settings": {}}', "without"),
    ],
)
def test_a_file_that_is_no_trace_is_refused(tmp_path, text, says):
    file = tmp_path / "no.jsonl"
    file.write_text(text)
    with pytest.raises(TraceError, match=says):
        load(file)
    with pytest.raises(Trouble, match=says) as caught:
        report(file)
    assert caught.value.code == WRONG
