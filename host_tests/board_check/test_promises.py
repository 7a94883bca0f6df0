"""docs/boards.md says of each board what its data say, and its figures are those of elsewhere."""

import re

import pytest
from board_check import promises
from pilotwire_cli.main import app
from rig.interpreter import FIRMWARE, ROOT
from schematic import reference
from typer.testing import CliRunner

PERFORMANCE = (ROOT / "docs" / "performance.md").read_text()
BOARD = {
    "chip": "rp2",
    "dead_man": False,
    "watchdog_ms": 5_000,
    "phases": 3,
    "inputs": {"feedback": None, "pe": {}, "rcd": {"pin": 1}, "stop": None},
    "outputs": {"rcd_test": None, "lock": None, "three_phases": {"pin": 2}},
}


def test_the_page_is_what_would_be_generated():
    assert promises.PAGE.read_text() == promises.page(), "stale: make boards"


def cells(**changes):
    return {what: cell({**BOARD, **changes}) for what, cell in promises.ROWS}


@pytest.mark.parametrize(
    ("what", "changes", "says"),
    [
        ("a core that hangs: the contactor is", {}, "**closed** until the watchdog bites, 5 s"),
        ("a core that hangs: the contactor is", {"dead_man": True}, "open within 64 ms"),
        (
            "a core that hangs: the contactor is",
            {"dead_man": True, "chip": "esp32"},
            "open within 54 ms",
        ),
        ("a TLS handshake in a charge", {"chip": "esp32"}, "holds ring 0 up"),
        ("a welded contactor is seen", {}, "**no**"),
        ("protective earth is watched", {"inputs": {"pe": {"pin": 1}}}, "yes"),
        ("residual-current device: read, tested", {}, "read, **not tested**"),
        ("several tariffs in a billed charge", {"i2c": {}}, "with an FRAM"),
        ("several tariffs in a billed charge", {}, "**refused**: no bus for an FRAM"),
        ("phases", {}, "3, switched to 1"),
        ("meters' buses", {"meter": {"uart": 1}, "grid": None}, "meter"),
        ("less current when it is hot", {"temperature": {}}, "the board's own sensor"),
    ],
)
def test_a_promise_follows_from_the_data(what, changes, says):
    rows = dict(promises.ROWS)
    assert rows[what]({**BOARD, **changes}) == says


def test_the_figures_of_the_rp2040_are_the_measured_ones():
    figures = {
        name: float(us.replace(",", ""))
        for name, us in re.findall(r"^\| `(\w+)` \| ([\d,.]+) \|", PERFORMANCE, re.MULTILINE)
    }
    rows = dict(promises.ROWS)
    said_ms = float(rows["longest pause between two ticks"](BOARD).split()[0])
    worst_us = max(figures[f"tick_period_{name}_us"] for name in ("gc", "wifi", "tls"))
    assert said_ms * 1_000 == pytest.approx(worst_us, abs=60)
    said_ms = int(rows["from the pilot's change to the opening"](BOARD).split()[0])
    assert figures["pilot_open_ms"] <= said_ms <= figures["pilot_open_ms"] + 1


def test_the_dead_mans_times_are_those_of_wave_and_pump():
    source = (FIRMWARE / "pilotwire" / "hal" / "rp2_contactor.py").read_text()
    periods = int(re.search(r"_TOKEN = const\((\d+)\)", source)[1]) + 1
    token_ms = periods / 10  # of 10 kHz
    within_ms = int(
        dict(promises.ROWS)["a core that hangs: the contactor is"](
            {**BOARD, "dead_man": True}
        ).split()[2]
    )
    assert within_ms == round(token_ms + reference.hold_ms()[1])


def test_a_page_without_its_marks_is_refused(monkeypatch, tmp_path):
    page = tmp_path / "boards.md"
    page.write_text("# Nothing\n")
    monkeypatch.setattr(promises, "PAGE", page)
    with pytest.raises(ValueError, match=r"boards\.md: wanted"):
        promises.page()


def calibrate(*arguments):
    return CliRunner().invoke(app, ["board", "calibrate", *arguments])


def test_two_readings_and_a_voltmeter_give_the_keys_anew():
    """pico_w reads -15 V to 15 V: 10 V and -10 V that are 10.5 and -9.5 are 0.5 V too low."""
    result = calibrate("pico_w", "10=10.5", "-10=-9.5")
    assert result.exit_code == 0
    assert result.output == '"zero_mv": -14500, "full_mv": 15500\n'
    assert '"zero_mv": -16500, "full_mv": 16500' in calibrate("pico_w", "10=11", "-10=-11").output


def test_what_is_too_far_off_is_no_calibration():
    result = calibrate("pico_w", "10=12", "-10=-10")
    assert result.exit_code == 1
    assert "more than 1.5 V off" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pico_w", "10=10", "9=9"), "the two lie 1.0 V apart; wanted 15 V or more"),
        (("pico_w", "10=10"), "wanted a board and two of SAYS=IS, in V"),
        (("pico_w", "10=x", "-10=-10"), "wanted a board and two of SAYS=IS, in V"),
        (("host", "10=10", "-10=-10"), "wanted a board and two of SAYS=IS, in V"),
        (("nowhere", "10=10", "-10=-10"), "nowhere: no board"),
    ],
)
def test_what_cannot_be_calibrated_is_said(arguments, says):
    result = calibrate(*arguments)
    assert result.exit_code == 2
    assert says in result.output
