"""The console of a real MicroPython process, on a pseudo-terminal, while a car charges."""

import asyncio
import os
import random
import re
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from desk import Desk, desk
from pexpect import TIMEOUT
from pexpect.fdpexpect import fdspawn
from pilotwire.console import table
from pilotwire_cli.main import app
from plant import Cable, Car
from plant.link import Link
from typer.testing import CliRunner

PIN = "271828"
_LONGEST_S = 150  # a meter is asked for every map
_LINES = int(os.environ.get("LINES", "3000"))  # of noise; `make console-noise` has 20,000
_LINES_A_BLOCK = 12
_BLOCK = 192  # bytes of noise, before what they have made of the screen is read
_GIVES_BACK_BYTES = 20_000  # of the 32 KB that it takes, as sources and with 64 bits
_SLACK_BYTES = 2_048  # a collection looks through the stack too (docs/performance.md)

# What each command takes, and what it then says.
COMMANDS = (
    ("help", "status +the box at a glance"),
    ("help config", r"config set key=key value=text\(128\)"),
    ("status", r"vehicle +state C2, Charging, contactor \+"),
    ("why", "box +allows 32000 mA"),
    ("faults", "No fault"),
    ("selftest", "pilot +good"),
    ("limit 10000 60", "Done"),
    ("override true", "Done"),
    ("override false", "Done"),
    ("phases 3", "Refused: not-fitted"),
    ("clear-faults", "Done"),
    ("config get", 'zone = ""'),
    ("config get mqtt_port", r"mqtt_port = \d+"),
    ('config set location "bay 7"', "Noted"),
    ("wifi set home keep-it-secret", "Noted"),
    ("mqtt set 127.0.0.1", "Noted"),
    ("config diff", r'wifi_key: "" becomes "\*\*\*"'),
    ("config save", "as soon as the contactor is open"),
    ("wifi", "host 127.0.0.1"),
    ("mqtt", r"127.0.0.1:\d+: \w+, connections 1"),
    ("time set 1800000000", "Done"),
    ("time", "2027-01-15 08:0"),
    ("meter", "sdm630, serial .*register [0-9]+ Wh"),
    ("charges 3", "None of the last records"),
    ("pilot", "state C2, duty"),
    ("contactor", r"closed \+, auxiliary contact 1, closings 1"),
    ("rcd", "tripped 0"),
    ("lock", "fitted"),
    ("log", r"info +link connected.*info +closed.*entries since the start"),
    ("log 3 error", "Nothing is there"),
    ("log kept", "Nothing is there"),
    ("log snapshot", "no such snapshot"),
    ("mem", "heap: [0-9]+ bytes free"),
    ("trace start 4", "Done"),
    ("trace stop", '"entries"'),
    ("lang zh", "完成"),
    ("faults", "没有故障"),
    ("lang en", "Done"),
    ("unlock", "Refused: not-fitted|Done"),
    ("seal", "Nothing is sealed"),
    ("unseal", "Nothing is sealed"),
    ("commission nowhere", r"step: identity\|meter"),
    ("pause", "Done"),
    ("resume", "Done"),
    ("stop", "Done"),
    ("start", "Done"),
    ("logout", "Done"),
)
# What ring 0 tries out where nobody charges, and what is then said.
TRIALS = (
    ("contactor test", r"Passed.*made in \d+ ms, broke in \d+ ms"),
    ("pilot test", r"Passed.*driven 100.00 %.*driven +0.00 %.*-1[12]\d+ mV.*driven +10.00 %"),
    ("rcd test", r"Passed.*tripped after \d+ ms, let go after \d+ ms"),
    ("lock test", r"Passed.*locked after \d+ ms, free after \d+ ms"),
)
# The way to the broker, with a car there: steps, and which one fails.
WAY = (
    ("wifi scan", "no radio"),
    ("wifi test", r"host 127.0.0.1.*dns +127.0.0.1 = 127.0.0.1.*Passed"),
    ("mqtt test", r"dns +127.*tcp +127.0.0.1:\d+, \d+ ms.*mqtt +CONNACK 0.*Passed"),
    ("mqtt set 127.0.0.1 1", "Noted"),
    ("mqtt test", r"dns +127.*FAILED at tcp: .*Nobody takes a connection"),
    ("mqtt set no.such.name.invalid", "Noted"),
    ("mqtt test", r"FAILED at dns: "),
    ('config set mqtt_host ""', "Noted"),
    ("mqtt test", "none is configured"),
)
# Of the meter's bus, while nobody charges.
BUS = (
    ("meter scan 1 1 2", r"address 1, 9600 8N1: sdm630.*meter set sdm630 1 9600 N"),
    ("meter scan 2", "no bus 2"),
    ("meter read", r"sdm630 @1.*U  \[mV\] +230\d+ 230\d+ 230\d+.*voltage +good"),
    ("meter read em340 1 19200 N", r"em340 @1, 19200 8N1.*voltage +BAD"),
    ("meter read sdm120 2", r"sdm120 @2.*no reading \(timeout"),
    ("meter read nosuch", "Not accepted"),
    ("meter set em340 7 19200 E", "Noted"),
    ("config diff", r'meter: "sdm630" becomes "em340".*meter_parity: "" becomes "E"'),
    ("meter", r"sdm630, serial .*register [0-9]+ Wh"),
)
# Lines of the Python prompt while a car charges, and what is shown before the next prompt.
PYTHON = (
    ("evse.state()['closed']", "True"),
    ("evse.limit(ma=9000, ttl_s=600)", r"\{\}"),
    ("s = await evse.until(lambda s: s['limit']['ma'] == 9000, 20)", ""),
    ("s['limit']['ma']", "9000"),
    ("for i in range(3):", ""),
    ("    await asyncio.sleep(0.1)", ""),
    ("    print(i * 111)", ""),
    ("", r"0\s+111\s+222"),
    ("1 / 0", "ZeroDivisionError"),
    ("await evse.do('why')", "operator +allows 9000 mA"),
    ("evse.limit(ma=99999)", "Refused"),
)
APART = {
    "watch",
    "login",
    "pin set",
    "exit",
    "reboot",
    "records export",
    "factory-reset",
    "repl",
}  # what is more than a line and its answer
WRONG = (
    ("stat", "no such command"),
    ("config", "Which one: config get"),
    ("status now", "Usage: status"),
    ("limit", r"ma is missing: 0\.\.80000 wanted"),
    ("limit 80001", r"ma: 0\.\.80000 wanted"),
    ("limit 6A", r"ma: 0\.\.80000 wanted"),
    ("limit 6000 0", r"ttl_s: 1\.\.432000 wanted"),
    ("phases 2", r"n: 1\|3 wanted"),
    ("override maybe", r"on: true\|false wanted"),
    ("config get volume", "key: key wanted"),
    ("config set limit_ma 80001", "outside 0 to 80000"),
    ("config set limit_ma high", "limit_ma: int wanted"),
    ("config set ventilated 1", "ventilated: bool wanted"),
    ("config set profile iec", "none of"),
    ('config set zone "Europe/Berlin"', "Not accepted: zone"),
    ("config set zone", r"value is missing: text\(128\) wanted"),
    ('config set location "bay', "quotation mark"),
    ("wifi set " + "x" * 33 + " key", r"ssid: text\(32\) wanted"),
    ("wifi set home", r"key is missing"),
    ("mqtt set broker 0", r"port: 1\.\.65535 wanted"),
    ("time set 0", "unix: 1735689600"),
    ("charges 21", r"n: 1\.\.20 wanted"),
    ("meter scan 3", r"bus: 1\.\.2 wanted"),
    ("meter scan 1 0", r"first: 1\.\.247 wanted"),
    ("meter read sdm630 248", r"address: 1\.\.247 wanted"),
    ("meter read sdm630 1 9601", r"baud: 1200\|2400"),
    ("meter set", "map is missing"),
    ("meter set nosuch", "No such map.*sdm630"),
    ("meter set sdm630 1 9600 X", r"parity: N\|E\|O wanted"),
    ("trace start 33", r"kb: 1\.\.32 wanted"),
    ("trace stop", "No trace"),
    ("lang de", r"lang: en\|zh wanted"),
    ("config save", "Nothing has changed"),
)


# What takes our CONNECT and answers so, and what is then said.
BROKERS = (
    (b"\x20\x02\x00\x05", r"tcp .*FAILED at mqtt: refused:5. The broker does not permit"),
    (b"\x20\x02\x00\x04", r"tcp .*FAILED at mqtt: refused:4. mqtt_user"),
    (b"HTTP/1.1 400 Bad Request\r\n", r"tcp .*FAILED at mqtt: no-mqtt. .*not talk MQTT"),
    (b"", r"tcp .*FAILED at mqtt: closed. .*not talk MQTT"),
    (None, r"tcp .*FAILED at mqtt: timeout. No answer in time"),
)


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


class Console:
    """A person's end of the terminal. `code`: of the level factory, once it was shown."""

    code = ""

    def __init__(self, master: int):
        self._child = fdspawn(master, timeout=_LONGEST_S, encoding="utf-8")

    async def says(self, pattern: str) -> re.Match[str]:
        await asyncio.to_thread(self._child.expect, pattern)
        found = self._child.match
        assert isinstance(found, re.Match)
        return found

    async def does(self, line: str, pattern: str) -> None:
        """Enter a line; what it answers before the next prompt has the pattern."""
        self.types(line + "\r")
        await self.says(re.escape(line) + r"\r+\n")  # the echo
        await self.says(r"\ndesk[>#!] $")
        said = self._child.before or ""
        assert re.search(pattern, said, re.DOTALL), (line, said)

    def types(self, text: str | bytes) -> None:
        os.write(self._child.fileno(), text.encode() if isinstance(text, str) else text)

    async def enters(self, line: str, prompt: str, answer: str) -> None:
        """A line, and what it then asks for."""
        self.types(line + "\r")
        await self.says(prompt)
        self.types(answer + "\r")

    async def shows(self, pattern: str) -> bool:
        """Whether it says that within a second."""
        found = [pattern, TIMEOUT]
        return await asyncio.to_thread(self._child.expect, found, 1) == 0

    @property
    def before(self) -> str:
        """What the last `says` has found."""
        return str(self._child.after)

    async def opens(self) -> None:
        self.types("\r")
        await self.says("Pilotwire, box desk.*desk> $")

    async def leaves(self) -> None:
        self.types("\x15exit\r")
        await self.says(r"The console is left\.|已退出控制台。")

    async def becomes_installer(self, set_: bool) -> None:
        """By setting a PIN, or by the one that is set."""
        self.types("pin set\r" if set_ else "login\r")
        for prompt in (r"\(6\.\.12\): $", "PIN: $") if set_ else ("PIN: $",):
            await self.says(prompt)
            self.types(PIN + "\r")
        await self.says("desk# $")
        shown = re.search(r"not shown again: ([\d ]+)", self._child.before or "")
        self.code = shown[1] if shown else self.code

    async def answers(self, mark: str) -> None:
        """Whatever has been typed before: a command that there is not, until it is told so."""
        for _ in range(5):
            self.types(f"\x1b~\x15{mark}\r")
            await asyncio.to_thread(
                self._child.expect,
                [rf"{mark}(?!\r)", r"PIN \(6|PIN: |digits|位数字|left\.|已退出"],
            )
            if mark in str(self._child.after):
                return
        raise AssertionError(f"no answer to {mark}")


class Ticks:
    """Counts ring 0's, and those at which the contactor was open."""

    def __init__(self, plant: Link):
        self.opened = 0
        self._seen = asyncio.Event()
        plant.observers.append(self._tick)

    def _tick(self, world: Any) -> None:
        self._seen.set()
        self.opened += not world.contactor.closed

    async def go_on(self) -> None:
        """Wait for the next one."""
        self._seen.clear()
        await self._seen.wait()


@asynccontextmanager
async def bench(
    longest_s: float = 300, board: Any = None, **config: Any
) -> AsyncIterator[tuple[Desk, Console]]:
    """A desk whose box has a console."""
    master, slave = os.openpty()
    try:
        tty.setraw(slave)
        parts = {"console": os.ttyname(slave), "board": board}
        async with desk(config=config, parts=parts, longest_s=longest_s) as d:
            yield d, Console(master)
    finally:
        os.close(master)
        os.close(slave)


async def heap_used(d: Desk) -> int:
    """Bytes after a collection, the least of three looks."""
    found = [(await d.operator.command("diagnostics"))["value"]["heap_used"] for _ in range(3)]
    return min(found)


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
