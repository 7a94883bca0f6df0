"""The picture of a day: what is read from logs, and that anything else is refused by name."""

import json
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from pilotwire_cli.main import app
from site_power import day_log, report
from typer.testing import CliRunner

BEGIN = 1_799_625_600  # a midnight, UTC


def minute(unix, load_ma, who="one", **boxes):
    told = {name: {"ma": ma, "wants_ma": 32_000, "why": why} for name, (ma, why) in boxes.items()}
    feeders = {"main": {"fuse_ma": 50_000, "load_ma": load_ma, "others_ma": [0] * 3}}
    return {"unix": unix, "kind": "minute", "who": who, "boxes": told, "feeders": feeders}


def written(path, *lines):
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_lines_of_two_instances_become_one_day(tmp_path):
    one = written(
        tmp_path / "one.jsonl",
        {"unix": BEGIN, "kind": "lead", "leads": True, "term": 1, "who": "one"},
        minute(BEGIN + 60, [1_000, 2_000, 3_000], bay_1=(16_000, "served"), bay_2=(0, "waits")),
        {"unix": BEGIN + 70, "kind": "meter", "feeder": "main", "heard": False, "who": "one"},
        minute(BEGIN + 120, None, bay_1=(6_000, "served"), bay_2=(0, "empty")),
        {"unix": BEGIN + 130, "kind": "meter", "feeder": "main", "heard": True, "who": "one"},
    )
    other = minute(BEGIN + 180, [7_000] * 3, "two", bay_1=(0, "idle"), bay_2=(6_000, "served"))
    other["boxes"]["bay_2"]["drawn_ma"] = [5_900, None, 0]
    over = {"unix": BEGIN + 181, "kind": "overload", "feeder": "main", "phase": 1, "who": "two"}
    two = written(tmp_path / "two.jsonl", other, over)
    day = day_log.load([two, one], "yard")
    assert day.fuse_ma == 50_000
    assert day.grid_ma[1][0] == (BEGIN + 60, 2_000)
    assert day.granted_ma["bay_1"][:3] == [
        (BEGIN + 60, 16_000),
        (BEGIN + 120, 6_000),
        (BEGIN + 180, 0),
    ]
    assert day.granted_ma["bay_2"][2] == (BEGIN + 180, 5_900)
    assert [waits for _, waits in day.waits["bay_2"]][:3] == [1, 0, 0]
    assert day.unheard == [(BEGIN + 70, BEGIN + 130)]
    assert day.turns == [BEGIN + 180]
    assert day.overloads == 1


def test_where_nobody_led_nothing_is_shown(tmp_path):
    path = written(
        tmp_path / "log",
        minute(BEGIN, [9_000] * 3, bay_1=(16_000, "served")),
        minute(BEGIN + 7_200, [9_000] * 3, bay_1=(16_000, "served")),
    )
    series = day_log.load([path], "yard").granted_ma["bay_1"]
    assert series[:3] == [(BEGIN, 16_000), (BEGIN + 60, 0), (BEGIN + 7_200, 16_000)]


def test_means_are_those_over_time():
    edges = report.np.array([0.0, 10.0, 20.0, 30.0])
    found = report._means([(5.0, 100.0), (15.0, 0.0), (20.0, 40.0)], edges)
    assert list(found) == [50.0, 50.0, 40.0]
    assert list(report._means([], edges)) == [0, 0, 0]


def test_the_day_shown_is_that_of_which_most_is_known(tmp_path):
    late = BEGIN + 86_400
    lines = [
        minute(at, [0] * 3, bay_1=(0, "empty")) for at in range(BEGIN + 86_000, late + 6_000, 60)
    ]
    day = day_log.load([written(tmp_path / "log", *lines)], "yard")
    assert day_log.fullest(day, UTC) == late
    assert day_log.fullest(day, ZoneInfo("America/New_York")) == BEGIN + 5 * 3_600


def test_a_picture_is_drawn(tmp_path):
    prices = {"unix": BEGIN, "kind": "prices", "start": BEGIN, "step_s": 3_600, "prices": [20, 30]}
    sun = {"unix": BEGIN + 60, "kind": "solar", "w": 5_000}
    lines = [minute(BEGIN + i * 60, [i, 0, -i], bay_1=(6_000, "served")) for i in range(30)]
    log = written(tmp_path / "one.jsonl", prices, sun, *lines)
    output = tmp_path / "sub" / "day.png"
    command = ["site", "report", str(log), "-o", str(output), "--zone", "Europe/Berlin"]
    result = CliRunner().invoke(app, [*command, "--day", "2027-01-11"])
    assert result.exit_code == 0, result.output
    assert "2027-01-11; overloads of the connection: 0" in " ".join(result.output.split())
    assert output.read_bytes().startswith(b"\x89PNG")
    assert output.stat().st_size > 20_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", ":1: no line"),
        ("[]", ":1: no line"),
        ('{"unix": 1}', ":1: no line"),
        ('{"unix": "soon", "kind": "lead"}', ":1: no line"),
        ('{"unix": 1, "kind": "minute", "boxes": 3, "feeders": {}}', ":1: no line"),
        ('{"unix": 1, "kind": "solar", "w": null}', ":1: no line"),
        ('{"unix": 1, "kind": "lead"}', "no line of a minute"),
        ("", "no line of a minute"),
    ],
)
def test_what_is_no_log_is_refused_with_its_line(tmp_path, text, says):
    path = tmp_path / "log"
    path.write_text(text)
    with pytest.raises(day_log.LogError, match=says):
        day_log.load([path], "yard")
    result = CliRunner().invoke(app, ["site", "report", str(path), "-o", str(tmp_path / "x.png")])
    assert result.exit_code == 2
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize("option", [("--zone", "Moon/Sea"), ("--day", "yesterday")])
def test_a_wrong_setting_is_refused(tmp_path, option):
    log = written(tmp_path / "log", minute(BEGIN, [0] * 3, bay_1=(0, "empty")))
    result = CliRunner().invoke(app, ["site", "report", str(log), *option])
    assert result.exit_code == 2
