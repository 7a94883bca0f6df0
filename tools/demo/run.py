"""Puts the demo together: broker, plant, meter, firmware, operator, and the story they play."""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiomqtt
from office.operator import Operator
from plant import Meter, World
from rich.console import Console
from rig.box import Box
from rig.broker import broker
from rig.interpreter import NoInterpreter, interpreter
from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .lines import Lines, as_objects, in_words
from .recorder import Recorder
from .report import check_energy, line, record_lines
from .scenario import StepFailed, Story, View
from .screen import Screen

_METER_WH = 1_234_000  # a meter that has seen something of life
_CONNECT_S = 5
_FORGET_S = 5
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_NOTHING = "the demo has not begun"


class CannotStart(Trouble):
    """Something that the demo needs is not there."""

    def __init__(self, happened: str, do: str):
        super().__init__(WRONG, happened, _NOTHING, do)


def run(broker_at: str, picture: Path, as_json: bool) -> int:
    """The whole demo. `broker_at` is host:port, or "" for a broker of its own. Raises Trouble."""
    world = World(meter=Meter(_METER_WH))
    recorder = Recorder(world)
    try:
        interpreter()
        address = _address(broker_at) if broker_at else None
        _prepare(picture)
        record = _play(world, recorder, address, as_json)
    except NoInterpreter as error:
        raise CannotStart(str(error), "pilotwire doctor says what else is missing") from error
    except StepFailed as error:
        means = "the demo is over; every process it started has ended"
        raise Trouble(REFUSED, str(error), means, "run it again, and report what stays") from error
    except _Stopped as stopped:
        print("pilotwire demo: stopped; every process it started has ended", file=sys.stderr)
        return 128 + stopped.signal
    return _conclude(world, recorder, record, picture, as_json)


class _Stopped(Exception):
    """A signal asked the demo to end."""

    def __init__(self, number: int):
        self.signal = number


def _play(
    world: World, recorder: Recorder, address: tuple[str, int] | None, as_json: bool
) -> dict[str, Any]:
    """The session; its record. Raises CannotStart, StepFailed, _Stopped."""
    caught: list[int] = []

    async def play() -> dict[str, Any]:
        task = asyncio.current_task()
        assert task

        def stop(number: int) -> None:
            if not caught:  # a second signal must not stop the cleaning up
                task.cancel()
            caught.append(number)

        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        return await _session(world, recorder, address, as_json)

    try:
        return asyncio.run(play())
    except (asyncio.CancelledError, StepFailed):  # the terminal's ^C also ends the firmware
        if caught:
            raise _Stopped(caught[0]) from None
        raise


async def _session(
    world: World, recorder: Recorder, address: tuple[str, int] | None, as_json: bool
) -> dict[str, Any]:
    box_id = f"demo-{secrets.token_hex(2)}"  # a broker of one's own may know other boxes
    async with AsyncExitStack() as stack:
        host, port = address or await _own_broker(stack)
        if address:
            await _knock(host, port)
        operator = await stack.enter_async_context(Operator(box_id, port, host))
        operator.on_message = recorder.hear
        if address:
            stack.push_async_callback(_forget, operator)
        config = {"id": box_id, "mqtt_host": host, "mqtt_port": port, "heartbeat_s": 2}
        try:
            box = await stack.enter_async_context(Box(world, config))
        except OSError as error:
            raise CannotStart(
                f"{interpreter()} does not start ({error.strerror})",
                "have MICROPYTHON name MicroPython's unix port",
            ) from error
        box.plant.observers.append(recorder)
        python = _near(interpreter())
        if as_json:
            objects({"box": box_id, "broker": f"{host}:{port}", "micropython": python})
        else:
            print(f"box {box_id}, broker {host}:{port}, MicroPython {python}", flush=True)
        view = _view(stack, recorder, as_json)
        return await Story(world, box.firmware, operator, recorder, view).tell()


def _view(stack: AsyncExitStack, recorder: Recorder, as_json: bool) -> View:
    console = Console()
    if as_json:
        return Lines(as_objects)
    if sys.stdout.isatty() and not console.is_dumb_terminal:
        return stack.enter_context(Screen(console, recorder))
    return Lines(in_words)


async def _own_broker(stack: AsyncExitStack) -> tuple[str, int]:
    """amqtt on a free port, even where mosquitto is installed: every demo is the same."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    try:
        await stack.enter_async_context(broker(port, "amqtt"))
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        raise CannotStart(
            f"the demo's own broker did not start on port {port} ({last})",
            "try again, or name a broker of your own with --broker host:port",
        ) from error
    return "127.0.0.1", port


async def _knock(host: str, port: int) -> None:
    try:
        async with aiomqtt.Client(host, port, timeout=_CONNECT_S):
            pass
    except aiomqtt.MqttError as error:
        raise CannotStart(
            f"no MQTT broker answers at {host}:{port} ({error})",
            "start one there that takes anonymous clients, or leave BROKER and --broker out: the "
            "demo brings its own",
        ) from error


async def _forget(operator: Operator) -> None:
    """Clear what the box leaves retained on a broker that lives on."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_FORGET_S):
            if operator.of("online"):
                await operator.wait("online", lambda online: online == 0)  # its last will
            for topic in ("online", "info", "state"):
                await operator.send(topic, b"", retain=True)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise CannotStart(f"--broker {text} is no host:port", "name one, as in 127.0.0.1:1883")
    return host, int(port)


def _prepare(picture: Path) -> None:
    """See that the picture can be written, before anybody has waited for it."""
    if picture.suffix != ".png":
        raise CannotStart(f"--picture {picture} is no PNG", "a name that ends in .png is wanted")
    try:
        picture.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        happened = f"--picture {picture} cannot be written ({error.strerror})"
        raise CannotStart(happened, "name another place") from error
    if picture.is_dir() or not os.access(picture.parent, os.W_OK):
        raise CannotStart(f"--picture {picture} cannot be written", "name another place")


def _conclude(
    world: World, recorder: Recorder, record: dict[str, Any], picture: Path, as_json: bool
) -> int:
    """Print the record, check it against the plant, draw the picture; the exit code."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # its font cache is nobody's concern
    from .picture import draw  # matplotlib takes a second, and has nothing to do before the end

    plant_wh = recorder.last.energy_wh
    energy_good, energy_lines = check_energy(record, plant_wh)
    contactor = world.contactor
    stored = picture.with_suffix(".json")
    stored.write_text(json.dumps(record, indent=2) + "\n")
    draw(recorder.samples, recorder.events, picture)
    under_load = contactor.opened_under_load
    if as_json:
        plant = {"wh": plant_wh, "closings": contactor.operations, "opened_under_load": under_load}
        files = {"file": str(stored), "picture": str(picture)}
        objects({"record": record, "plant": plant, "agree": energy_good, **files})
    else:
        print("", *record_lines(record), *energy_lines, sep="\n")
        times = f"closed {contactor.operations} times, opened under load {under_load} times"
        print(line("contactor", times))
        print(line("JSON", _near(stored)))
        print(line("picture", _near(picture)), flush=True)
    return DONE if energy_good and not under_load else REFUSED


def _near(path: Path) -> str:
    """`path` as seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
