"""The simulation's asyncio does in order and in time what MicroPython's does."""

import subprocess
from pathlib import Path

from rig.interpreter import environment
from simulation.tasks import Clock, Loop
from tasks_story import story

HERE = Path(__file__).parent


def _told_here():
    clock = Clock()
    loop = Loop(clock)
    told = []
    task = loop.create_task(story(loop, lambda: clock.now_us // 1_000, told.append))
    while not task.done():
        clock.now_us = clock.agenda.due_us
        clock.agenda.fire()
    return told, loop.errors


def test_tells_the_story_that_micropython_tells(micropython):
    command = [str(micropython), str(HERE / "tasks_micropython.py")]
    result = subprocess.run(
        command, env=environment(), cwd=HERE, capture_output=True, text=True, check=True
    )
    told, errors = _told_here()
    assert told == result.stdout.splitlines()
    assert told[-1].endswith("end")
    assert [error.args for error in errors] == [("on purpose",)]


def test_nothing_runs_once_the_power_is_gone():
    clock = Clock()
    loop = Loop(clock)
    told = []

    async def lasting():
        try:
            while True:
                await loop.sleep(1)
                told.append(clock.now_us)
        finally:
            await loop.sleep(1)  # a `finally` that wants to wait

    task = loop.create_task(lasting())
    for _ in range(3):
        clock.now_us = clock.agenda.due_us
        clock.agenda.fire()
    loop.stop()
    while clock.agenda.due_us < 1 << 60:
        clock.agenda.fire()
    assert told == [1_000_000, 2_000_000]
    assert task.done()


def test_a_blocked_loop_gives_nobody_a_turn():
    clock = Clock()
    loop = Loop(clock)
    woken = []

    async def sleeper():
        await loop.sleep(1)
        woken.append(clock.now_us)

    loop.create_task(sleeper())
    loop.block(5_000_000)
    while clock.agenda.due_us < 1 << 60:
        clock.now_us = clock.agenda.due_us
        clock.agenda.fire()
    assert woken[0] >= 5_000_000
