"""Every map on a line that does what lines do, in virtual time: no wrong value, and no grudge."""

import asyncio

import pytest
from pilotwire.energy import mapfile, rtu
from pilotwire.energy.meter import Meter
from plant.meter import Reading
from plant.registers import Registers
from plant.slave import FAULTS
from simulation.line import MeterLine
from simulation.rng import Rng
from simulation.tasks import Clock

BEFORE = Reading(
    (230.1, 229.9, 231.2), (16.0, 0.0, 15.5), (3681.0, 12.0, 3500.0), 1.0, 50.0, 1_234_500.0, 700.0
)
AFTER = BEFORE._replace(voltage_v=(229.0, 228.5, 230.0), import_wh=1_239_900.0)
SHOWN = ("voltage_mv", "current_ma", "power_mw", "import_wh", "export_wh")
HARMLESS = {"echo"}


class Outlet:
    """One meter, the line to it, and a bus that sleeps in its time."""

    def __init__(self, name, monkeypatch):
        self.clock = Clock()
        self.now = BEFORE
        table = mapfile.load(name, ".")
        address = table.serial["address"]
        self.line = MeterLine(
            self.clock, lambda: self.now, Rng(7), table.serial["baud"], (address,)
        )
        self.line.registers = Registers(name)
        monkeypatch.setattr(rtu, "sleep_ms", self.sleep_ms)
        bus = rtu.Bus(self.line, table.serial["baud"], self.ticks_ms, 10, table.gap_ms)
        self.meter = Meter(bus, table, self.ticks_ms)

    def ticks_ms(self):
        return self.clock.now_us // 1_000

    async def sleep_ms(self, ms):
        self.clock.now_us += ms * 1_000

    def poll(self):
        self.clock.now_us += 1_000_000
        return asyncio.run(self.meter.poll())

    @property
    def shown(self):
        reading = self.meter.reading
        return [
            list(value) if isinstance(value, list) else value
            for value in (getattr(reading, name) for name in SHOWN)
        ]


@pytest.mark.parametrize("name", mapfile.names())
def test_no_fault_of_the_line_brings_a_wrong_value_and_each_ends_with_its_cause(name, monkeypatch):
    sound = Outlet(name, monkeypatch)
    assert sound.poll()
    before = sound.shown
    sound.now = AFTER
    assert sound.poll()
    after = sound.shown
    for fault in FAULTS:
        for percent in (100, 40):
            outlet = Outlet(name, monkeypatch)
            assert outlet.poll()
            assert outlet.shown == before
            outlet.line.fault, outlet.line.fault_percent = fault, percent
            outlet.now = AFTER
            expected = before
            for _ in range(4):
                good = outlet.poll()
                expected = after if good else expected  # half a poll is none
                assert outlet.shown == expected, (fault, percent)
                assert good or fault not in HARMLESS, outlet.meter.reason
            outlet.line.fault = None
            for _ in range(20):
                if outlet.poll():
                    break
            assert (outlet.meter.lost, outlet.meter.reason) == (False, ""), (fault, percent)
            assert outlet.shown == after, (fault, percent)
