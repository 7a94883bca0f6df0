"""`pilotwire box`, where it cannot: what is missing is said. The rest is docs/operators.md's."""

import json

import pytest
from pilotwire_cli.main import app
from typer.testing import CliRunner


@pytest.mark.parametrize(
    ("environment", "says"),
    [({}, "there is no config.json"), ({"MICROPYTHON": "/nonexistent"}, "name the interpreter")],
)
def test_what_is_missing_is_said(tmp_path, environment, says):
    if environment:
        (tmp_path / "config.json").write_text(json.dumps({"id": "box-1"}))
    result = CliRunner().invoke(app, ["box", str(tmp_path)], env=environment)
    assert result.exit_code == 2
    assert says in result.output
    assert result.output.count("\n") == 2


def test_a_firmware_that_ends_is_said(tmp_path):
    broken = tmp_path / "micropython"
    broken.write_text("#!/bin/sh\necho no memory\nexit 1\n")
    broken.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"id": "box-1"}))
    result = CliRunner().invoke(app, ["box", str(tmp_path)], env={"MICROPYTHON": str(broken)})
    assert result.exit_code == 1
    assert "pilotwire box: the firmware ended with 1\n" in result.output
