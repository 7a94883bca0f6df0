"""`pilotwire backend`: reads the arguments, hands over, ends with the exit code."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from telling.output import Json
from telling.trouble import WRONG, Trouble

if TYPE_CHECKING:
    from backend.settings import Broker

app = typer.Typer(no_args_is_help=True, help="The operator's side (docs/operators.md).")

At = Annotated[str, typer.Option("--broker", envvar="PILOTWIRE_BROKER", metavar="HOST:PORT")]
User = Annotated[str, typer.Option(envvar="PILOTWIRE_USER")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(envvar="PILOTWIRE_PASSWORD_FILE", help="else $PILOTWIRE_PASSWORD"),
]
Ca = Annotated[
    Path | None, typer.Option(envvar="PILOTWIRE_CA", help="PEM; with it the connection is TLS")
]
Cert = Annotated[Path | None, typer.Option(envvar="PILOTWIRE_CERT", help="PEM, for mutual TLS")]
Key = Annotated[Path | None, typer.Option(envvar="PILOTWIRE_KEY", help="PEM, of the certificate")]
Url = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="PILOTWIRE_DATABASE",
        help="sqlite:///file or postgresql://user@host/name; PGPASSWORD and ~/.pgpass hold",
    ),
]
BoxId = Annotated[
    str, typer.Argument(metavar="BOX", help="the box's id: letters, digits, - and _")
]


@app.command(epilog="Example: pilotwire backend run --broker 127.0.0.1:1883")
def run(
    at: At = "127.0.0.1:1883",
    url: Url = "sqlite:///pilotwire.db",
    user: User = "",
    password_file: PasswordFile = None,
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    group: Annotated[
        str, typer.Option(help="consumers of one group share the work")
    ] = "pilotwire",
    report_s: Annotated[float, typer.Option(min=1, help="between two lines of counts")] = 60,
    as_json: Json = False,
) -> None:
    """Store what boxes record, confirm what is stored; until a signal comes.

    Exit code 0: ended by SIGTERM or SIGINT. 1: the database refuses this user or is none. 2: a
    setting is wrong. Broker and database may come and go: it tries for ever.
    """
    from backend.run import consume

    if not group or set(group) & set("/+#"):
        raise _wrong(f"--group {group!r} holds one of / + #, or nothing")
    broker = broker_of(at, user, password_file, ca, cert, key)
    raise typer.Exit(consume(broker, url, group, report_s, as_json))


@app.command(epilog="Example: pilotwire backend command box-1 limit ma=10000 ttl_s=600")
def command(
    box: BoxId,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="as in docs/mqtt.md")],
    args: Annotated[list[str] | None, typer.Argument(metavar="NAME=VALUE")] = None,
    at: At = "127.0.0.1:1883",
    user: User = "",
    password_file: PasswordFile = None,
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    wait_s: Annotated[float, typer.Option(min=1, max=600, help="for the result")] = 20,
    as_json: Json = False,
) -> None:
    """Send one command to a box, print its result.

    Exit code 0: the box has done it. 1: it has refused. 2: an argument is wrong. 3: no answer.
    """
    from backend.run import command as send

    _check_box(box)
    broker = broker_of(at, user, password_file, ca, cert, key)
    raise typer.Exit(send(broker, box, type_, args or [], wait_s, as_json))


@app.command(epilog="Example: pilotwire backend why box-1")
def why(
    box: Annotated[str, typer.Argument(metavar="[BOX]", help="its id, to ask over MQTT")] = "",
    port: Annotated[
        str, typer.Option(envvar="PILOTWIRE_PORT", help="to ask at its console instead")
    ] = "",
    at: At = "127.0.0.1:1883",
    user: User = "",
    password_file: PasswordFile = None,
    ca: Ca = None,
    cert: Cert = None,
    key: Key = None,
    wait_s: Annotated[float, typer.Option(min=1, max=600, help="for the result")] = 20,
    as_json: Json = False,
) -> None:
    """Ask a box who limits its current, and for how long (docs/orderly-charging.md).

    Over MQTT by its id, or at its console by --port. Exit code 0: it has said. 1: it has refused.
    2: an argument is wrong. 3: no answer.
    """
    if not box:
        from laptop.watch import why as ask_console

        raise typer.Exit(ask_console(port, as_json))
    from backend.run import why as ask

    _check_box(box)
    broker = broker_of(at, user, password_file, ca, cert, key)
    raise typer.Exit(ask(broker, box, wait_s, as_json))


@app.command(epilog="Example: pilotwire backend begin box-1 100")
def begin(
    box: BoxId,
    seq: Annotated[int, typer.Argument(min=1, max=0xFFFFFFFF, help="the first record wanted")],
    url: Url = "sqlite:///pilotwire.db",
    as_json: Json = False,
) -> None:
    """Take on a box whose records before SEQ are stored elsewhere: they are no gap then.

    Exit code 0: done. 1: the database refuses. 2: a setting is wrong.
    """
    from backend.run import begin as take_on

    _check_box(box)
    raise typer.Exit(take_on(url, box, seq, as_json))


def broker_of(
    at: str,
    user: str,
    password_file: Path | None,
    ca: Path | None,
    cert: Path | None,
    key: Path | None,
) -> "Broker":
    """Where it is. Raises Trouble where that makes no sense."""
    from backend.settings import BadSetting, broker

    password = os.environ.get("PILOTWIRE_PASSWORD", "")
    try:
        return broker(at, user, password, password_file, ca, cert, key)
    except BadSetting as error:
        raise _wrong(str(error)) from error


def _check_box(box: str) -> None:
    from backend.wire import BOX

    if not BOX.fullmatch(box):
        raise _wrong(f"{box!r} is no id of a box: 1 to 20 letters, digits, - and _")


def _wrong(happened: str) -> Trouble:
    return Trouble(WRONG, happened, "nothing was done", "docs/operators.md has an example")
