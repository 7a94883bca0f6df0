"""`pilotwire sim`: a box to play with, many of them, and seeded runs in virtual time."""

from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer(no_args_is_help=True, help="Simulated boxes (docs/sim-box.md).")


@app.command(epilog="Example: pilotwire sim box --keys 'p....u.q'")
def box(
    folder: Annotated[
        Path | None,
        typer.Argument(help="its flash, kept; one that goes at the end if left out"),
    ] = None,
    broker: Annotated[
        str,
        typer.Option(metavar="HOST:PORT", help="of your own; else one is started beside it"),
    ] = "",
    blank: Annotated[
        bool, typer.Option("--blank", help="as from the maker: nothing is configured")
    ] = False,
    keys: Annotated[
        str, typer.Option(help="press these first, as in p...u; a point waits a second")
    ] = "",
    for_s: Annotated[
        float, typer.Option("--for", min=0, help="end after so many seconds; 0: never")
    ] = 0,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="of the console's bridge; 0: a free one")
    ] = 0,
    as_json: Json = False,
) -> None:
    """A box to play with: real firmware, the plant beside it, and keys for your hands.

    Without a terminal it prints lines, and takes a script on standard input (docs/sim-box.md).
    Exit code 0: ended by q, --for or a signal. 1: the firmware has ended, or what a script waited
    for has not come. 2: it could not start.
    """
    from sim_box.play import Wish, play

    raise typer.Exit(play(Wish(folder, broker, blank, keys, for_s, port, as_json)))


@app.command(epilog="Example: pilotwire sim fleet 2 --for 5")
def fleet(
    boxes: Annotated[int, typer.Argument(min=1, max=5_000, help="how many")],
    broker: Annotated[
        str,
        typer.Option(metavar="HOST:PORT", help="of your own; else one is started beside them"),
    ] = "",
    models: Annotated[
        bool, typer.Option("--models", help="light ones, for a backend; no firmware in them")
    ] = False,
    seed: Annotated[int, typer.Option(help="which cars come, and when")] = 1,
    for_s: Annotated[
        float, typer.Option("--for", min=0, help="end after so many seconds; 0: never")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Many boxes at one broker, cars coming and going.

    Exit code 0: ended by --for or a signal. 1: a firmware has ended. 2: they could not start.
    """
    from sim_box.fleet import Wish
    from sim_box.fleet import fleet as start

    raise typer.Exit(start(Wish(boxes, broker, models, seed, for_s, as_json)))


@app.command(epilog="Example: pilotwire sim run --seed 7 --hours 0.1")
def run(
    seed: Annotated[int, typer.Option(help="which run")] = 1,
    hours: Annotated[float, typer.Option(help="of chaos, before all is mended")] = 2,
    trace: Annotated[bool, typer.Option("--trace", help="print what happens")] = False,
    off: Annotated[list[str] | None, typer.Option(help="a kind that takes no part")] = None,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="find the fewest kinds that break the same rule")
    ] = False,
    as_json: Json = False,
) -> None:
    """One run of the whole firmware in virtual time, with all that goes wrong in it.

    Exit code 0: every rule held. 1: one was broken. 2: there is no such kind.
    """
    from simulation.report import report

    raise typer.Exit(report(seed, hours, frozenset(off or ()), trace, shrink, as_json))
