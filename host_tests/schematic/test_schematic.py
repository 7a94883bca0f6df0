"""The reference board's picture, page and data say the same."""

import json
import re

import pytest
from board_check.divider import ohms
from on_chip.box import HOLD_MS
from pilotwire.pilot.proximity import rating_for
from rig.interpreter import ROOT
from schematic import picture
from schematic import reference as ref

PAGE = (ROOT / "boards" / "pico_w" / "README.md").read_text()
DATA = json.loads((ROOT / "boards" / "pico_w" / "board.json").read_text())
TOKEN_MS = 50  # hal/rp2_contactor.py


def test_the_committed_picture_is_what_the_code_draws():
    assert picture.PICTURE.read_text() == picture.svg(), "stale: make schematic"


def test_the_picture_shows_every_value_that_the_arithmetic_uses():
    shown = picture.PICTURE.read_text()
    for ohm in (ref.DIVIDER.pilot, ref.DIVIDER.supply, ref.DIVIDER.ground, ref.BLEED_OHM):
        assert picture.ohm(ohm) in shown
    for pin in (DATA["pilot"]["pwm"], DATA["contactor"]["pin"], 26, 27):
        assert f"GPIO {pin}" in shown


def test_the_page_names_the_same_resistors():
    found = re.search(r"^pilotwire board divider (\S+) (\S+) (\S+)$", PAGE, re.MULTILINE)
    ohm = [ohms(text) for text in found.groups()]
    assert ohm == [ref.DIVIDER.pilot, ref.DIVIDER.supply, ref.DIVIDER.ground]
    assert DATA["pp"]["pull_up_ohm"] == ref.PULL_UP_OHM


def test_the_counts_of_the_page_are_those_of_the_arithmetic():
    counts = re.search(r"\+12 V: ([\d,]+); \+6 V: ([\d,]+); -12 V: (\d+)", PAGE).groups()
    for mv, count in zip((12_000, 6_000, -12_000), counts, strict=True):
        assert round(ref.DIVIDER.pin_mv(mv) * 4_096 / 3_300) == int(count.replace(",", ""))
    errors = re.search(r"wrong by (\d+) mV at \+12 V and (\d+) mV at -12 V", PAGE).groups()
    for mv, error in zip((12_000, -12_000), errors, strict=True):
        assert ref.DIVIDER.error_mv(mv, 0.01) == pytest.approx(int(error), abs=1)


def test_the_charge_pump_holds_for_as_long_as_the_page_says():
    short_ms, long_ms = (int(n) for n in re.search(r"in (\d+) to (\d+) ms", PAGE).groups())
    assert ref.hold_ms() == pytest.approx((short_ms, long_ms), abs=0.5)
    assert ref.pumped_v() > ref.FULLY_ON_V
    assert f"{ref.pumped_v():.1f} V, onto a gate" in PAGE


def test_the_emulated_charge_pump_holds_no_shorter_than_the_real_one():
    assert ref.hold_ms()[1] <= HOLD_MS < TOKEN_MS


def test_the_filter_is_over_before_the_sampler_looks():
    """10 us after an edge are left out: by then less than a count of 24 V is missing."""
    assert 10 / ref.filter_us() > 9  # e**-9 of 3,276 counts


def test_a_cable_of_220_ohm_is_32_a_at_what_the_page_says():
    pin_mv = int(re.search(r"220 Ω reads (\d+) mV", PAGE)[1])
    assert rating_for(pin_mv * ref.PULL_UP_OHM // (3_300 - pin_mv)) == 32_000
