"""`pilotwire meter`: reads the arguments, hands over, ends with the exit code."""

from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer(no_args_is_help=True, help="A meter at this computer's serial port.")


@app.command(epilog="Example: pilotwire meter scan /dev/ttyUSB0 --first 1 --last 1")
def scan(
    port: Annotated[str, typer.Argument(help="the adapter, /dev/ttyUSB0 or COM3")],
    first: Annotated[int, typer.Option(min=0, max=247, help="first address to ask")] = 0,
    last: Annotated[int, typer.Option(min=1, max=247, help="and the last")] = 247,
    as_json: Json = False,
) -> None:
    """Which meters are on the line: address, settings, type, and how sure that is.

    Without --first the likely addresses are asked first. Exit code 1: nobody answers.
    """
    from metering.report import scanned

    raise typer.Exit(scanned(port, range(first, last + 1) if first else None, as_json))


@app.command(epilog="Example: pilotwire meter read /dev/ttyUSB0 sdm630")
def read(
    port: Annotated[str, typer.Argument(help="the adapter, /dev/ttyUSB0 or COM3")],
    map_: Annotated[str, typer.Argument(metavar="MAP", help="as in docs/meters.md, or custom")],
    address: Annotated[int, typer.Option(min=0, max=247, help="0: as the factory sets it")] = 0,
    baud: Annotated[int, typer.Option(help="0: as the factory sets it")] = 0,
    parity: Annotated[str, typer.Option(help="N, E or O; as the factory sets it")] = "",
    as_json: Json = False,
) -> None:
    """One reading, and whether it is plausible; `custom` takes meter.json from this folder.

    Exit code 1: there is none, or it cannot be true.
    """
    from metering.report import read as read_once

    raise typer.Exit(read_once(port, map_, address, baud, parity, as_json))
