"""The console of a real MicroPython process, on a pseudo-terminal, while a car charges."""

import asyncio
import os
import random

from console_lines import APART, BUS, COMMANDS, TRIALS, WAY, WRONG
from pilotwire.console import table
from plant import Cable, Car
from sitting import Ticks, bench, heap_used

_LINES = int(os.environ.get("LINES", "3000"))  # of noise; `make console-noise` has 20,000
_LINES_A_BLOCK = 12
_BLOCK = 192  # bytes of noise, before what they have made of the screen is read
_GIVES_BACK_BYTES = 20_000  # of the 32 KB that it takes, as sources and with 64 bits
_SLACK_BYTES = 2_048  # a collection looks through the stack too (docs/performance.md)


def test_every_command_is_driven_here():
    names = {row["name"] for row in table.rows()}
    driven = {
        row["name"]
        for line, _ in COMMANDS + TRIALS + WAY + BUS
        for row in [table.find(table.split(line.encode()))[0]]
    }
    assert names == driven | APART


def test_every_command_does_what_it_says_while_a_car_charges():
    async def run():
        async with bench() as (d, console):
            d.world.plug(Cable(32), Car())
            await d.charging()
            await console.opens()
            await console.does("limit 6000", "for the level installer")
            await console.becomes_installer(set_=True)
            for line, pattern in COMMANDS:
                await console.does(line, pattern)
            console.types("watch\r")
            await console.says("[AB C2].* mA, .*/.* mV")
            console.types("x")
            await console.says("desk> $")
            d.world.unplug()
            for name in ("pin.json", "config.json"):
                await d.operator.wait(
                    "event", lambda e, name=name: (e["event"], e.get("about")) == ("stored", name)
                )
            await console.becomes_installer(set_=False)
            console.types("reboot\r")
            await d.operator.until("state", lambda s: s["restart"] == "command")

    asyncio.run(run())


def test_what_is_wrong_is_refused_with_what_is_allowed():
    async def run():
        async with bench() as (d, console):
            await d.operator.wait("state", lambda s: s["state"] == "A1")
            await console.opens()
            await console.does("login", "No PIN is set yet")
            await console.becomes_installer(set_=True)
            for line, pattern in WRONG:
                await console.does(line, pattern)
            await console.does("logout", "Done")
            for tried in range(3):
                console.types("login\r")
                await console.says("PIN: $")
                console.types("000000\r")
                await console.says(f"The next try is possible in {30 if tried == 2 else 0} s")
            console.types("login\r")
            await console.says("Too many wrong PINs")
            state = await d.operator.wait("state", lambda s: s["state"] == "A1")
            assert state["limit"]["ma"] == 32_000

    asyncio.run(run())


def test_keys_edit_complete_and_recall():
    async def run():
        async with bench(lang="zh") as (_, console):
            console.types("\r")
            await console.says("充电桩 desk.*desk> $")
            console.types("lan\te\t\r")
            await console.says("Done")
            await console.says("desk> $")
            console.types("sta")
            console.types("\t\t")
            await console.says("start  status")
            console.types("tus\x01\x1b[C\x08s\x05\r")
            await console.says("vehicle +state")
            console.types("\x1b[A\r")
            await console.says("vehicle +state")
            console.types("停车场\x7f\x7f场\r")
            await console.says("停场: no such command")
            console.types("\x04")
            await console.says("The console is left")

    asyncio.run(run())


def noise(dice: random.Random) -> bytes:
    """A block of binary noise, or of lines that are nearly commands."""
    if dice.random() < 0.3:
        return dice.randbytes(_BLOCK)
    words = [word for row in table.rows() for word in row["name"].split(" ")]
    block = b""
    while len(block) < _BLOCK:
        line = " ".join([dice.choice(words), *(str(dice.randrange(10**6)) for _ in range(2))])
        ends = (b"\r", b"\t\r", b"\x1b[A\r", b" \xe4\xbd\xa0\r", b"\x1b[D\x17\r", b'"\r')
        block += line[: dice.randrange(len(line) + 1)].encode() + dice.choice(ends)
    return block


def test_noise_moves_neither_ring_0_nor_the_heap():
    async def run():
        dice = random.Random(12)
        async with bench(longest_s=300 + _LINES / 10) as (d, console):
            d.world.plug(Cable(32), Car())
            await d.charging()
            loaded, used = 0, []
            for _ in range(3):
                await console.opens()
                for line in ("status", "meter", "config get", "config diff", "why"):
                    await console.does(line, "")
                loaded = await heap_used(d)
                await console.leaves()
                used.append(await heap_used(d))
            ticks = Ticks(d.box.plant)
            for i in range(_LINES // _LINES_A_BLOCK):
                console.types(noise(dice))
                await console.answers(f"zz{i}zz")
                await ticks.go_on()
            await console.leaves()
            used.append(await heap_used(d))
            assert ticks.opened == 0
            result = (await d.operator.command("diagnostics"))["value"]
            assert result["restarts"] == 0
            assert used[2] <= loaded - _GIVES_BACK_BYTES, (loaded, used)
            assert used[-1] <= used[1] + _SLACK_BYTES, used
            assert used[2] <= used[1] + _SLACK_BYTES, used

    asyncio.run(run())
