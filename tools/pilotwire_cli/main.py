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


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="a trace, as the box published it")],
) -> None:
    """What a box recorded, run through the same guard: what happened, and what differs.

    Exit code 0: this guard decides as the box did. 1: it does not. 2: the file is no trace.
    """
    from replay.report import report

    raise typer.Exit(report(file))


@app.command()
def sim(
    seed: Annotated[int, typer.Option(help="which run")] = 1,
    hours: Annotated[float, typer.Option(help="of chaos, before all is mended")] = 2,
    trace: Annotated[bool, typer.Option("--trace", help="print what happens")] = False,
    off: Annotated[list[str] | None, typer.Option(help="a kind that takes no part")] = None,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="find the fewest kinds that break the same rule")
    ] = False,
) -> None:
    """One run of the whole firmware in virtual time, with all that goes wrong in it.

    Exit code 0: every rule held. 1: one was broken.
    """
    from simulation.report import report

    raise typer.Exit(report(seed, hours, frozenset(off or ()), trace, shrink))
