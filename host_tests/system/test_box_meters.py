"""Meters in a box: one that only docs/meters.md describes, silent ones, one at the grid."""

import asyncio
import json
import re

from desk import desk
from pilotwire.energy import mapfile
from plant import Cable, Car, World
from plant.meter import Reading
from plant.registers import Registers, Row
from plant.slave import MeterSlave
from rig.interpreter import ROOT

PAGE = (ROOT / "docs" / "meters.md").read_text()
CUSTOM, CHANGED = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))

# What the page says that the manual says.
MANUAL = (
    Row(4, "voltage", (0x100, 0x101, 0x102), "u16", "big", 0.1),
    Row(4, "current", (0x103, 0x104, 0x105), "u16", "big", 0.01),
    Row(4, "power", (0x110,), "s32", "little", 1.0),
    Row(4, "import", (0x200,), "u32", "little", 100.0),
)
GRID = Reading(
    (231.0, 230.0, 229.0), (20.0, 1.0, 5.0), (-4600.0, 230.0, 1100.0), 1.0, 50.0, 5e6, 2e5
)


def test_a_custom_meter_works_by_its_page_alone():
    async def run():
        world = World()
        registers = Registers(rows=MANUAL)
        meter = MeterSlave(world.reading, baud=19_200, parity="E", registers=registers)
        parts = {"files": {"meter.json": CUSTOM}, "meter": meter}
        async with desk(world, {"meter": "custom"}, parts) as d:
            world.plug(Cable(32), Car())
            state = await d.charging()
            assert 225_000 < state["voltage_mv"][0] < 235_000
            assert state["phases_used"] == 3
            world.unplug()
            record = await d.operator.charge()
            assert (record["meter"], record["resolution_wh"]) == ("custom", 100)

    asyncio.run(run())


def test_the_pages_other_example_is_a_map_too(tmp_path):
    (tmp_path / "meter.json").write_text(json.dumps(CHANGED))
    table = mapfile.load("custom", str(tmp_path))
    assert 0x401E in [block[1] for block in table.blocks]


def test_the_page_lists_every_map_with_its_line():
    rows = dict(
        re.findall(r"^\| `([a-z0-9_]+)` \| [^|]+ \| (\d+ 8[NEO]\d) \| ", PAGE, re.MULTILINE)
    )
    for name in mapfile.names():
        serial = mapfile.load(name, ".").serial
        line = f"{serial['baud']} 8{serial['parity']}{serial['stop']}"
        assert rows.pop(name) == line, name
    assert not rows


def test_a_map_that_does_not_exist_is_named_and_charging_goes_on():
    async def run():
        async with desk(config={"meter": "sdm999"}) as d:
            d.world.plug(Cable(32), Car())
            state = await d.operator.wait("state", lambda s: s["closed"])
            assert state["config"] == "meter: no map sdm999"
            assert state["meter"] == "missing"

    asyncio.run(run())


def test_a_billed_charge_pauses_without_its_meter_and_goes_on_with_it():
    async def run():
        async with desk(config={"authorise": "remote"}) as d:
            d.world.plug(Cable(32), Car())
            await d.operator.wait("state", lambda s: s["state"] == "B1" and s["meter"] == "")
            await d.operator.command("start")
            await d.charging()
            d.box.meter.fault = "silent"
            state = await d.operator.until("state", lambda s: not s["closed"])
            assert "meter" in state["why_not"]
            assert state["meter"] == "timeout"
            d.box.meter.fault = None
            state = await d.operator.until("state", lambda s: s["closed"] and s["power_w"])
            assert not state["faults"]

    asyncio.run(run())


def test_a_free_charge_goes_on_without_its_meter():
    async def run():
        async with desk() as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            d.box.meter.fault = "silent"
            state = await d.operator.until("state", lambda s: s["power_w"] is None)
            assert (state["closed"], state["meter"]) == (True, "timeout")

    asyncio.run(run())


def test_the_grid_has_a_meter_of_its_own_on_a_bus_of_its_own():
    async def run():
        grid = MeterSlave(lambda: GRID, address=2, registers=Registers("em340"))
        config = {"grid_meter": "em340", "grid_bus": 2}
        async with desk(config=config, parts={"grid": grid}) as d:
            state = await d.operator.wait("state", lambda s: s["grid"] and "power_w" in s["grid"])
            assert state["grid"] == {
                "meter": "",
                "power_w": -3_270,
                "phase_power_w": [-4_600, 230, 1_100],
                "current_ma": [20_000, 1_000, 5_000],
                "voltage_mv": [231_000, 230_000, 229_000],
                "import_wh": 5_000_000,
                "export_wh": 200_000,
            }

    asyncio.run(run())
