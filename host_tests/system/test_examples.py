"""Every sub-command has an example in its help, and every example is run here, as it stands and
with --json.

Ports and brokers stand for those of a simulated box, a stand-in for a board, and a meter on a
pseudo-terminal; files are made as the pages say that they come about.
"""

import asyncio
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pexpect.fdpexpect
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flashing import report as flashing_report
from journals import SECRET, Box
from packing import mpy
from pilotwire.record import seal
from pilotwire_cli import page, tree
from pilotwire_cli.main import app
from plant import World
from plant.slave import MeterSlave
from playing import PIN, played
from rig.interpreter import ROOT
from standin import StandIn
from typer.testing import CliRunner

EXAMPLES = {one.name: one for one in tree.commands()}
ELSEWHERE = {"demo": "test_demo.py"}  # takes a minute, and is run there as a stranger runs it
UNTIL_A_SIGNAL = ("box", "backend run", "site run")
# What an example ends with where that is not 0: the help says what it means. The report here is
# one that its box's records do not name.
ENDS_WITH = {"logs": (0, 1), "config diff": (0, 1), "doctor": (0, 1), "commission report": (1,)}
FIRST = ("config pull", "records pull", "trace", "provision make", "site run")  # others want files
MADE_ONCE = {"provision make": "boxes"}  # what a second run would find there, and refuse
QUIET = ("config diff", "config push", "logs")  # may have nothing to say
_LONGEST_S = 60
RUNS = "import time\ndef run(hal):\n    print('runs')\n    while True: time.sleep_ms(1)\n"


@pytest.fixture(scope="module")
def work(tmp_path_factory, micropython):
    """A folder with the files that examples name."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "boxes.csv").write_text("id,limit_ma\nbox-1,16000\n")
    began = 1_795_716_000  # 2026-11-26 18:00 UTC
    prices = [f"{began + 3_600 * hour},{0.1 + hour / 100}\n" for hour in range(20)]
    (folder / "prices.csv").write_text("start,price\n" + "".join(prices))
    shutil.copy(ROOT / "docs" / "site.toml", folder / "site.toml")
    day = [_minute(1_799_625_600 + 60 * n) for n in range(3)]  # a line comes each minute
    (folder / "day.jsonl").write_text("".join(json.dumps(line) + "\n" for line in day))
    box = Box(folder)
    for _ in range(2):
        box.charge()
    head = {"report": 1, "box": "box-1", "board": "host", "firmware": "0a0b0c0d", "sealed": {}}
    head |= {"installer": "A. Sparks", "unix": 1_800_000_000, "clock": "set"}
    (folder / "device.key").write_bytes(SECRET)
    (folder / "report.json").write_bytes(seal.sign(str(folder), {**head, "steps": {}}))
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "operator.pem").write_bytes(pem)
    (folder / "box-1").mkdir()
    (folder / "box-1" / "config.json").write_text(json.dumps({"id": "box-1"}))
    return folder


def _minute(unix):
    """A line of the log of `pilotwire site run`."""
    told = {"box-1": {"ma": 16_000, "wants_ma": 32_000, "why": "served"}}
    feeders = {"main": {"fuse_ma": 50_000, "load_ma": [1_000] * 3, "others_ma": [0] * 3}}
    return {"unix": unix, "kind": "minute", "who": "one", "boxes": told, "feeders": feeders}


@pytest.fixture(scope="module")
def box(work):
    """A simulated box that charges, with a PIN, called box-1."""
    with played("--port", "0", folder=work / "simulated") as one:
        one.does("until online", "plug", "until charging")
        one.charging()
        set_pin(one.pty)
        yield one


def set_pin(pty):
    terminal = os.open(pty, os.O_RDWR | os.O_NOCTTY)
    child = pexpect.fdpexpect.fdspawn(terminal, timeout=_LONGEST_S, encoding="utf-8")
    asked = (("", "> $"), ("pin set", r"12\): $"), (PIN, "PIN: $"), (PIN, "# $"), ("exit", "left"))
    for line, pattern in asked:
        child.send(line + "\r")
        child.expect(pattern)
    child.close()


@pytest.fixture(scope="module")
def board(work, micropython):
    """A stand-in for a board, and a build for it."""
    files = mpy.slot("pico_w")
    files["pilotwire/update/start.mpy"] = mpy.as_mpy(RUNS, "start.py")
    files["pilotwire/hal/rp2.mpy"] = mpy.as_mpy("Rp2 = None\n", "rp2.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mpy, "slot", lambda _: files)
        mpy.build("pico_w", work / "build" / "pico_w")
        patch.setattr(flashing_report, "BUILD", work / "build")
        with StandIn(work) as one:
            yield one


@pytest.fixture(scope="module")
def meter():
    """A meter's pseudo-terminal, in a loop of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    world = World()
    slave = MeterSlave(world.reading)
    asyncio.run_coroutine_threadsafe(slave.__aenter__(), loop).result(_LONGEST_S)
    yield slave
    asyncio.run_coroutine_threadsafe(slave.__aexit__(), loop).result(_LONGEST_S)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def in_order(names):
    return sorted(names, key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))


@pytest.mark.parametrize("option", [[], ["--json"]], ids=["in words", "as JSON"])
@pytest.mark.parametrize("name", in_order(EXAMPLES))
def test_every_commands_example_runs(name, option, work, request, monkeypatch):
    line = EXAMPLES[name].example
    assert line.startswith(f"pilotwire {name}"), f"`pilotwire {name}` has no example in its help"
    if name in ELSEWHERE:
        assert "PILOTWIRE" in (Path(__file__).parent / ELSEWHERE[name]).read_text()
        return
    if name in MADE_ONCE:
        shutil.rmtree(work / MADE_ONCE[name], ignore_errors=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("PILOTWIRE_PIN", PIN)
    arguments = [*shlex.split(in_place(line, request))[1:], *option]
    if name in UNTIL_A_SIGNAL:
        code, said = until_a_signal(arguments, work)
    else:
        result = CliRunner().invoke(app, arguments)
        code, said = result.exit_code, result.stdout
    assert code in ENDS_WITH.get(name, (0,)), said
    if option:
        found = [json.loads(one) for one in said.splitlines()]
        assert {type(one) for one in found} <= {dict}
        assert found or name in QUIET


def in_place(line, request):
    """The example, with what there is here in the place of what a reader has."""
    if "socket://127.0.0.1:4444" in line:
        line = line.replace("socket://127.0.0.1:4444", request.getfixturevalue("box").url)
    if "/dev/ttyACM0" in line:
        line = line.replace("/dev/ttyACM0", request.getfixturevalue("board").port)
    if "/dev/ttyUSB0" in line:
        line = line.replace("/dev/ttyUSB0", request.getfixturevalue("meter").path)
    if "backend" in line or "site run" in line:
        port = request.getfixturevalue("box").port
        line = line.replace(" --broker 127.0.0.1:1883", "") + f" --broker 127.0.0.1:{port}"
        if "begin" in line:
            line = line.partition(" --broker")[0]
        line = line.replace("box-1 limit", "sim-box limit").replace("why box-1", "why sim-box")
    return line


def until_a_signal(arguments, work):
    """(exit code, what it printed) after SIGTERM, which comes once it has said something."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pilotwire_cli", *arguments],
        cwd=work,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if "--json" in arguments else subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    with process.stdout:
        said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        said += process.stdout.read()
    return process.wait(_LONGEST_S), said


def test_every_command_has_json():
    assert [name for name, one in EXAMPLES.items() if "--json" not in one.options] == []


def test_every_command_says_what_its_exit_codes_mean():
    silent = {"board list"}
    found = [name for name, one in EXAMPLES.items() if not one.exits and name not in silent]
    assert found == []


def test_the_page_is_as_the_help_says():
    assert (ROOT / "docs/cli.md").read_text() == page.page(), "stale: make cli-page"


def test_completion_is_offered():
    asked = {
        "_PILOTWIRE_COMPLETE": "complete_bash",
        "COMP_WORDS": "pilotwire re",
        "COMP_CWORD": "1",
    }
    result = CliRunner().invoke(app, [], prog_name="pilotwire", env=asked)
    assert result.output.split() == ["records", "replay"]
