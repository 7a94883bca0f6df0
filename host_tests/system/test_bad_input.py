"""Bad input from every wire: charging goes on or does not start, with a reason; none is lost."""

import asyncio
import json

import pytest
from desk import desk, free_port
from plant import Cable, Car, World
from rig.box import Box

METER_REASONS = {
    "silent": {"timeout"},
    "garbage": {"crc", "address", "late"},
    "wrong_crc": {"crc", "late"},
    "half_frame": {"short", "late"},
    "other_address": {"address", "late"},
    "exception": {"exception", "late"},
}

BAD_COMMANDS = (
    (b"\xff\xfe", "malformed"),
    (b"[1, 2", "malformed"),
    (b"5", "malformed"),
    (b"{}", "malformed"),
    (b'{"id": "x1"}', "unknown"),
    (b'{"id": "x2", "type": "explode"}', "unknown"),
    (b'{"id": "x3", "type": "limit"}', "malformed"),
    (b'{"id": "x4", "type": "limit", "args": {"ma": "16000"}}', "range"),
    (b'{"id": "x5", "type": "limit", "args": {"ma": 80001}}', "range"),
    (b'{"id": "x6", "type": "limit", "args": {"ma": 6000, "amps": 6}}', "malformed"),
    (b'{"id": "x7", "type": "pause", "exp": 1000000000}', "expired"),
    (b'{"id": "x8", "type": "pause", "hurry": true}', "malformed"),
    (b"x" * 5_000, "oversized"),
)


@pytest.mark.parametrize("fault", METER_REASONS)
def test_a_meter_that_fails_in_mid_charge_is_named_and_does_not_stop_it(fault):
    async def run():
        async with desk() as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            operations = d.contactor.operations
            d.box.meter.fault = fault
            reasons = METER_REASONS[fault]
            state = await d.operator.until("state", lambda s: s["meter"] in reasons)
            assert state["closed"]
            d.box.meter.fault = None
            state = await d.operator.until("state", lambda s: s["meter"] == "" and s["power_w"])
            assert state["closed"]
            assert d.contactor.operations == operations
            d.world.unplug()
            record = await d.operator.charge()
            assert record["energy"] == "measured"
            assert abs(record["wh"] - d.world.reading().import_wh) <= 1

    asyncio.run(run())


def test_values_of_a_meter_that_is_lost_are_withdrawn():
    async def run():
        async with desk() as d:
            await d.operator.wait("state", lambda s: s["voltage_mv"])
            d.box.meter.fault = "silent"
            await d.operator.until("state", lambda s: s["voltage_mv"] is None)
            d.box.meter.fault = None
            await d.operator.until("state", lambda s: s["voltage_mv"] and s["meter"] == "")

    asyncio.run(run())


def test_a_box_whose_meter_never_answers_charges_and_says_unmetered():
    async def run():
        world = World()
        async with desk(world) as d:
            d.box.meter.fault = "silent"
            world.plug(Cable(32), Car())
            await d.operator.wait("state", lambda s: s["closed"])
            state = await d.operator.wait("state", lambda s: s["meter"] == "timeout")
            assert state["session"] is not None
            world.unplug()
            assert (await d.operator.charge())["energy"] in ("unmetered", "last-known")

    asyncio.run(run())


def test_a_billed_box_does_not_start_without_its_meter():
    async def run():
        async with desk(config={"meter_required": "always", "meter_address": 7}) as d:
            d.world.plug(Cable(32), Car())
            state = await d.operator.wait("state", lambda s: s["meter"] == "timeout")
            assert not state["closed"]
            assert "not-recorded" in state["why_not"]
            assert d.contactor.operations == 0

    asyncio.run(run())


def test_every_malformed_command_gets_one_result_and_changes_nothing():
    async def run():
        async with desk() as d:
            d.world.plug(Cable(32), Car())
            await d.charging()
            for payload, reason in BAD_COMMANDS:
                results = len(d.operator.of("cmdres"))
                await d.operator.send("cmd", payload)
                result = await d.operator.until("cmdres", lambda _: True)
                assert (result["ok"], result["reason"]) == (False, reason), payload
                assert len(d.operator.of("cmdres")) == results + 1
            pause = json.dumps({"id": "once", "type": "pause"})
            await d.operator.send("cmd", pause, retain=True)
            state = await d.operator.until("state", lambda s: not s["closed"])
            assert not state["enabled"]
            await d.operator.send("cmd", pause)
            result = await d.operator.until("cmdres", lambda r: not r["ok"])
            assert result["reason"] == "repeated"
            await d.box.firmware.cut()  # the retained command waits for the next connection
            await d.box.firmware.start()
            result = await d.operator.until("cmdres", lambda r: not r["ok"])
            assert (result["id"], result["reason"]) == ("once", "retained")
            await d.operator.until("state", lambda s: s["closed"])
            await d.operator.send("ack", b"{}")
            assert (await d.operator.until("cmdres", lambda r: not r["ok"]))[
                "reason"
            ] == "malformed"

    asyncio.run(run())


def test_a_broker_that_accepts_and_never_answers_does_not_keep_a_car_waiting():
    async def run():
        async def swallow(reader, writer):
            accepted.append(writer)
            while await reader.read(1_000):
                pass

        accepted = []
        server = await asyncio.start_server(swallow, "127.0.0.1", free_port())
        port = server.sockets[0].getsockname()[1]
        world = World(Car())
        async with server, Box(world, {"mqtt_port": port}) as box, asyncio.timeout(60):
            while not (accepted and world.reading().import_wh > 10):
                await asyncio.sleep(0.1)
            while "link: no-answer" not in box.firmware.output:
                await asyncio.sleep(0.1)
            assert world.contactor.closed

    asyncio.run(run())


def test_a_refused_configuration_is_named_and_the_last_good_one_is_used():
    async def run():
        async with desk(config={"limit_ma": 16_000}) as d:
            await d.operator.wait("state")
            good = json.loads((d.box.root / "config.json").read_text())
            await d.box.firmware.cut()
            d.box.configure({**good, "limit_ma": 32_000, "limit_a": 32})
            await d.box.firmware.start()
            state = await d.operator.until("state", lambda s: s["config"])
            assert state["config"] == "limit_a: unknown key"
            assert any("limit_a: unknown key" in line for line in d.box.firmware.output)
            d.world.plug(Cable(32), Car())
            state = await d.charging()
            assert (state["limit"]["ma"], state["limit"]["by"]) == (16_000, "box")

    asyncio.run(run())


def test_without_any_good_configuration_nothing_is_offered():
    async def run():
        world = World(Car())
        async with Box(world, None) as box:
            (box.root / "config.json").write_text('{"limit_ma": "32000"}')
            await box.firmware.cut()
            await box.firmware.start()
            world.advance(world.now_us + 10_000_000)
            async with asyncio.timeout(60):
                while not any("limit_ma" in line for line in box.firmware.output):
                    await asyncio.sleep(0.1)
            await asyncio.sleep(2)
            assert world.contactor.operations == 0
            assert world.pilot.duty == 10_000

    asyncio.run(run())
