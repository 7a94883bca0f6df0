"""`--json` of `pilotwire records`: the same verdict as in words, for a program."""

import json

import pytest
from journals import SECRET, Box
from pilotwire_cli.main import app
from typer.testing import CliRunner


@pytest.fixture
def folder(tmp_path):
    box = Box(tmp_path)
    for _ in range(2):
        box.charge()
    (tmp_path / "device.key").write_bytes(SECRET)
    return tmp_path


def ran(*arguments):
    result = CliRunner().invoke(app, ["records", *map(str, arguments), "--json"])
    return result.exit_code, [json.loads(line) for line in result.output.splitlines()]


def test_the_verdict_is_one_object(folder):
    code, (said,) = ran("verify", folder / "journal", "--key", folder / "device.key")
    assert (code, said["intact"], said["sealed"], said["findings"]) == (0, True, True, [])
    (folder / "device.key").write_bytes(bytes(32))
    code, (said,) = ran("verify", folder / "journal", "--key", folder / "device.key")
    assert (code, said["intact"]) == (1, False)
    assert said["findings"][0]["kind"] == "key"


def test_each_record_is_an_object(folder):
    code, shown = ran("show", folder / "journal")
    assert code == 0
    assert [one["wh"] for one in shown if one["kind"] == "charge"] == [7_400, 7_400]


def test_each_charge_is_an_object_and_a_file_is_named(folder, tmp_path):
    code, rows = ran("csv", folder / "journal")
    assert (code, [row["wh"] for row in rows]) == (0, [7_400, 7_400])
    file = tmp_path / "charges.csv"
    code, said = ran("csv", folder / "journal", "--output", file)
    assert (code, said) == (0, [{"file": str(file), "charges": 2}])
    assert file.read_text().startswith("seq,boot,")


def test_what_cannot_be_read_is_an_error_object(folder):
    code, (said,) = ran("show", folder / "device.key")
    assert (code, set(said)) == (2, {"error", "means", "do"})
