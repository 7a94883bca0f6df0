"""Parts tried out at the console, the way to the broker, the bus, records and Python."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from console_lines import BROKERS, BUS, PYTHON, TRIALS, WAY
from pilotwire_cli.main import app
from plant import Cable, Car
from sitting import Ticks, bench
from typer.testing import CliRunner


@asynccontextmanager
async def somebody(answers: bytes | None) -> AsyncIterator[int]:
    """The port of one who answers so, and hangs up; None: who says nothing."""

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        if answers is None:
            await reader.read(100)  # until the other one has gone
        else:
            writer.write(answers)
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def test_parts_are_tried_out_where_nobody_charges():
    async def run():
        async with bench() as (d, console):
            await d.operator.wait("state", lambda s: s["state"] == "A1")
            await console.opens()
            await console.does("contactor test", "for the level installer")
            await console.becomes_installer(set_=True)
            for line, pattern in TRIALS:
                await console.does(line, pattern)
            await console.does("contactor", "auxiliary contact 0, closings 1")
            d.world.plug(Cable(32), Car())
            await d.charging()
            for line, _ in TRIALS:
                await console.does(line, "Refused: occupied")
            await console.does("contactor", r"closed \+, auxiliary contact 1, closings 2")
            assert not d.contactor.opened_under_load

    asyncio.run(run())


def test_the_way_to_the_broker_is_tried_step_by_step():
    async def run():
        async with bench() as (d, console):
            await d.operator.wait("state", lambda s: s["state"] == "A1")
            await console.opens()
            await console.becomes_installer(set_=True)
            for line, pattern in WAY:
                await console.does(line, pattern)
            for answers, pattern in BROKERS:
                async with somebody(answers) as port:
                    await console.does(f"mqtt set 127.0.0.1 {port}", "Noted")
                    await console.does("mqtt test", pattern)
            await console.does("config set mqtt_tls on", "Noted")
            await console.does("mqtt test", "FAILED at tls:files. ca.der is missing")

    asyncio.run(run())


def test_the_meters_bus_is_looked_at_and_given_back():
    async def run():
        async with bench() as (d, console):
            await d.operator.wait("state", lambda s: s["state"] == "A1")
            await console.opens()
            await console.becomes_installer(set_=True)
            for line, pattern in BUS:
                await console.does(line, pattern)
            console.types("meter scan\r")
            await console.says("asking addresses 1 to 3 at")
            console.types("x")
            await console.says("desk# $")
            asked = d.box.meter.requests
            await d.operator.until(
                "state", lambda s: s["meter"] == "" and d.box.meter.requests > asked
            )
            d.world.plug(Cable(32), Car())
            await d.charging()
            await console.does("meter scan", "Refused: occupied")

    asyncio.run(run())


def test_records_are_exported_whole_and_a_factory_reset_keeps_them(tmp_path):
    async def run():
        async with bench() as (d, console):
            d.world.plug(Cable(32), Car())
            await d.charging()
            d.world.unplug()
            await d.operator.wait("state", lambda s: s["state"] == "A1" and s["session"] is None)
            await console.opens()
            await console.becomes_installer(set_=True)
            code = console.code
            console.types("records export\r")
            await console.says(r"export\r+\n((?:\{.*\}\r+\n)+)desk# $")
            lines = re.findall(r"\{.*\}", console.before)
            (tmp_path / "export.jsonl").write_text("\n".join(lines))
            verified = CliRunner().invoke(
                app, ["records", "verify", str(tmp_path / "export.jsonl")]
            )
            assert verified.exit_code == 0, verified.output
            await console.does("records export 9999", "no such record")
            await console.does("factory-reset", "for the level factory")
            await console.enters("login factory", "CODE: $", "0" * 16)
            await console.says("Wrong PIN.*desk# $")
            await console.enters("login factory", "CODE: $", code)
            await console.says("desk! $")
            await console.enters("factory-reset", "id: $", "another")
            await console.says("Not done: that is not desk.*desk! $")
            assert (d.box.root / "config.json").exists()
            await console.enters("factory-reset", "id: $", "desk")
            await console.says("Done")
            for _ in range(30):  # until it has started anew, as a box without a name
                console.types("\r")
                if await console.shows("Pilotwire, box (?!desk)"):
                    break
            else:
                raise AssertionError("it has not started anew")
            kept = {path.name for path in d.box.root.iterdir()}
            assert {"pin.json", "journal"} <= kept
            assert not kept & {"config.json", "config.good.json"}

    asyncio.run(run())


def test_python_scripts_the_live_box_and_blocks_nobody():
    async def run():
        async with bench() as (d, console):
            d.world.plug(Cable(32), Car())
            await d.charging()
            await console.opens()
            await console.becomes_installer(set_=True)
            console.types("repl\r")
            await console.says(">>> $")
            ticks = Ticks(d.box.plant)
            for line, answer in PYTHON:
                console.types(line + "\r")
                await console.says(answer + r".*(>>>|\.\.\.) $")
            state = await d.operator.wait("state", lambda s: s["limit"]["ma"] == 9_000)
            assert (state["closed"], ticks.opened) == (True, 0)
            console.types("exit()\r")
            await console.says("desk# $")

    asyncio.run(run())


def test_a_board_may_have_no_python_prompt():
    async def run():
        async with bench(board={"repl": False}) as (_, console):
            await console.opens()
            await console.becomes_installer(set_=True)
            await console.does("repl", "no Python prompt")

    asyncio.run(run())
