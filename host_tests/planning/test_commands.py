"""`pilotwire plan` and `pilotwire schedule`, as a person types them."""

import json

import pytest
from pilotwire.power import plan, schedule
from pilotwire_cli.main import app
from planning.offers import OFFERS
from typer.testing import CliRunner

START = 1_800_291_600  # 2027-01-18 18:00 in Berlin
PRICES = [9, 8, 7, 6, 5, 1, 4, 1, 1, 6, 7, 8, 9]
LINE = ["--by", "07:00", "--kwh", "22", "--zone", "Europe/Berlin", "--begin", "2027-01-18T18:00"]


@pytest.fixture
def prices(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("".join(f"{START + i * 3_600},{p / 10}\n" for i, p in enumerate(PRICES)))
    return str(path)


def run(*line):
    return CliRunner().invoke(app, line)


def test_a_plan_is_printed_with_what_it_saves_and_as_a_command(prices):
    result = run("plan", prices, *LINE)
    assert result.exit_code == 0
    *table, sums, command = result.stdout.splitlines()
    assert [line[:16] for line in table[1:]] == ["2027-01-18 23:00", "2027-01-19 01:00"]
    assert sums == "22.0 kWh for 2.20 with 2 starts; at once 18.70"
    data = json.loads(command)
    assert data["type"] == "plan"
    assert data["args"]["plan"] == {
        "slots": [
            [START + 5 * 3_600, START + 6 * 3_600, 16_000],
            [START + 7 * 3_600, START + 8 * 3_600, 16_000],
        ],
        "otherwise_ma": 0,
    }
    plan.check(data["args"]["plan"], START)


def test_a_start_that_costs_something_is_saved(prices):
    result = run("plan", prices, *LINE, "--start-cost", "0.5", "--otherwise-ma", "6000")
    *_, sums, command = result.stdout.splitlines()
    assert sums == "22.0 kWh for 2.20 with 1 start; at once 18.70"
    assert json.loads(command)["args"]["plan"]["otherwise_ma"] == 6_000


def test_a_wish_that_cannot_be_met_is_said_to_be_so(prices):
    line = [*LINE, "--kwh", "200"]
    result = run("plan", prices, *line)
    assert result.exit_code == 1
    assert "cannot be ready by 2027-01-19 07:00+01:00" in result.stderr
    assert json.loads(result.stdout.splitlines()[-1])["args"]["plan"]["slots"] == [
        [START, START + 13 * 3_600, 16_000]
    ]


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        (["--by", "2027-01-18T17:00"], "2027-01-18T17:00 is past"),
        (["--by", "soon"], "'soon' is no time"),
        (["--begin", "2027-01-20T00:00"], "no price lies between now and 07:00"),
        (["--zone", "Europe/Berlinn"], "no zone of the IANA database"),
        (["--ma", "90000"], "slots: 0: ma: 0 to 80000 wanted"),
    ],
)
def test_a_wrong_wish_is_refused_and_why(prices, more, complaint):
    result = run("plan", prices, *LINE, *more)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_wrong_prices_are_refused_with_the_line(prices):
    with open(prices, "a") as file:
        file.write(f"{START},1\n")
    result = run("plan", prices, *LINE)
    assert result.exit_code == 2
    assert "line 14: not later than line 13" in result.stderr


def test_each_offer_is_a_schedule_that_a_box_takes():
    listed = run("schedule").stdout
    for name in OFFERS:
        assert name in listed
        schedule.check(json.loads(run("schedule", name).stdout))


def test_the_offer_for_the_united_kingdom_leaves_out_the_peak_of_workdays():
    data = json.loads(run("schedule", "uk").stdout)
    monday = 1_800_230_400
    for day, peaks in ((0, (8, 9, 10, *range(16, 22))), (4, (8, 21)), (5, ())):
        for hour in range(24) if day == 0 else (8, 21, 22):
            ma, _ = schedule.limit_at(data, (0,), monday + day * 86_400 + hour * 3_600)
            assert (ma == 0) == (hour in peaks), (day, hour)


def test_there_is_no_other_offer():
    result = run("schedule", "mars")
    assert result.exit_code == 2
    assert "there are uk" in result.stderr
