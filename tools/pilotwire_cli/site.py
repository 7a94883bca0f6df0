"""`pilotwire site`: reads the arguments, hands over, ends with the exit code."""

import re
import socket
from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json, objects, progress

from .backend import At, Ca, Cert, Key, PasswordFile, User, broker_of

app = typer.Typer(no_args_is_help=True, help="One connection for many boxes (docs/site.md).")

File = Annotated[Path, typer.Argument(metavar="FILE", help="site.toml")]


@app.command(epilog="Example: pilotwire site run site.toml --log site.jsonl")
def run(
    file: File,
    at: At = "127.0.0.1:1883",
    user: User = "",
    password_file: PasswordFile = None,
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    name: Annotated[
        str, typer.Option("--id", help="of this instance; the computer's name if left out")
    ] = "",
    log: Annotated[Path | None, typer.Option(help="append what happens, as JSON lines")] = None,
    as_json: Json = False,
) -> None:
    """Share the connection among the boxes, until a signal comes.

    Two may run, on two computers: one leads, the other takes over within seconds. Exit code 0:
    ended by SIGTERM or SIGINT. 1: the site is not safe, and where is said. 2: a setting is wrong.
    """
    from site_power.check import load
    from site_power.service import run as share

    broker = broker_of(at, user, password_file, ca, cert, key)
    name = name or re.sub(r"[^a-z0-9-]", "-", socket.gethostname().lower())[:20]
    if not re.fullmatch(r"[a-z0-9-]{1,20}", name):
        raise typer.BadParameter(f"--id {name!r} is not 1 to 20 of a-z, 0-9 and -")
    raise typer.Exit(share(load(file), broker, name, log, as_json))


@app.command(epilog="Example: pilotwire site check site.toml")
def check(
    file: File,
    at: Annotated[
        str, typer.Option("--broker", metavar="HOST:PORT", help="ask the boxes there, too")
    ] = "",
    user: User = "",
    password_file: PasswordFile = None,
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    wait_s: Annotated[float, typer.Option(min=1, max=600, help="for the boxes' answers")] = 20,
    as_json: Json = False,
) -> None:
    """Whether the fuses are safe with every network down, and each box is set as the file says.

    Exit code 0: all is well. 1: it is not, and where is said. 2: a setting is wrong. 3: a box has
    not answered.
    """
    from site_power.check import check as checked

    broker = broker_of(at, user, password_file, ca, cert, key) if at else None
    raise typer.Exit(checked(file, broker, wait_s, as_json))


@app.command(epilog="Example: pilotwire site report day.jsonl --output site.png")
def report(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG...", help="of `run --log`, of each instance")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="the picture, a PNG")] = Path(
        "site.png"
    ),
    day: Annotated[str, typer.Option(help="YYYY-MM-DD; the one of which most is known")] = "",
    zone: Annotated[str, typer.Option(help="of the world's time zones")] = "UTC",
    title: Annotated[str, typer.Option(help="what stands above it")] = "",
    as_json: Json = False,
) -> None:
    """Draw a day: load against the fuse, what each box had, who waited, price and sun.

    Exit code 0: drawn. 2: a file is no such log, or a setting is wrong.
    """
    from site_power.report import drawn

    try:
        with progress("drawing"):
            found = drawn(logs, output, day, zone, title)
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        objects(found)
    else:
        print("drawn: {file}, {day}; overloads of the connection: {overloads}".format(**found))
