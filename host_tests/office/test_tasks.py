"""Tasks end although a cancellation gets lost, and those of a consumer too."""

import asyncio

import pytest
from backend.consumer import Consumer
from backend.log import Counts
from office import tasks
from office.tasks import end

LONGEST_S = 20


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(tasks, "_AGAIN_S", 0.01)


async def stubborn(losses):
    """Loses so many cancellations."""
    while True:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            losses -= 1
            if losses < 0:
                raise


async def begun(coroutine):
    task = asyncio.create_task(coroutine)
    await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("losses", [0, 1, 3])
def test_tasks_end_however_often_a_cancellation_is_lost(losses):
    async def story():
        found = [await begun(stubborn(n)) for n in (0, losses)]
        async with asyncio.timeout(LONGEST_S):
            await end(*found)
        assert all(task.cancelled() for task in found)

    asyncio.run(story())


def test_who_is_cancelled_while_he_ends_others_leaves_none_behind():
    async def story():
        one = await begun(stubborn(2))
        ending = await begun(end(one))
        ending.cancel()
        async with asyncio.timeout(LONGEST_S):
            await asyncio.wait([ending])
        assert one.done()
        assert ending.cancelled()

    asyncio.run(story())


@pytest.mark.parametrize("losses", [0, 1, 3])
def test_a_consumer_ends_though_its_client_has_lost_a_cancellation(losses, monkeypatch):
    async def story():
        consumer = Consumer(None, None, "group", Counts())
        monkeypatch.setattr(consumer, "_listen", lambda: stubborn(losses))
        work = await begun(consumer.run())
        await asyncio.sleep(0)
        async with asyncio.timeout(LONGEST_S):
            await end(work)

    asyncio.run(story())


def test_a_consumer_says_what_ended_it(monkeypatch):
    async def fails():
        raise ValueError("unusable")

    async def story():
        consumer = Consumer(None, None, "group", Counts())
        monkeypatch.setattr(consumer, "_listen", lambda: stubborn(1))
        monkeypatch.setattr(consumer, "_write", fails)
        with pytest.raises(ValueError, match="unusable"):
            await consumer.run()

    asyncio.run(story())
