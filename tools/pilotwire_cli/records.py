"""`pilotwire records`: reads the arguments, hands over, ends with the exit code."""

from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json

from .at_box import Port

app = typer.Typer(no_args_is_help=True, help="Charging records, as a box has kept them.")

Records = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="a box's folder, its journal.NN, or the JSON lines of the topic tx"
    ),
]
DeviceKey = Annotated[
    Path, typer.Option("--key", help="the box's device.key: 32 bytes, or 64 hex digits")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="a file; else it is printed")]


@app.command(epilog="Example: pilotwire records verify journal --key device.key")
def verify(
    file: Records,
    key: DeviceKey | None = None,
    after: Annotated[
        str, typer.Option(help="hash of the last record of an earlier export, to go on from")
    ] = "",
    as_json: Json = False,
) -> None:
    """Whether records were changed, dropped, moved or repeated, and which.

    Exit code 0: intact. 1: not. 2: the file holds no records.
    """
    from records.report import verified

    raise typer.Exit(verified(file, key, after, as_json))


@app.command(epilog="Example: pilotwire records show journal")
def show(file: Records, as_json: Json = False) -> None:
    """A line for each record, not verified.

    Exit code 2: the file holds no records.
    """
    from records.report import shown

    raise typer.Exit(shown(file, as_json))


@app.command(epilog="Example: pilotwire records csv journal --output charges.csv")
def csv(file: Records, output: Output = None, as_json: Json = False) -> None:
    """The charges as a table, a row each, not verified.

    Exit code 2: the file holds no records.
    """
    from records.report import exported

    raise typer.Exit(exported(file, output, as_json))


@app.command(epilog="Example: pilotwire records ocmf journal --key device.key --sign operator.pem")
def ocmf(
    file: Records,
    key: DeviceKey,
    sign: Annotated[Path, typer.Option(help="the operator's key: ECDSA P-256 as PEM")],
    charge: Annotated[int | None, typer.Option(help="only this one")] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Verified charges as OCMF documents, signed by the operator (docs/ocmf.md).

    Exit code 0: all are signed. 1: one was refused, and why is said. 2: a file is not what it
    should be.
    """
    from records.report import signed

    raise typer.Exit(signed(file, key, sign, charge, output, as_json))


@app.command(epilog="Example: pilotwire records pull socket://127.0.0.1:4444 -o records.jsonl")
def pull(
    port: Port = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="a file for `verify`")] = Path(
        "records.jsonl"
    ),
    first: Annotated[int, typer.Option(min=1, help="number of the first record wanted")] = 1,
    as_json: Json = False,
) -> None:
    """A running box's records, as installer (PIN by $PILOTWIRE_PIN or the prompt).

    Exit code 0: they are in the file. 1: the box has none, or has refused. 2: no PIN. 3: no
    answer.
    """
    from laptop.kept import records

    raise typer.Exit(records(port, output, first, as_json))
