"""energy/ as a MicroPython process on a pty, against the meter that pymodbus serves there."""

import asyncio

import pytest
from bench.polling import polling
from plant.meter import Reading
from plant.slave import FAULTS, MeterSlave

DEADLINE_S = 120
BAUD = 38_400

BEFORE = Reading(
    (230.1, 229.9, 231.25),
    (16.001, 0.0, 15.5),
    (3681.8, 0.0, -11.55),
    1.0,
    50.0,
    12_345_678.0,
    42.0,
)
AFTER = BEFORE._replace(voltage_v=(0.0, 229.0, 0.5), power_w=(1.0, 2.0, 3.5), import_wh=20e6)
SAID_BEFORE = {
    "voltage_mv": [230_100, 229_900, 231_250],
    "current_ma": [16_001, 0, 15_500],
    "power_mw": 3_670_250,
    "import_wh": 12_345_678,
    "export_wh": 42,
}
SAID_AFTER = {
    **SAID_BEFORE,
    "voltage_mv": [0, 229_000, 500],
    "power_mw": 6_500,
    "import_wh": 20_000_000,
}
# What is said of a meter that is lost by each fault: reason and exception code.
LOST_BY = {
    "silent": ("timeout", 0),
    "garbage": ("crc", 0),
    "wrong_crc": ("crc", 0),
    "half_frame": ("short", 0),
    "other_address": ("address", 0),
    "exception": ("exception", 6),
    "late": ("late", 0),
}


pytestmark = pytest.mark.usefixtures("micropython")


def in_time(story):
    return asyncio.run(asyncio.wait_for(story, DEADLINE_S))


def values(report):
    return {name: report[name] for name in SAID_BEFORE}


async def until(polls, wanted, said):
    """The first report that is `wanted`; all up to it hold one of the values in `said`."""
    while True:
        report = await polls.next()
        assert values(report) in said
        if wanted(report):
            return report


class Meter:
    """What the slave reads; `now` may be changed."""

    def __init__(self):
        self.now = BEFORE

    def __call__(self):
        return self.now


async def lost_and_found(fault):
    meter = Meter()
    async with MeterSlave(meter, baud=BAUD) as slave, polling(slave.path, baud=BAUD) as polls:
        await until(polls, lambda r: r["good"], [SAID_BEFORE])
        slave.fault = fault
        expected = LOST_BY[fault]
        said = [SAID_BEFORE]
        await until(polls, lambda r: r["lost"] and (r["reason"], r["code"]) == expected, said)
        slave.fault = None
        meter.now = AFTER
        said = [SAID_BEFORE, SAID_AFTER]
        report = await until(polls, lambda r: r["good"] and values(r) == SAID_AFTER, said)
        return not report["lost"] and report["reason"] == ""


def test_each_fault_has_its_reason_and_no_wrong_value_and_ends_by_itself():
    async def story():
        found = await asyncio.gather(*map(lost_and_found, LOST_BY))
        return dict(zip(LOST_BY, found, strict=True))

    assert in_time(story()) == dict.fromkeys(LOST_BY, True)
    assert set(LOST_BY) | {"echo"} == set(FAULTS)


def test_an_echo_of_the_request_is_no_fault():
    async def story():
        async with MeterSlave(Meter(), baud=BAUD) as slave:
            slave.fault = "echo"
            for most in (80, 2):
                async with polling(slave.path, baud=BAUD, most=most) as polls:
                    reports = [await polls.next() for _ in range(5)]
                assert [values(r) for r in reports if r["good"]] == [SAID_BEFORE] * 5

    in_time(story())


def test_replies_of_one_length_are_not_mixed_up_when_they_come_late():
    """Nine requests of two registers: each reply would fit any of them."""

    async def story(slave, polls):
        await until(polls, lambda r: r["good"], [SAID_BEFORE])
        for delay_s in (0.0, 0.1, 0.15, 0.2):  # a poll takes about 0.2 s
            await asyncio.sleep(delay_s)
            slave.fault = "late"
            await until(polls, lambda r: not r["good"], [SAID_BEFORE])
            slave.fault = None
            await until(polls, lambda r: r["good"], [SAID_BEFORE])

    async def stage():
        async with (
            MeterSlave(Meter(), baud=BAUD) as slave,
            polling(slave.path, baud=BAUD, most=2) as polls,
        ):
            await story(slave, polls)

    in_time(stage())


def test_firmware_may_die_in_mid_request_and_come_back():
    async def story():
        async with MeterSlave(Meter(), baud=BAUD) as slave:
            for _ in range(3):
                asked = slave.requests
                async with polling(slave.path, baud=BAUD) as polls:
                    assert (await polls.next())["good"]
                    while slave.requests < asked + 2:
                        await asyncio.sleep(0.001)

    in_time(story())


def test_slave_keeps_the_time_of_its_line():
    async def story():
        took_us = {}
        for baud in (2_400, 9_600):
            async with (
                MeterSlave(Meter(), baud=baud) as slave,
                polling(slave.path, baud=baud) as polls,
            ):
                took_us[baud] = (await polls.next())["took_us"]
                assert took_us[baud] >= slave.wire_s(8 + 157) * 1e6

    in_time(story())
