"""The command `pilotwire`: reads the arguments, hands over, ends with the exit code."""

from pathlib import Path
from typing import Annotated

import typer
from rig.interpreter import ROOT

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


@app.callback()
def main() -> None:
    """Host tools of Pilotwire, the AC wallbox firmware in MicroPython."""


@app.command()
def demo(
    broker: Annotated[
        str, typer.Option(envvar="BROKER", help="host:port of a broker of your own", metavar="H:P")
    ] = "",
    picture: Annotated[Path, typer.Option(help="where the picture (PNG) goes")] = (
        ROOT / "build" / "demo" / "session.png"
    ),
) -> None:
    """A charging session on real MicroPython, in under a minute, with record and picture.

    Exit code 0: all went as it should. 1: something went wrong on the way. 2: it could not start.
    """
    from demo.run import run  # the other commands need not load its libraries

    raise typer.Exit(run(broker, picture))
