"""Records of a whole box: split by tariff, kept through a power cut, chained and sealed."""

import asyncio
import json
import shutil

from desk import desk
from jsonschema import Draft202012Validator
from pilotwire_cli.main import app
from plant import Cable, Car
from records.schema import schema
from typer.testing import CliRunner

TARIFF = {
    "periods": [["day", 65_000], ["night", 31_000]],
    "day": [["00:00", "night"]],
    "currency": "EUR",
    "zone": "60",
}
BILLED = {"authorise": "remote", "co2_instead_g_kwh": 1_000, "co2_grid_g_kwh": 400}
PARTS = {"files": {"tariff.json": TARIFF}, "fram": True}


def run(*arguments):
    result = CliRunner().invoke(app, ["records", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_billed_charge_that_the_power_ends_is_split_priced_and_verified(tmp_path):
    async def charge():
        async with desk(config=BILLED, parts=PARTS) as d:
            d.world.plug(Cable(32), Car())
            await d.operator.wait("state", lambda s: s["state"] == "B1")
            start = {"id": "s", "type": "start", "args": {"by": "04A1B2C3D4E5F6"}}
            await d.operator.send("cmd", json.dumps(start))
            await d.charging()
            await d.registered(5)
            await d.box.firmware.cut()
            d.world.advance(d.world.now_us + 60_000_000)
            true_wh = d.world.reading().import_wh
            await d.box.firmware.start()
            record = await d.operator.charge()
            wh = record["wh"]
            assert (record["auth"], record["by"]) == ("remote", "04A1B2C3D4E5F6")
            assert (record["reason"], record["energy"]) == ("power-lost", "measured")
            assert abs(wh - true_wh) <= 1
            assert (record["period_wh"], record["unsplit_wh"]) == ([0, wh], 0)
            assert record["amounts"] == [0, (wh * 31_000 + 500) // 1_000]
            assert record["co2_g"] == wh * 600 // 1_000
            assert record["limits"], "from the checkpoint in FRAM"
            await d.operator.until("state", lambda s: s["pending"] == 0)
            assert (await d.operator.command("records", first=1))["ok"]
            again = await d.operator.wait("records", lambda r: r["seq"] == record["seq"])
            assert again == record
            await d.box.firmware.cut()
            shutil.copytree(d.box.root, tmp_path / "box")
            return d.operator.of("tx")

    records = asyncio.run(charge())
    assert {record["kind"] for record in records} == {"start", "charge"}
    for record in records:
        Draft202012Validator(schema()).validate(record)
    published = tmp_path / "tx.jsonl"
    published.write_text("\n".join(map(json.dumps, records)))
    key = tmp_path / "box" / "device.key"
    for place in (published, tmp_path / "box"):
        code, output = run("verify", place, "--key", key)
        assert code == 0, output


def test_tariffs_of_a_billed_box_need_an_fram():
    async def charge():
        async with desk(config=BILLED, parts={**PARTS, "fram": False}) as d:
            state = await d.operator.wait("state")
            assert state["config"].startswith("tariff: several periods in a billed charge need")

    asyncio.run(charge())


def test_without_flash_a_billed_charge_is_refused_and_a_free_one_recorded_at_its_end():
    async def charge(config):
        async with desk(config=config) as d:
            await d.operator.wait("state")
            in_the_way = d.box.root / "journal" / "open.new"
            in_the_way.mkdir()
            d.world.plug(Cable(32), Car())
            if config:
                await d.operator.wait("state", lambda s: s["state"] == "B1")
                assert (await d.operator.command("start"))["ok"]
                state = await d.operator.wait("state", lambda s: s["journal"])
                assert "not-recorded" in state["why_not"]
                in_the_way.rmdir()
            state = await d.charging()
            assert bool(state["journal"]) == (not config)
            await d.registered(2)
            d.world.unplug()
            record = await d.operator.charge()
            assert abs(record["wh"] - d.world.reading().import_wh) <= 1
            assert record["charge"] == record["seq"]

    for config in (BILLED, {}):
        asyncio.run(charge(config))
