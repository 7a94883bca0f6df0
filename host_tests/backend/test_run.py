"""`pilotwire backend`, as a person types it: what is said, and the exit code."""

import json
import re

import pytest
from backend.log import Counts, line
from pilotwire_cli.main import app
from typer.testing import CliRunner


def run(*arguments, **environment):
    return CliRunner().invoke(app, ["backend", *map(str, arguments)], env=environment)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "--broker", "nonsense"), "--broker nonsense is no host:port"),
        (("run", "--broker", "host:70000"), "is no host:port"),
        (("run", "--database", "mysql://x"), "is no sqlite:///path and no postgresql://"),
        (("run", "--group", "a/b"), "--group 'a/b' holds one of / + #"),
        (("run", "--password-file", "/nonexistent"), "--password-file /nonexistent: "),
        (("run", "--cert", "x.pem"), "--cert and --key want --ca"),
        (("run", "--ca", "/nonexistent"), "--ca, --cert or --key: "),
        (("command", "a/b", "pause"), "'a/b' is no id of a box"),
        (("command", "box-1", "limit", "10000"), "10000 is no name=value, as in ma=10000"),
    ],
)
def test_a_wrong_setting_is_named(arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.output
    assert result.output.count("\n") == 2
    result = run(*arguments, "--json")
    assert result.exit_code == 2
    assert says in json.loads(result.output)["error"]


def test_a_password_wants_a_user():
    result = run("run", PILOTWIRE_PASSWORD="secret")
    assert (result.exit_code, "secret" in result.output) == (2, False)


def test_a_database_that_never_will_is_exit_code_1(tmp_path):
    (tmp_path / "x.db").write_bytes(b"no database at all" * 100)
    result = run("begin", "box-1", 5, "--database", f"sqlite:///{tmp_path}/x.db")
    assert (result.exit_code, result.output.count("\n")) == (1, 2)
    assert "file is not a database" in result.output


def test_a_database_that_the_server_does_not_have_is_named(postgresql):
    result = run(
        "begin", "box-1", 5, "--database", postgresql.removesuffix("postgres") + "nothing"
    )
    assert (result.exit_code, result.output.count("\n")) == (1, 2)
    assert 'database "nothing" does not exist' in result.output


def test_a_box_is_taken_on_from_a_number(tmp_path):
    result = run("begin", "box-1", 5, "--database", f"sqlite:///{tmp_path}/x.db")
    assert (result.exit_code, result.output) == (0, "box-1: stored without a gap up to 4\n")


def test_nobody_at_the_broker_is_exit_code_3():
    result = run("command", "box-1", "pause", "--broker", "127.0.0.1:1")
    assert result.exit_code == 3
    assert "broker 127.0.0.1:1: " in result.output


def test_a_line_of_the_log_stays_one_line_whatever_is_in_it(capsys):
    line("info", "said", plain="a-b", other='two words\n"quoted"', long="x" * 1_000)
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert len(said) < 400
    assert re.fullmatch(
        r'\S+Z info said plain=a-b other="two words\\n\\"quoted\\"" long=x{200}\.\.\.\n', said
    )


def test_what_is_noted_is_told_once_then_counted_and_its_kinds_are_bounded(capsys):
    counts = Counts()
    for n in range(3_000):
        counts.note("warning", "refused", box="box-1", reason="json")
        counts.note("error", "conflict", box="box-1", seq=n)
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1_000
    assert said[0].endswith(" warning refused box=box-1 reason=json")
    counts.tell()
    told = [one.split(" ", 1)[1] for one in capsys.readouterr().err.splitlines()]
    assert told == [
        "info counts",
        "warning refused box=box-1 reason=json times=3000",
        "warning others times=2001",
    ]
    counts.tell()
    assert len(capsys.readouterr().err.splitlines()) == 1
