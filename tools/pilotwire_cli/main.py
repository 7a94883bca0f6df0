"""The command `pilotwire`: reads the arguments, hands over, ends with the exit code."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rig.interpreter import ROOT

from .backend import app as backend
from .backend import why
from .board import app as board
from .commission import app as commission
from .site import app as site

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


meter = typer.Typer(no_args_is_help=True, help="A meter at this computer's serial port.")
app.add_typer(meter, name="meter")

records = typer.Typer(no_args_is_help=True, help="Charging records, as a box has kept them.")
app.add_typer(records, name="records")

app.add_typer(backend, name="backend")
app.add_typer(site, name="site")
app.add_typer(board, name="board")
app.add_typer(commission, name="commission")
app.command()(why)

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
def box(
    folder: Annotated[Path, typer.Argument(help="its flash: config.json, certificates, records")],
    charges: Annotated[int, typer.Option(min=0, help="cars that come, one after the other")] = 1,
    wh: Annotated[int, typer.Option(min=1, help="that each of them takes at least")] = 20,
) -> None:
    """A box at your broker: real firmware, simulated plant; until a signal comes.

    Exit code 0: ended by SIGTERM or SIGINT. 1: the firmware has ended. 2: it could not start.
    """
    from rig.simulated import run

    raise typer.Exit(run(folder, charges, wh))


@app.command()
def flash(
    board: Annotated[str, typer.Argument(help="the folder in boards/ that was built")],
    port: Annotated[str, typer.Argument(help="/dev/ttyACM0, COM3, or a URL of pyserial's")],
) -> None:
    """Put build/BOARD onto a board and start it: only what has changed, verified by its hash.

    The contactor opens first. After a pulled cable the same command goes on (docs/flashing.md).
    Exit code 0: done. 1: the board was refused, or failed. 2: there is no build. 3: no answer.
    """
    from flashing.report import flashed

    raise typer.Exit(flashed(board, port))


@app.command()
def doctor(
    port: Annotated[str, typer.Argument(help="of a board; this computer if left out")] = "",
    board: Annotated[str, typer.Option(help="compare it with build/BOARD")] = "",
) -> None:
    """What is missing, what that means and what to do: on this computer, or on a board, which
    opens its contactor for that and is started again.

    Exit code 0: nothing that matters. 1: something does. 2: there is no such build. 3: no answer.
    """
    from flashing.report import examined

    raise typer.Exit(examined(port, board))


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


@app.command()
def zone(
    name: Annotated[str, typer.Argument(metavar="ZONE", help="as in Europe/Berlin")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day; today if left out")
    ] = None,
) -> None:
    """The daylight rule of a time zone, for the key `zone` of config.json (docs/clock.md).

    It is right for 20 years at least, as far as is known today. Exit code 1: the zone follows no
    yearly rule. 2: there is no such zone.
    """
    from zones.report import printed

    day = since.replace(tzinfo=UTC) if since else datetime.now(UTC)
    raise typer.Exit(printed(name, int(day.timestamp())))


@app.command()
def plan(
    prices: Annotated[Path, typer.Argument(help="CSV or JSON, see docs/plans.md")],
    by: Annotated[str, typer.Option(help="when it is to be ready: hh:mm, or a date and time")],
    kwh: Annotated[float, typer.Option(min=0.1, max=200, help="energy wanted")],
    w: Annotated[int, typer.Option("--w", min=1, help="what the vehicle takes")] = 11_000,
    ma: Annotated[int, typer.Option(help="current of the slots, a phase")] = 16_000,
    otherwise_ma: Annotated[int, typer.Option(help="current between and after them")] = 0,
    zone: Annotated[str, typer.Option(help="as in Europe/Berlin; UTC if left out")] = "UTC",
    begin: Annotated[str, typer.Option(help="a date and time; now if left out")] = "",
    start_cost: Annotated[
        float, typer.Option(min=0, help="what each start is to count, in the currency")
    ] = 0.0,
    per_mwh: Annotated[
        bool, typer.Option("--per-mwh", help="the prices are those of a MWh, not of a kWh")
    ] = False,
) -> None:
    """The cheapest plan for a table of prices, and the command that gives it to a box.

    Exit code 0: it will be ready. 1: not by that time. 2: the prices or the wish are wrong.
    """
    from planning.report import planned

    per_kwh = 1_000 if per_mwh else 1
    raise typer.Exit(
        planned(prices, by, kwh, w, ma, otherwise_ma, zone, begin, start_cost, per_kwh)
    )


@app.command()
def schedule(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="which; all if left out")] = "",
) -> None:
    """A schedule that is offered for a first start: schedule.json, to be taken, changed or left.

    Exit code 2: there is no such offer.
    """
    from planning.offers import printed

    raise typer.Exit(printed(name))


@app.command()
def token(
    box: Annotated[str, typer.Argument(help="the box's id, as in its config.json")],
    card: Annotated[str, typer.Argument(help="the card's or app's id, as it is reported")],
) -> None:
    """The hash by which a box knows a card or an app (docs/access.md).

    Exit code 2: the box can have no such id, or the card's is empty.
    """
    from guests.token import NoToken
    from guests.token import token as token_of

    try:
        print(token_of(box, card))
    except NoToken as error:
        raise typer.BadParameter(str(error)) from error


@meter.command()
def scan(
    port: Annotated[str, typer.Argument(help="the adapter, /dev/ttyUSB0 or COM3")],
    first: Annotated[int, typer.Option(min=0, max=247, help="first address to ask")] = 0,
    last: Annotated[int, typer.Option(min=1, max=247, help="and the last")] = 247,
) -> None:
    """Which meters are on the line: address, settings, type, and how sure that is.

    Without --first the likely addresses are asked first. Exit code 1: nobody answers.
    """
    from metering.report import scanned

    raise typer.Exit(scanned(port, range(first, last + 1) if first else None))


@meter.command()
def read(
    port: Annotated[str, typer.Argument(help="the adapter, /dev/ttyUSB0 or COM3")],
    map_: Annotated[str, typer.Argument(metavar="MAP", help="as in docs/meters.md, or custom")],
    address: Annotated[int, typer.Option(min=1, max=247)] = 0,
    baud: Annotated[int, typer.Option(help="0: as the factory sets it")] = 0,
    parity: Annotated[str, typer.Option(help="N, E or O; as the factory sets it")] = "",
) -> None:
    """One reading, and whether it is plausible; `custom` takes meter.json from this folder.

    Exit code 1: there is none, or it cannot be true.
    """
    from metering.report import read as read_once

    raise typer.Exit(read_once(port, map_, address, baud, parity))


@records.command()
def verify(
    file: Records,
    key: DeviceKey | None = None,
    after: Annotated[
        str, typer.Option(help="hash of the last record of an earlier export, to go on from")
    ] = "",
) -> None:
    """Whether records were changed, dropped, moved or repeated, and which.

    Exit code 0: intact. 1: not. 2: the file holds no records.
    """
    from records.report import verified

    raise typer.Exit(verified(file, key, after))


@records.command()
def show(file: Records) -> None:
    """A line for each record, not verified.

    Exit code 2: the file holds no records.
    """
    from records.report import shown

    raise typer.Exit(shown(file))


@records.command()
def csv(file: Records, output: Output = None) -> None:
    """The charges as a table, a row each, not verified.

    Exit code 2: the file holds no records.
    """
    from records.report import exported

    raise typer.Exit(exported(file, output))


@records.command()
def ocmf(
    file: Records,
    key: DeviceKey,
    sign: Annotated[Path, typer.Option(help="the operator's key: ECDSA P-256 as PEM")],
    charge: Annotated[int | None, typer.Option(help="only this one")] = None,
    output: Output = None,
) -> None:
    """Verified charges as OCMF documents, signed by the operator (docs/ocmf.md).

    Exit code 0: all are signed. 1: one was refused, and why is said. 2: a file is not what it
    should be.
    """
    from records.report import signed

    raise typer.Exit(signed(file, key, sign, charge, output))
