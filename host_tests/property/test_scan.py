"""`meter scan` in virtual time: it finds every meter of the published tables, and names it."""

import asyncio

import pytest
from pilotwire.energy import rtu, scan
from plant.frames import MeterFrames
from plant.meter import Reading
from plant.registers import Identity, table

NOW = Reading(
    (230.1, 229.9, 231.2), (16.0, 0.0, 0.0), (3674.0, 0.0, 0.0), 0.998, 50.0, 12e5, 700.0
)
SETTING = (19_200, "N", 1)
# Whom only a person can tell apart: their registers are the same, or hold nothing that differs.
TWINS = (
    ("sdm220", "sdm230"),
    ("or_we_514", "or_we_515"),
    ("or_we_516", "or_we_517"),
    ("or_we_525", "or_we_526"),
    ("adl400", "adl400n"),
)
CERTAIN = {
    *("sdm630", "sdm120", "sdm72d_v1", "sdm72d_v2", "abb_b21", "abb_b23", "abb_b24"),
    *("em110", "em111", "em112", "em330", "em340", "wago_879"),
}


class Line:
    """A line with one meter at one setting; the bus sleeps in its time."""

    def __init__(self, meter, address=7, setting=SETTING):
        self.now_ms = 0
        self.frames = MeterFrames(lambda: NOW, address, meter)
        self.frames.registers.identity = Identity("19350042")
        self.setting = setting
        self.waiting = b""
        self.deaf = True

    def open(self, baud, parity, stop):
        self.deaf = (baud, parity, stop) != self.setting
        return self

    def ticks_ms(self):
        return self.now_ms

    async def sleep_ms(self, ms):
        self.now_ms += ms

    def write(self, frame):
        self.waiting = b"" if self.deaf else self.frames.answer(bytes(frame))
        return len(frame)

    def readinto(self, buffer):
        n = min(len(self.waiting), len(buffer))
        buffer[:n], self.waiting = self.waiting[:n], self.waiting[n:]
        return n or None


@pytest.fixture
def line(monkeypatch):
    def make(*args, **settings):
        found = Line(*args, **settings)
        monkeypatch.setattr(rtu, "sleep_ms", found.sleep_ms)
        return found

    return make


def scanned(found, addresses=None, settings=scan.SETTINGS):
    said = []
    devices = asyncio.run(scan.scan(found.open, found.ticks_ms, addresses, said.append, settings))
    return devices, said


@pytest.mark.parametrize("meter", sorted(table()))
def test_every_meter_is_named(line, meter):
    (device,), said = scanned(line(meter), range(7, 8), (SETTING,))
    assert (device.address, device.setting, device.order) == (7, SETTING, "")
    if meter in CERTAIN:
        assert (device.maps, device.sure) == ([meter], scan.CERTAIN), said
    else:
        twins = next((pair for pair in TWINS if meter in pair), (meter,))
        assert set(twins) <= set(device.maps), said
        assert device.sure in (scan.LIKELY_SO, scan.POSSIBLE)
    assert said[-1] == device.text()


def test_likely_addresses_are_asked_with_all_settings_before_the_others(line):
    found = line("sdm630", address=30, setting=(2_400, "N", 1))
    (device,), said = scanned(found)
    assert (device.address, device.setting) == (30, (2_400, "N", 1))
    assert said[: len(scan.SETTINGS)] == [
        f"asking addresses 1 to 3 at {baud} 8{parity}{stop}"
        for baud, parity, stop in scan.SETTINGS
    ]
    assert said[-1].startswith("address 30, 2400 8N1: sdm630 (certain), serial 19350042")


def test_nobody_there_ends(line):
    found = line("sdm630", setting=(300, "N", 1))
    assert scanned(found)[0] == []
    assert found.now_ms < 2 * 3_600_000


def test_a_device_that_is_no_meter_is_said_to_be_one_of_no_known_type(line):
    found = line("sdm630")
    found.frames.registers.without = frozenset(
        ("voltage", "current", "power", "phase_power", "import", "export", "frequency", "model")
    )
    (device,), said = scanned(found, range(7, 8), (SETTING,))
    assert (device.maps, device.sure) == ([], scan.UNKNOWN)
    assert said[-1] == "address 7, 19200 8N1: a Modbus device of no known type"


def test_words_in_the_other_order_are_noticed(line):
    found = line("em112")
    registers = found.frames.registers
    registers.rows = tuple(row._replace(order="big") for row in registers.rows)
    (device,), said = scanned(found, range(7, 8), (SETTING,))
    assert device.order == "big"
    assert device.maps == ["em112"]
    assert 'words in the order "big"' in said[-1]
