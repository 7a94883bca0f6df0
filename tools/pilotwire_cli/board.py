"""`pilotwire board`: boards as data."""

from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer(no_args_is_help=True, help="A board as data: boards/README.md.")


@app.command("list", epilog="Example: pilotwire board list")
def names(as_json: Json = False) -> None:
    """The boards that this checkout knows."""
    from board_check.report import listed

    raise typer.Exit(listed(as_json))


@app.command(epilog="Example: pilotwire board check pico_w")
def check(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="one of list, or a folder")],
    as_json: Json = False,
) -> None:
    """Whether a board's data can be true: pins, ADC, buses, dividers, capabilities.

    Exit code 0: nothing is wrong, though there may be warnings. 1: something is. 2: no such board.
    """
    from board_check.report import checked

    raise typer.Exit(checked(name, as_json))


@app.command(epilog="Example: pilotwire board divider 100k 28k2 22k")
def divider(
    to_pilot: Annotated[str, typer.Argument(help="from the pilot to the ADC's pin, as in 100k")],
    to_supply: Annotated[str, typer.Argument(help="from 3.3 V to the pin")],
    to_ground: Annotated[str, typer.Argument(help="from ground to the pin, as in 28k2")],
    tolerance: Annotated[float, typer.Option(min=0, max=20, help="of the resistors, in %")] = 1.0,
    as_json: Json = False,
) -> None:
    """zero_mv and full_mv of three resistors, and what their tolerance costs.

    Exit code 2: that is no resistance.
    """
    from board_check.report import divided

    raise typer.Exit(divided([to_pilot, to_supply, to_ground], tolerance, as_json))


@app.command(
    context_settings={"ignore_unknown_options": True},
    epilog="Example: pilotwire board calibrate pico_w 11.9=12.0 -11.8=-12.0",
)  # -11.9 is no option
def calibrate(
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="one of list, or a folder")],
    says: Annotated[
        list[str],
        typer.Argument(
            metavar="SAYS=IS SAYS=IS",
            help="two volts that the box says, and what a voltmeter does",
        ),
    ],
    as_json: Json = False,
) -> None:
    """zero_mv and full_mv by measurement, at two voltages of the pilot that lie far apart.

    Exit code 1: that is no small correction, look at the wiring. 2: no such board, or no volts.
    """
    from board_check.report import calibrated

    raise typer.Exit(calibrated(name, says, as_json))
