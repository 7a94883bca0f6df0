"""`pilotwire logs`: which of the console's logs is shown, and what of it a program gets."""

import json

import pytest
from laptop import said
from pilotwire_cli.main import app
from talker import Talker
from telling.trouble import DONE, REFUSED, WRONG
from typer.testing import CliRunner

ENTRY = "2027-01-15 08:00:00 3/8123 error   fault pe"
SNAPSHOT = '{"snapshot": 1, "faults": ["pe"]}\r\n{"at_ms": 5000, "is": {}}'
SHOWN = (
    ((), "log", "- info    plugged", [{"text": "plugged"}]),
    (("-n", "5"), "log 5", "- info    plugged", [{"text": "plugged"}]),
    (("--kept",), "log kept", ENTRY, [{"boot": 3, "level": "error", "text": "fault pe"}]),
    (("--snapshot", "-n", "2"), "log snapshot 2", SNAPSHOT, [{"snapshot": 1}, {"at_ms": 5000}]),
)


def ran(answers, *options):
    with Talker(answers) as box:
        return CliRunner().invoke(app, ["logs", box.url, *options, "--json"])


@pytest.mark.parametrize(("options", "line", "answer", "wanted"), SHOWN)
def test_each_log_of_the_console_is_shown_as_objects(options, line, answer, wanted):
    result = ran({line: answer}, *options)
    assert result.exit_code == DONE
    found = [json.loads(one) for one in result.stdout.splitlines()]
    for one, keys in zip(found, wanted, strict=True):
        assert one.items() >= {"box": "desk", **keys}.items()


def test_a_snapshot_that_there_is_not_is_an_error():
    result = ran({"log snapshot": said.text("no-such-snapshot")}, "--snapshot")
    assert result.exit_code == REFUSED
    assert said.text("no-such-snapshot") in json.loads(result.stdout)["error"]


def test_only_one_of_them_is_shown():
    result = ran({}, "--kept", "--snapshot")
    assert (result.exit_code, set(json.loads(result.stdout))) == (WRONG, {"error", "means", "do"})
