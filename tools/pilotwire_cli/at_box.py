"""Commands at a box's console: `console`, `watch`, `logs`, `trace`, `devices`, and `config`.

The box is at a serial port, behind a TCP bridge (socket://host:port), or a simulated one.
"""

from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json

app = typer.Typer()
config = typer.Typer(no_args_is_help=True, help="A box's config.json (docs/configuration.md).")

Port = Annotated[
    str,
    typer.Argument(
        envvar="PILOTWIRE_PORT",
        help="/dev/ttyACM0, COM3, socket://host:port; the only board at USB if left out",
    ),
]


@app.command(
    epilog="Example: pilotwire console socket://127.0.0.1:4444 --run status --run why --json"
)
def console(
    port: Port = "",
    run: Annotated[
        list[str] | None, typer.Option(help="a line; again for more. Else the terminal is yours")
    ] = None,
    login: Annotated[
        bool, typer.Option("--login", help="as installer: PIN by $PILOTWIRE_PIN or the prompt")
    ] = False,
    patience_s: Annotated[
        float, typer.Option(min=1, max=3_600, help="with a line that says nothing more")
    ] = 60,
    as_json: Json = False,
) -> None:
    """A terminal on a box's console, or lines to run there (docs/console.md).

    Ctrl-] leaves. Ctrl-C would end the firmware, and a charge: it is sent only once you say yes.
    Exit code 0: done. 1: the box has refused a line. 2: an argument is wrong. 3: no answer.
    """
    from laptop import console as room

    if run:
        raise typer.Exit(room.lines(port, run, login, as_json, patience_s))
    raise typer.Exit(room.person(port))


@app.command(epilog="Example: pilotwire watch socket://127.0.0.1:4444 --count 2 --every 1")
def watch(
    port: Port = "",
    every_s: Annotated[
        float, typer.Option("--every", min=0.5, max=3_600, help="seconds between two looks")
    ] = 2,
    count: Annotated[int, typer.Option(min=0, help="looks; 0: until Ctrl-C")] = 0,
    as_json: Json = False,
) -> None:
    """A live picture of a box: pilot, amperes, who limits, why there is no current.

    Exit code 0: done. 1: the box has refused. 3: no answer.
    """
    from laptop.watch import watch as show

    raise typer.Exit(show(port, every_s, count, as_json))


@app.command(epilog="Example: pilotwire logs socket://127.0.0.1:4444 --kept")
def logs(
    port: Port = "",
    kept: Annotated[
        bool, typer.Option("--kept", help="those on flash, of this start and those before it")
    ] = False,
    snapshot: Annotated[
        bool, typer.Option("--snapshot", help="what ring 0 told around a fault, as JSON lines")
    ] = False,
    n: Annotated[
        int | None,
        typer.Option("-n", min=1, max=1_000, help="how many; of snapshots which, 1 is the latest"),
    ] = None,
    as_json: Json = False,
) -> None:
    """What a box has logged (docs/logs.md): the latest since its start, if nothing else is said.

    Exit code 0: shown. 1: there is no such thing in its log. 2: an argument is wrong. 3: no
    answer.
    """
    from laptop.kept import logs as show

    if kept and snapshot:
        raise typer.BadParameter("--kept or --snapshot, not both")
    command = "log kept" if kept else "log snapshot" if snapshot else "log"
    raise typer.Exit(show(port, command, n, as_json))


@app.command(
    epilog="Example: pilotwire trace socket://127.0.0.1:4444 --output trace.jsonl --for 2"
)
def trace(
    port: Port = "",
    output: Annotated[
        Path, typer.Option("--output", "-o", help="a file for `pilotwire replay`")
    ] = Path("trace.jsonl"),
    for_s: Annotated[
        float, typer.Option("--for", min=0.5, max=3_600, help="seconds; Ctrl-C ends it before")
    ] = 30,
    kb: Annotated[int, typer.Option(min=1, max=32, help="of the box's memory")] = 8,
    as_json: Json = False,
) -> None:
    """Record what ring 0 sees and does, as installer (PIN by $PILOTWIRE_PIN or the prompt).

    Exit code 0: it is in the file. 1: the box has refused. 2: no PIN. 3: no answer.
    """
    from laptop.kept import trace as record

    raise typer.Exit(record(port, output, for_s, kb, as_json))


@app.command(epilog="Example: pilotwire devices socket://127.0.0.1:4444 --json")
def devices(
    ports: Annotated[
        list[str] | None, typer.Argument(metavar="[PORT]...", help="ask at these, too")
    ] = None,
    ask: Annotated[
        bool,
        typer.Option("--ask", help="also through a converter chip, which may reset its board"),
    ] = False,
    as_json: Json = False,
) -> None:
    """The serial ports of this computer and what stands there; no charge is disturbed.

    Exit code 0: there is one at least. 3: there is none.
    """
    from laptop.devices import devices as show

    raise typer.Exit(show(ports or [], ask, as_json))


@config.command(epilog="Example: pilotwire config pull socket://127.0.0.1:4444 --output box.json")
def pull(
    port: Port = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="a file; else it is printed")
    ] = None,
    as_json: Json = False,
) -> None:
    """The configuration in force, without keys and passwords, which no box tells.

    Exit code 0: done. 1: the box has refused. 3: no answer.
    """
    from laptop.config import pull as show

    raise typer.Exit(show(port, output, as_json))


@config.command(epilog="Example: pilotwire config diff box.json socket://127.0.0.1:4444")
def diff(
    file: Annotated[Path, typer.Argument(help="keys of config.json, all or some")],
    port: Port = "",
    as_json: Json = False,
) -> None:
    """What `push` would change.

    Exit code 0: nothing. 1: something, or the box has refused. 2: the file is wrong. 3: no answer.
    """
    from laptop.config import diff as show

    raise typer.Exit(show(port, file, as_json))


@config.command(epilog="Example: pilotwire config push box.json socket://127.0.0.1:4444 --dry-run")
def push(
    file: Annotated[Path, typer.Argument(help="keys of config.json, all or some")],
    port: Port = "",
    dry: Annotated[bool, typer.Option("--dry-run", help="only show what would change")] = False,
    reboot: Annotated[
        bool, typer.Option("--reboot", help="start the box again; a charge ends in good order")
    ] = False,
    as_json: Json = False,
) -> None:
    """Have a box take a file's keys, as installer (PIN by $PILOTWIRE_PIN or the prompt).

    All are checked by the box before any is written; they hold from its next start on. Exit code
    0: done. 1: the box has refused. 2: the file is wrong, or no PIN. 3: no answer.
    """
    from laptop.config import push as put

    raise typer.Exit(put(port, file, dry, reboot, as_json))
