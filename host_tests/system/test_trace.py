"""A trace by command from the firmware as a process, run through the guard here."""

import asyncio
import json

from desk import desk
from plant import Cable, Car
from replay import load, replay


def test_a_trace_of_a_charge_explains_every_decision(tmp_path):
    file = tmp_path / "trace.jsonl"

    async def run():
        async with desk() as d:
            await d.operator.wait("state")
            assert (await d.operator.command("trace", kb=0))["reason"] == "none"
            assert (await d.operator.command("trace", kb=4))["ok"]
            d.world.plug(Cable(20), Car())
            await d.charging()
            assert (await d.operator.command("limit", ma=10_000))["ok"]
            await d.operator.until("state", lambda s: s["offered_ma"] == 9_996 and s["trace"])
            d.world.unplug()
            await d.operator.until("state", lambda s: not s["closed"])
            await d.operator.charge()
            assert (await d.operator.command("trace", kb=0))["ok"]
            await d.operator.until("state", lambda s: not s["trace"])
            await d.operator.wait("trace", lambda line: "entries" in line)
            await asyncio.sleep(1)
            file.write_text("\n".join(json.dumps(line) for line in d.operator.of("trace")))

    asyncio.run(run())
    closed = set()
    for trace in load(file):
        for step in replay(trace):
            assert step.differences == []
            closed.add(step.guard._sequence.closed)
    assert closed == {0, 1}
