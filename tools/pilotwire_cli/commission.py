"""`pilotwire commission`: what an installer leaves behind."""

from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer(no_args_is_help=True, help="Commissioning: docs/commissioning.md.")


@app.callback()
def commission() -> None:
    """One command for now."""


@app.command(
    epilog="Example: pilotwire commission report report.json --key device.key --records journal"
)
def report(
    file: Annotated[Path, typer.Argument(help="a box's report.json")],
    key: Annotated[
        Path | None, typer.Option("--key", help="the box's device.key: 32 bytes, or 64 hex digits")
    ] = None,
    records: Annotated[
        Path | None, typer.Option(help="the box's folder journal, or JSON lines of the topic tx")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="a name; FILE's if left out")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or zh")] = "en",
    as_json: Json = False,
) -> None:
    """The report as HTML and PDF, with the pilot's sweeps as pictures; and is it genuine?

    Exit code 0: nothing speaks against it. 1: something does. 2: a file is unreadable.
    """
    from commissioning.report import reported

    raise typer.Exit(reported(file, key, records, output or file, lang, as_json))
