"""A meter is found on a real line: by the command line, and by the same code on MicroPython."""

import asyncio
import sys
from pathlib import Path

from plant.meter import Reading
from plant.registers import Registers
from plant.slave import MeterSlave
from rig.interpreter import HEAP, environment

NOW = Reading(
    (230.1, 229.9, 231.2), (16.0, 0.0, 0.0), (3674.0, 0.0, 0.0), 0.998, 50.0, 1_234_500.0, 0.0
)
FOUND = "address 2, 19200 8N1: em340 (certain), serial 19350042"
PILOTWIRE = Path(sys.executable).with_name("pilotwire")
ON_THE_BOARD = """
import asyncio, sys, time
from pilotwire.energy import scan
def open_port(baud, parity, stop):
    return open(sys.argv[1], "r+b")
asyncio.run(scan.scan(open_port, time.ticks_ms, range(1, 3), print, ((19_200, "N", 1),)))
"""
DEADLINE_S = 120


async def output(*command, **options):
    """(what it printed, its exit code)"""
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=asyncio.subprocess.PIPE, **options
    )
    try:
        told, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    finally:
        if process.returncode is None:
            process.kill()
    return told.decode(), process.returncode


def with_a_meter(command, name="em340", **options):
    async def run():
        registers = Registers(name)
        async with MeterSlave(
            lambda: NOW, address=2, baud=19_200, registers=registers, strict="env" not in options
        ) as slave:
            return await output(*command(slave.path), **options)

    return asyncio.run(run())


def test_the_command_line_finds_it_and_how_it_is_set():
    told, code = with_a_meter(
        lambda path: (PILOTWIRE, "meter", "scan", path, "--first", 1, "--last", 2)
    )
    assert (told.splitlines()[-1], code) == (FOUND, 0)
    assert told.startswith("asking addresses 1 to 2 at 9600 8N1\n")


def test_the_same_code_finds_it_on_micropython(tmp_path, micropython):
    script = tmp_path / "scan.py"
    script.write_text(ON_THE_BOARD)
    command = (micropython, "-X", HEAP, script)
    told, code = with_a_meter(lambda path: (*command, path), env=environment())
    assert (told.splitlines()[-1], code) == (FOUND, 0)


def read(path, name):
    return PILOTWIRE, "meter", "read", path, name, "--address", 2, "--baud", 19_200


def test_the_command_line_reads_it():
    told, code = with_a_meter(lambda path: read(path, "em340"))
    assert code == 0
    assert "Carlo Gavazzi EM340, serial 19350042" in told
    assert "230.100 229.900 231.200 V" in told
    assert "1,234.500 kWh" in told


def test_the_command_line_says_what_is_not_plausible():
    told, code = with_a_meter(lambda path: read(path, "sdm630"))
    assert code == 1
    assert "voltage is not plausible" in told
