"""The command `pilotwire`: reads the arguments, hands over, ends with the exit code."""

from pathlib import Path
from typing import Annotated

import typer
from rig.interpreter import ROOT
from telling.output import Json

from .at_box import app as at_box
from .at_box import config
from .backend import app as backend
from .backend import why
from .board import app as board
from .commission import app as commission
from .meter import app as meter
from .offline import app as offline
from .provision import app as provision
from .records import app as records
from .root import Root
from .sim import app as sim
from .site import app as site

app = typer.Typer(cls=Root, no_args_is_help=True)
for group, name in (
    (at_box, None),
    (config, "config"),
    (provision, "provision"),
    (sim, "sim"),
    (meter, "meter"),
    (records, "records"),
    (backend, "backend"),
    (site, "site"),
    (board, "board"),
    (commission, "commission"),
    (offline, None),
):
    app.add_typer(group, name=name)
app.command(epilog="Example: pilotwire why --port socket://127.0.0.1:4444")(why)


@app.callback()
def main() -> None:
    """What goes with Pilotwire, the firmware of an AC wallbox; docs/cli.md has it on one page."""


@app.command(epilog="Example: pilotwire demo --picture build/demo/session.png")
def demo(
    broker: Annotated[
        str, typer.Option(envvar="BROKER", help="host:port of a broker of your own", metavar="H:P")
    ] = "",
    picture: Annotated[Path, typer.Option(help="where the picture (PNG) goes")] = (
        ROOT / "build" / "demo" / "session.png"
    ),
    as_json: Json = False,
) -> None:
    """A charging session on real MicroPython, in under a minute, with record and picture.

    Exit code 0: all went as it should. 1: something went wrong on the way. 2: it could not start.
    """
    from demo.run import run  # the other commands need not load its libraries

    raise typer.Exit(run(broker, picture, as_json))


@app.command(epilog="Example: pilotwire box box-1")
def box(
    folder: Annotated[Path, typer.Argument(help="its flash: config.json, certificates, records")],
    charges: Annotated[int, typer.Option(min=0, help="cars that come, one after the other")] = 1,
    wh: Annotated[int, typer.Option(min=1, help="that each of them takes at least")] = 20,
    as_json: Json = False,
) -> None:
    """A box at your broker: real firmware, simulated plant; until a signal comes.

    Exit code 0: ended by SIGTERM or SIGINT. 1: the firmware has ended. 2: it could not start.
    """
    from rig.simulated import run

    raise typer.Exit(run(folder, charges, wh, as_json))


@app.command(epilog="Example: pilotwire flash pico_w /dev/ttyACM0")
def flash(
    board: Annotated[str, typer.Argument(help="the folder in boards/ that was built")],
    port: Annotated[str, typer.Argument(help="/dev/ttyACM0, COM3, or a URL of pyserial's")],
    as_json: Json = False,
) -> None:
    """Put build/BOARD onto a board and start it: only what has changed, verified by its hash.

    The contactor opens first. After a pulled cable the same command goes on (docs/flashing.md).
    Exit code 0: done. 1: the board was refused, or failed. 2: there is no build. 3: no answer.
    """
    from flashing.report import flashed

    raise typer.Exit(flashed(board, port, as_json))


@app.command(epilog="Example: pilotwire doctor /dev/ttyACM0 --board pico_w")
def doctor(
    port: Annotated[str, typer.Argument(help="of a board; this computer if left out")] = "",
    board: Annotated[str, typer.Option(help="compare it with build/BOARD")] = "",
    as_json: Json = False,
) -> None:
    """What is missing, what that means and what to do: on this computer, or on a board, which
    opens its contactor for that and is started again.

    Exit code 0: nothing that matters. 1: something does. 2: there is no such build. 3: no answer.
    """
    from flashing.report import examined

    raise typer.Exit(examined(port, board, as_json))


@app.command(epilog="Example: pilotwire replay trace.jsonl")
def replay(
    file: Annotated[Path, typer.Argument(help="a trace, as the box published it")],
    as_json: Json = False,
) -> None:
    """What a box recorded, run through the same guard: what happened, and what differs.

    Exit code 0: this guard decides as the box did. 1: it does not. 2: the file is no trace.
    """
    from replay.report import report

    raise typer.Exit(report(file, as_json))
