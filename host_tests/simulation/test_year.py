"""Two years of a household on the board's own filesystem: what of it can still be read."""

import builtins
import os
from itertools import pairwise

import pytest
from pilotwire.record import files, journal, segments
from pilotwire.record.journal import Journal
from pilotwire.record.kinds import DAY
from simulation.flash import Flash

BLOCK_KB = 4
JOURNAL_KB = 300
CHARGES_A_DAY = 3
DAYS = 730
KEPT_DAYS = 365
RESTART_DAYS = 7
DAY_S = 86_400
FIRST_UNIX = 1_800_000_000


@pytest.fixture
def flash():
    made = Flash()
    for module in (files, journal, segments):
        module.open = made.open
        module.os = made
    yield made
    for module in (files, journal, segments):
        module.open = builtins.open
        module.os = os


def opening(unix, wh):
    return {
        "box": "garage-1",
        "start_unix": unix,
        "start_clock": "synchronised",
        "start_wh": wh,
        "start_read": True,
        "auth": "free",
        "meter": "sdm630",
        "meter_serial": "19350042",
        "meter_firmware": "2.04",
        "phases": 3,
        "firmware": "0f1e2d3c",
        "config": "4b5a6978",
    }


def closing(begun, wh):
    """A pause in the middle, and a limit that changes twice."""
    return begun | {
        "end_unix": begun["start_unix"] + 7_300,
        "end_clock": "synchronised",
        "end_wh": begun["start_wh"] + wh,
        "end_read": True,
        "reason": "unplugged",
        "opened": "vehicle",
        "wh": wh,
        "energy": "measured",
        "resolution_wh": 10,
        "charging_s": 6_512,
        "suspended_s": 601,
        "idle_s": 187,
        "max_power_w": 11_042,
        "phases_used": 3,
        "openings": [("stopped", 1), ("vehicle", 1)],
        "contactor": [(4, "closed"), (3_110, "stopped"), (3_711, "closed"), (7_117, "vehicle")],
        "limits": [(0, 160, "box"), (1_805, 100, "operator"), (3_605, 160, "box")],
        "co2_g": wh * 6 // 10,
    }


def test_a_household_keeps_twelve_months_in_300_kb(flash):
    empty = flash.blocks
    box = None
    wh = 0
    for day in range(DAYS):
        unix = FIRST_UNIX + day * DAY_S
        if day % RESTART_DAYS == 0:
            box = Journal("", lambda: True, lambda: None, lambda n: bytes(n), kept=False)
            box.start({"box": "garage-1", "about": "power-on", "unix": unix, "clock": "set"})
            box.note({"event": "clock", "unix": unix, "after": str(unix), "clock": "synchronised"})
        for n in range(CHARGES_A_DAY):
            begun = opening(unix + n * 20_000, wh)
            begun["charge"] = box.open(begun)
            box.close(closing(begun, 9_870 + n))
            wh += 9_870 + n
        box.note({"unix": unix, "usable_min": 1_439, "faulted_min": 0, "unreachable_min": 3}, DAY)
        box.settle()
    used_kb = (flash.blocks - empty) * BLOCK_KB
    kept = [record for record in box.history(1) if record["kind"] == "charge"]
    assert used_kb <= JOURNAL_KB
    assert len(kept) >= KEPT_DAYS * CHARGES_A_DAY
    assert kept[-1]["end_wh"] == wh
    for last, record in pairwise(kept):
        assert record["start_wh"] == last["end_wh"]
    print(f"{used_kb} KB hold {len(kept) // CHARGES_A_DAY} days")
