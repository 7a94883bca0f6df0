"""A car charges: the firmware as a MicroPython process, from plugging in to the stored record."""

import asyncio

import pytest
from desk import desk
from plant import Cable, Car, World

BETWEEN_READINGS_WH = 1  # the register is kept in whole Wh


def charged_wh(world: World) -> float:
    return world.reading().import_wh


def test_a_charge_leaves_one_record_with_the_meters_energy():
    async def run():
        async with desk() as d:
            d.world.plug(Cable(20), Car())
            state = await d.charging()
            assert state["state"] == "C2"
            assert (state["limit"]["ma"], state["limit"]["by"]) == (20_000, "cable")
            assert (state["phases"], state["phases_used"]) == (3, 3)
            await d.registered(5)
            assert (await d.operator.command("limit", ma=10_000))["ok"]
            limit = (await d.operator.until("state", lambda s: s["limit"]["by"] == "operator"))[
                "limit"
            ]
            assert (limit["ma"], limit["set_ma"], limit["why"]) == (10_000, 10_000, "")
            assert limit["left_s"] <= 3_600
            assert (await d.operator.command("pause"))["ok"]
            await d.operator.until("state", lambda s: not s["closed"] and "paused" in s["why_not"])
            assert (await d.operator.command("resume"))["ok"]
            await d.operator.until("state", lambda s: s["closed"])
            d.world.car.stop()
            await d.operator.until("state", lambda s: s["state"] == "B2" and not s["closed"])
            d.world.unplug()
            record = await d.operator.charge()
            assert record["charge"] == record["seq"]
            assert record["reason"] == "unplugged"
            assert record["opened"] == "vehicle"
            assert record["energy"] == "measured"
            assert record["meter_serial"] == "19350042"
            assert record["openings"] == [["stopped", 1], ["vehicle", 1]]
            assert abs(record["wh"] - charged_wh(d.world)) <= BETWEEN_READINGS_WH
            await d.operator.until("state", lambda s: s["session"] is None and s["pending"] == 0)
            assert d.contactor.opened_under_load == 0
            assert len(d.operator.charges()) == 1

    asyncio.run(run())


def test_a_car_at_each_corner_of_its_tolerances_charges():
    async def charge(corner):
        async with desk(World(Car(**corner))) as d:
            await d.charging()
            d.world.car.stop()
            await d.operator.until("state", lambda s: not s["closed"])
            d.world.unplug()
            return (await d.operator.charge())["reason"]

    async def run():
        return await asyncio.gather(*(charge(corner) for corner in Car.corners()))

    assert asyncio.run(run()) == ["unplugged"] * 8


def test_a_broker_killed_in_mid_charge_touches_neither_the_charge_nor_the_record():
    async def run():
        async with desk() as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            operations = d.contactor.operations
            await d.broker.kill()
            before_wh = charged_wh(d.world)
            async with asyncio.timeout(60):
                while charged_wh(d.world) < before_wh + 10:
                    await asyncio.sleep(0.1)
            await d.broker.start()
            state = await d.operator.until("state", lambda s: s["closed"], 120)
            assert state["faults"] == []
            assert d.contactor.operations == operations
            await d.broker.kill()
            d.world.unplug()  # the charge ends while nobody listens
            async with asyncio.timeout(60):
                while d.contactor.coil:
                    await asyncio.sleep(0.1)
            await d.broker.start()
            record = await d.operator.charge(120)
            assert record["charge"] == record["seq"]
            assert abs(record["wh"] - charged_wh(d.world)) <= BETWEEN_READINGS_WH
            await d.operator.until("state", lambda s: s["pending"] == 0)

    asyncio.run(run())


@pytest.mark.parametrize("acknowledge", [True, False], ids=["acknowledged", "unconfirmed"])
def test_a_record_is_sent_until_it_is_confirmed(acknowledge):
    async def run():
        async with desk(acknowledge=acknowledge) as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            d.world.unplug()
            await d.operator.wait("tx")
            if acknowledge:
                await d.operator.wait(
                    "state", lambda s: s["pending"] == 0 and s["session"] is None
                )
                return
            again = await d.operator.until("tx", lambda record: record["seq"] == 1)
            assert again["kind"] == "start"  # which comes before the charge, and holds it up
            await d.box.firmware.cut()  # nor does a restart forget it
            await d.box.firmware.start()
            assert await d.operator.until("tx", lambda record: True) == again

    asyncio.run(run())


def test_power_lost_in_mid_charge_is_closed_by_the_meters_register():
    async def run():
        async with desk() as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            await d.registered(5)
            await d.box.firmware.cut()
            assert not d.contactor.coil
            d.world.advance(d.world.now_us + 60_000_000)  # a minute without power
            lost_wh = charged_wh(d.world)
            await d.box.firmware.start()
            record = await d.operator.charge()
            assert record["reason"] == "power-lost"
            assert abs(record["wh"] - lost_wh) <= BETWEEN_READINGS_WH
            await d.operator.until(
                "state", lambda s: s["closed"] and s["session"] != record["charge"]
            )
            d.world.unplug()
            second = await d.operator.until(
                "tx", lambda r: r["kind"] == "charge" and r["seq"] > record["seq"]
            )
            total_wh = record["wh"] + second["wh"]
            assert abs(total_wh - charged_wh(d.world)) <= 2 * BETWEEN_READINGS_WH

    asyncio.run(run())
