"""The arithmetic of the pilot's divider, and that each board's page and data follow from it."""

import re

import board_check
import pytest
from board_check.divider import Divider, NoOhms, ohms
from pilotwire_cli.main import app
from typer.testing import CliRunner

COMMAND = re.compile(r"^pilotwire board divider (\S+) (\S+) (\S+)$", re.MULTILINE)
WITH_PILOT = [name for name in board_check.names() if "pilot" in board_check.load(name)[1]]


@pytest.mark.parametrize(
    ("text", "ohm"),
    [
        ("470", 470),
        ("470r", 470),
        ("28k2", 28_200),
        ("28.2k", 28_200),
        ("100k", 100_000),
        ("1M", 1_000_000),
    ],
)
def test_resistances_are_read_as_they_are_printed(text, ohm):
    assert ohms(text) == ohm


@pytest.mark.parametrize("text", ["", "k", "28k2k2", "-1k", "1 k", "22kOhm", "0", "0k0"])
def test_what_is_no_resistance_is_refused(text):
    with pytest.raises(NoOhms, match="no resistance"):
        ohms(text)


def test_a_divider_without_resistors_to_spare_shows_half_the_supply():
    """The reference board's: 0 V of the pilot is the middle, +-15 V are the ends."""
    divider = Divider(10_000, 2_200, 2_820)
    assert (divider.zero_mv, divider.full_mv) == (-15_000, 15_002)
    assert divider.pin_mv(0) == pytest.approx(1_650, abs=1)
    assert divider.pin_mv(-15_000) == pytest.approx(0, abs=1)
    assert divider.pin_mv(15_002) == pytest.approx(3_300, abs=1)
    assert divider.pilot_mv(divider.pin_mv(6_000)) == pytest.approx(6_000, abs=1)


def test_resistors_that_are_off_cost_what_kirchhoff_says():
    divider = Divider(10_000, 2_200, 2_820)
    assert divider.error_mv(9_000, 0) < 1
    off = Divider(10_100, 2_178, 2_791.8)
    seen = divider.pilot_mv(off.pin_mv(9_000))
    assert divider.error_mv(9_000, 0.01) >= abs(seen - 9_000) > 50


def test_the_divider_loads_the_pilot_behind_its_kiloohm():
    divider = Divider(10_000, 2_200, 2_820)
    current_ma = (12_000 - divider.pin_mv(12_000)) / 11_000
    assert divider.load_mv(12_000) == pytest.approx(current_ma * 1_000, abs=1)


@pytest.mark.parametrize("name", WITH_PILOT)
def test_a_boards_data_follow_from_the_resistors_that_its_page_names(name):
    page = (board_check.BOARDS / name / "README.md").read_text()
    found = COMMAND.findall(page)
    assert len(found) == 1, "one command with the resistors, from the pilot, 3.3 V and ground"
    divider = Divider(*(ohms(text) for text in found[0]))
    pilot = board_check.load(name)[1]["pilot"]
    span_mv = pilot["full_mv"] - pilot["zero_mv"]
    assert abs(divider.zero_mv - pilot["zero_mv"]) <= span_mv / 4_096
    assert abs(divider.full_mv - pilot["full_mv"]) <= span_mv / 4_096


def test_the_command_prints_the_two_keys_and_the_counts():
    result = CliRunner().invoke(app, ["board", "divider", "10k", "2k2", "2k82"])
    assert result.exit_code == 0
    assert result.output.startswith('"zero_mv": -15000, "full_mv": 15002\n')
    assert re.search(r"^ +12\.0 +2970 +3686 ", result.output, re.MULTILINE)
    assert CliRunner().invoke(app, ["board", "divider", "10k", "2k2", "x"]).exit_code == 2
    assert CliRunner().invoke(app, ["board", "divider", "10k", "0", "2k2"]).exit_code == 2
