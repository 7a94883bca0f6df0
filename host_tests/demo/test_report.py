"""The record for people, and the check of its energy."""

import json
import struct
from pathlib import Path

import pytest
from demo.recorder import Recorder
from demo.report import check_energy, record_lines, register_resolution_wh
from demo.run import _conclude
from hypothesis import given
from hypothesis import strategies as st
from plant import Cable, Car, World

RECORD = {
    "seq": 7,
    "box": "demo",
    "start_unix": 1_795_453_725,
    "start_wh": 1_234_000,
    "end_unix": 1_795_453_752,
    "end_wh": 1_234_039,
    "reason": "unplugged",
    "opened": "vehicle",
    "wh": 39,
    "energy": "measured",
    "charging_s": 19,
    "max_power_w": 13_610,
    "openings": [["stopped", 1], ["vehicle", 1]],
}


@given(st.integers(1, 100_000_000))
def test_the_register_resolves_what_a_single_does(wh: int):
    (shown,) = struct.unpack(">f", struct.pack(">f", wh / 1000))
    bits = struct.unpack(">I", struct.pack(">f", shown))[0]
    (after,) = struct.unpack(">f", struct.pack(">I", bits + 1))
    assert (after - shown) * 1000 <= 2 * register_resolution_wh(wh)
    assert abs(shown * 1000 - wh) <= register_resolution_wh(wh)


@pytest.mark.parametrize(
    ("plant_wh", "good"), [(39.0, True), (40.1, True), (37.9, True), (40.2, False), (37.8, False)]
)
def test_1_wh_and_the_registers_resolution_may_lie_between_record_and_plant(
    plant_wh: float, good: bool
):
    verdict, lines = check_energy(RECORD, plant_wh)
    assert verdict is good
    assert ("FAILED" in lines[-1]) is not good


def test_a_record_without_energy_is_not_true():
    assert not check_energy({**RECORD, "wh": None}, 39.0)[0]


def test_the_record_is_told_in_lines_of_80_columns():
    lines = record_lines(RECORD)
    assert lines == [
        "Charging record 7 of the box demo",
        "  start          2026-11-23 17:08:45 UTC, the meter shows 1234.000 kWh",
        "  end            2026-11-23 17:09:12 UTC, the meter shows 1234.039 kWh",
        "  energy         39 Wh, measured",
        "  reason         the plug was pulled",
        "  last opening   the car had stopped by itself",
        "  interruptions  1",
        "  energised      19 s, at most 13.61 kW",
    ]
    _, check = check_energy(RECORD, 39.9)
    assert all(len(line) <= 80 for line in [*lines, *check])


def test_an_unset_clock_and_an_unread_meter_are_named():
    lines = record_lines({**RECORD, "start_unix": None, "start_wh": None})
    assert lines[1] == "  start          at an unknown time"


@pytest.mark.parametrize(("off_wh", "code"), [(0, 0), (5, 1)])
def test_a_program_gets_the_record_and_whether_it_is_true(tmp_path, capsys, off_wh, code):
    recorder = Recorder(world := World(Car(), Cable(20)))
    recorder.last = recorder.last._replace(energy_wh=RECORD["wh"] + off_wh)
    recorder.samples += [recorder.last, recorder.last._replace(t_s=1.0)]
    recorder.mark("plug in")
    picture = tmp_path / "session.png"
    assert _conclude(world, recorder, RECORD, picture, as_json=True) == code
    said = json.loads(capsys.readouterr().out)
    assert (said["record"], said["agree"]) == (RECORD, code == 0)
    assert said["picture"] == str(picture)
    assert json.loads(Path(said["file"]).read_text()) == RECORD
