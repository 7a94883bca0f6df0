"""The link against a raw socket: lockstep, the dropped coil, one firmware at a time."""

import asyncio
import struct
from contextlib import asynccontextmanager

import pytest
from pilotwire.pilot import signals
from plant import Car, Link, World

DEADLINE_S = 60
ANSWER = struct.Struct("<11i")


class Firmware:
    """The other end of the wire."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    async def tick(self, duty, closed, outputs=0):
        self.writer.write(struct.pack("<iii", duty, closed, outputs))
        answer = await asyncio.wait_for(self.reader.readexactly(ANSWER.size), DEADLINE_S)
        elapsed_ms, *inputs = ANSWER.unpack(answer)
        assert elapsed_ms == 10
        return inputs

    async def hung_up_on(self):
        return await asyncio.wait_for(self.reader.read(), DEADLINE_S) == b""

    def die(self):
        self.writer.transport.abort()


async def until(condition):
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def linked(world):
    link = Link(world)
    port = await link.start()
    clients = []

    async def connect():
        client = Firmware(*await asyncio.open_connection("127.0.0.1", port))
        clients.append(client)
        return client

    try:
        yield link, connect
    finally:
        for client in clients:
            client.die()
        await link.stop()


def test_a_tick_is_10_ms_of_the_plant():
    async def run():
        world = World(Car())
        async with linked(world) as (link, connect):
            seen = []
            link.observers.append(lambda w: seen.append(w.now_us))
            firmware = await connect()
            for _ in range(99):
                await firmware.tick(2_666, 0)
            inputs = await firmware.tick(2_666, 0)
            assert seen == list(range(10_000, 1_010_000, 10_000))
            assert inputs[signals.CP_HIGH_MV] == 5_995
            for _ in range(2):
                await firmware.tick(2_666, 1)
            inputs = await firmware.tick(2_666, 1)
            assert inputs[signals.FEEDBACK] == 1
            assert world.now_us == 1_030_000

    asyncio.run(run())


def test_half_a_frame_is_waited_for():
    async def run():
        world = World()
        async with linked(world) as (_, connect):
            firmware = await connect()
            firmware.writer.write(struct.pack("<i", 2_666))
            await asyncio.sleep(0.05)
            assert world.now_us == 0
            firmware.writer.write(struct.pack("<ii", 0, 0))
            await until(lambda: world.now_us == 10_000)

    asyncio.run(run())


def test_a_dead_firmware_drops_the_coil_and_stops_time():
    async def run():
        world = World(Car())
        async with linked(world) as (_, connect):
            firmware = await connect()
            for _ in range(500):
                await firmware.tick(2_666, 1)
            assert world.current_ma()[0] > 0
            firmware.die()
            await until(lambda: not world.contactor.coil)
            assert world.pilot.duty == 10_000
            assert world.now_us == 5_000_000
            assert world.contactor.closed  # its break time passes with the next firmware
            firmware = await connect()
            await firmware.tick(10_000, 0)
            inputs = await firmware.tick(10_000, 0)
            assert inputs[signals.FEEDBACK] == 0
            assert world.contactor.opened_under_load == 1

    asyncio.run(run())


def test_the_other_outputs_reach_the_lock_and_the_residual_current_device():
    async def run():
        world = World(Car())
        async with linked(world) as (_, connect):
            firmware = await connect()
            assert (await firmware.tick(10_000, 0))[signals.LOCK] == 0
            for _ in range(30):
                await firmware.tick(10_000, 0, 1 << signals.OUT_LOCK)
            assert (await firmware.tick(10_000, 0, 1 << signals.OUT_LOCK))[signals.LOCK] == 1
            for _ in range(10):
                await firmware.tick(10_000, 0, 1 << signals.OUT_RCD_TEST)
            assert any([(await firmware.tick(10_000, 0))[signals.RCD] for _ in range(60)])

    asyncio.run(run())


def test_a_second_firmware_waits_for_the_first_to_leave():
    async def run():
        world = World()
        async with linked(world) as (_, connect):
            first = await connect()
            await first.tick(10_000, 0)
            second = await connect()
            answer = asyncio.create_task(second.tick(2_666, 0))
            await first.tick(10_000, 0)
            await asyncio.sleep(0.05)
            assert not answer.done()
            assert world.now_us == 20_000
            first.die()
            inputs = await answer
            assert inputs[signals.CP_LOW_MV] == -12_000

    asyncio.run(run())


@pytest.mark.parametrize(
    "frame",
    [(-1, 0, 0), (10_001, 1, 0), (2_666, 2, 0), (2_666, -1, 0), (2_666, 1, 8), (2_666, 1, -1)],
)
def test_a_frame_that_no_firmware_sends_ends_the_connection(frame):
    async def run():
        world = World()
        async with linked(world) as (link, connect):
            firmware = await connect()
            await firmware.tick(2_666, 1)
            firmware.writer.write(struct.pack("<iii", *frame))
            assert await firmware.hung_up_on()
            assert link.refused == 1
            assert world.now_us == 10_000
            assert not world.contactor.coil
            assert world.pilot.duty == 10_000

    asyncio.run(run())


def test_stopping_hangs_up_on_everyone():
    async def run():
        world = World()
        async with linked(world) as (link, connect):
            first = await connect()
            await first.tick(2_666, 1)
            second = await connect()
            await asyncio.wait_for(link.stop(), DEADLINE_S)
            assert await first.hung_up_on()
            assert await second.hung_up_on()
            assert not world.contactor.coil

    asyncio.run(run())
