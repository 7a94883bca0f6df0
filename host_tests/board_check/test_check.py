"""`pilotwire board check`: one message for each thing that can be wrong, else none."""

import ast
import copy
import inspect
import json
import re
import sys

import board_check
import pytest
from board_check import finding, kinds, rules, shape
from broken import EVERY, GONE
from pilotwire.pilot.proximity import rating_for
from pilotwire_cli.main import app
from typer.testing import CliRunner

MODULES = (board_check, kinds, rules, shape)


def changed(name, changes):
    data = copy.deepcopy(board_check.load(name)[1])
    for place, value in changes.items():
        if not place:
            return value
        *path, last = place.split(".")
        part = data
        for key in path:
            part = part[key]
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    return data


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row.says[:60])
def test_what_is_wrong_is_said_with_its_place_and_range(row):
    before = [str(one) for one in board_check.check(row.board, changed(row.board, {}))]
    after = [str(one) for one in board_check.check(row.board, changed(row.board, row.changes))]
    assert row.says not in before
    assert row.says in after


@pytest.mark.parametrize("name", board_check.names())
def test_no_board_of_ours_has_an_error(name):
    found = board_check.check(*board_check.load(name))
    assert [str(one) for one in found if one.severity == "error"] == []


def test_the_table_reaches_every_message(monkeypatch):
    """Each place in the code that makes a finding makes one of the table's."""
    seen = set()

    def note(make):
        def noted(*arguments):
            caller = sys._getframe(1)
            seen.add((caller.f_globals["__name__"], caller.f_lineno))
            return make(*arguments)

        return noted

    for module in MODULES:
        for name in ("ERROR", "WARNING", "wanted"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, note(getattr(module, name)))
    for row in EVERY:
        board_check.check(row.board, changed(row.board, row.changes))
    for module in MODULES:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if called and node.func.id in ("ERROR", "WARNING", "wanted"):
                lines = range(node.lineno, node.end_lineno + 1)
                reached = any((module.__name__, line) in seen for line in lines)
                assert reached, f"{module.__name__}:{node.lineno}: no broken board says that"


def test_errors_come_before_warnings():
    data = changed("esp32_devkit", {"contactor.pin": 12, "grid.uart": 1, "pilot.adc": 2})
    kinds = [one.severity for one in board_check.check("esp32_devkit", data)]
    assert kinds == sorted(kinds)
    assert set(kinds) == {"error", "warning"}


@pytest.mark.parametrize("chip", board_check.CHIPS)
def test_every_edge_of_table_b2_is_told_at_both_ends_of_the_pull_up(chip):
    """With the error of a count of the ADC and of 2 % of the pull-up."""
    facts = board_check.CHIPS[chip]
    end = facts["adc_mv"][1] - 200 if chip == "esp32" else 3_300
    for pull_ohm in facts["pull_up_ohm"]:
        for ohm, ma in ((100, 63_000), (220, 32_000), (680, 20_000), (1_500, 13_000)):
            for part in (0.97, 1, 1.03):  # of the resistor, table B.2
                pin_mv = 3_300 * ohm * part / (pull_ohm + ohm * part)
                assert facts["adc_mv"][0] <= pin_mv <= end
                for off_mv in (-0.8, 0.8):
                    read = (pin_mv + off_mv) * pull_ohm * 1.02 / (3_300 - pin_mv - off_mv)
                    assert rating_for(int(read)) == ma


def run(*arguments):
    return CliRunner().invoke(app, ["board", *arguments])


def test_the_command_checks_by_name_folder_and_file(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    file = folder / "board.json"
    file.write_text(json.dumps(changed("pico_w", {"name": "mine"})))
    for place in ("pico_w", str(folder), str(file)):
        result = run("check", place)
        assert result.exit_code == 0
        assert "nothing wrong: 32 A, 3 phase(s)" in result.output


def test_the_command_ends_with_1_for_errors_and_2_for_no_board(tmp_path):
    folder = tmp_path / "pico_w"
    folder.mkdir()
    (folder / "board.json").write_text(json.dumps(changed("pico_w", {"inputs.dim.pin": 17})))
    result = run("check", str(folder))
    assert result.exit_code == 1
    assert "pico_w: error: inputs.dim.pin: GPIO 17 is taken" in result.output
    (folder / "board.json").write_text("{")
    assert run("check", str(folder)).exit_code == 2
    result = run("check", "pico_x")
    assert result.exit_code == 2
    assert "pico_x: no board (esp32_devkit," in result.output


def test_the_command_lists_every_board():
    result = run("list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == board_check.names()


def test_a_finding_reads_as_one_line():
    assert str(finding.ERROR("pp", "is missing")) == "error: pp: is missing"


def test_the_changes_that_smartevses_page_names_make_a_v3_1_of_it():
    changes = {
        "module": "mini",
        "inputs.rcd.pin": 38,
        "inputs.rcd.pull": "",
        "outputs.lock.open": 9,
        "outputs.lock.close": 10,
        "meter.rx": 37,
        "button.pin": 23,
        "buzzer": {"pin": 18},
    }
    found = board_check.check("smartevse_v3", changed("smartevse_v3", changes))
    assert [str(one) for one in found if one.severity == "error"] == []


SCHEMA = (board_check.BOARDS / "README.md").read_text()


@pytest.mark.parametrize("chip", shape.SHAPES)
def test_the_schema_for_people_has_every_key_of_the_check(chip):
    known = shape.SHAPES[chip]
    for key, kind in {**known.needed, **known.optional}.items():
        inner = {**kind.needed, **kind.optional} if isinstance(kind, kinds.Record) else {}
        told = f"`{key}`" in SCHEMA or all(f"`{key}.{name}`" in SCHEMA for name in inner)
        assert told, key
        for name in inner:
            assert any(mark in SCHEMA for mark in (f"`{name}`", f'"{name}"', f"`{key}.{name}`"))


def test_the_check_knows_every_key_of_the_schema_for_people():
    cells = re.findall(r"^\| (`[^|]+) \|", SCHEMA, re.MULTILINE)
    keys = {key for cell in cells for key in re.findall(r"`([a-z_.0-9]+)`", cell)}
    assert len(keys) > 25
    for key in keys:
        path = key.split(".")
        assert any(_has(record, path) for record in shape.SHAPES.values()), key


def _has(record, path):
    known = {**record.needed, **record.optional}
    if path[0] not in known or len(path) == 1:
        return path[0] in known
    return _has(known[path[0]], path[1:])
