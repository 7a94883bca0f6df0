"""Every map on MicroPython, against a pymodbus meter with the published registers at its speed."""

import asyncio
import struct
from fractions import Fraction

import pytest
from bench.polling import polling
from pilotwire.energy import mapfile
from plant.meter import Reading
from plant.registers import Identity, Registers, table
from plant.slave import MeterSlave

MAPS = mapfile.names()
AT_ONCE = 6  # processes
SHORT = 7  # characters of a serial number, one in each register
DEADLINE_S = 120

DRAWS = Reading(
    voltage_v=(230.1, 229.9, 231.2),
    current_a=(16.0, 0.0, 15.5),
    power_w=(3681.0, 12.0, 3500.0),
    power_factor=0.998,
    frequency_hz=49.9,
    import_wh=1_234_500.0,
    export_wh=700.0,
)
FEEDS = DRAWS._replace(power_w=(-3681.0, 12.0, -47.0), import_wh=999_999_900.0)
FACTORS = {"V": 1_000, "A": 1_000, "W": 1_000, "Wh": 1}
SINGLE = {"power": "power_mw", "import": "import_wh", "export": "export_wh"}
PHASED = {"voltage": "voltage_mv", "current": "current_ma"}


pytestmark = pytest.mark.usefixtures("micropython")


def shown(row, value, factor):
    """What the register can hold of `value`, exactly, in the firmware's unit."""
    raw = value / row.unit
    if row.type[0] == "f":
        code = "f" if row.type == "f32" else "d"
        raw = struct.unpack(">" + code, struct.pack(">" + code, raw))[0]
    else:
        raw = round(raw)
    exact = Fraction(raw) * Fraction(str(row.unit)) * factor
    return int(abs(exact) + Fraction(1, 2)) * (-1 if exact < 0 else 1)


def expected(name, reading):
    """What the firmware must say, from the published table."""
    rows = {row.quantity: row for row in table()[name]}
    said = {}
    values = {"voltage": reading.voltage_v, "current": reading.current_a}
    for quantity, key in PHASED.items():
        row = rows.get(quantity)
        found = [shown(row, v, 1_000) for v in values[quantity]] if row else []
        found = found[: len(row.registers)] if row else []
        said[key] = found + [None] * (3 - len(found))
    if "power" in rows:
        said["power_mw"] = shown(rows["power"], sum(reading.power_w), 1_000)
    else:
        said["power_mw"] = sum(shown(rows["phase_power"], w, 1_000) for w in reading.power_w)
    for quantity in ("import", "export"):
        row = rows.get(quantity)
        value = getattr(reading, f"{quantity}_wh")
        said[f"{quantity}_wh"] = shown(row, value, 1) if row else None
    return said


def feeds(name):
    """FEEDS as this meter can show it: one that has no sign counts up."""
    power = next(row for row in table()[name] if row.quantity in ("power", "phase_power"))
    if power.type[0] == "u":
        return FEEDS._replace(power_w=DRAWS.power_w)
    return FEEDS


def serial(name):
    """What it says of itself."""
    rows = [row for row in table()[name] if row.quantity == "serial"]
    if not rows:
        return ""
    return Identity().serial[:SHORT] if rows[0].type == "low" else Identity().serial


async def said_by(name, readings, without=()):
    """What the firmware says of a meter `name` at each of `readings`, and its serial number."""
    registers = Registers(name, Identity())
    registers.without = frozenset(without)
    line = mapfile.load(name, ".").serial
    now = [readings[0]]
    settings = (line["address"], line["baud"], line["parity"], line["stop"])
    said = []
    async with (
        MeterSlave(lambda: now[0], *settings, registers=registers) as slave,
        polling(slave.path, name, pause_ms=10) as polls,
    ):
        for reading in readings:
            now[0] = reading
            await polls.next()  # may have begun before
            report = await polls.next()
            assert report["good"], (name, report["reason"], report["code"])
            said.append(report)
    return said


async def for_all(check):
    places = asyncio.Semaphore(AT_ONCE)

    async def one(name):
        async with places, asyncio.timeout(DEADLINE_S):
            await check(name)

    async with asyncio.TaskGroup() as tasks:
        for name in MAPS:
            tasks.create_task(one(name))


def test_every_map_has_a_published_table():
    assert sorted(table()) == MAPS


def test_every_map_brings_exactly_what_the_meter_shows():
    async def check(name):
        wanted = [DRAWS, feeds(name)]
        for reading, said in zip(wanted, await said_by(name, wanted), strict=True):
            right = expected(name, reading)
            assert {key: said[key] for key in right} == right, name
            assert said["serial"] == serial(name), name

    asyncio.run(for_all(check))


def test_no_value_is_not_zero_on_any_map():
    quantities = ("voltage", "current", "phase_power", "power", "import", "export")

    async def check(name):
        (said,) = await said_by(name, [DRAWS], quantities)
        for key in expected(name, DRAWS):
            values = said[key] if isinstance(said[key], list) else [said[key]]
            assert all(value is None for value in values), (name, key)

    asyncio.run(for_all(check))
