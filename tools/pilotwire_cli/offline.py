"""Commands that only calculate: `zone`, `plan`, `schedule`, `token`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from telling.output import Json, objects

app = typer.Typer()


@app.command(epilog="Example: pilotwire zone Europe/Berlin --since 2026-01-01")
def zone(
    name: Annotated[str, typer.Argument(metavar="ZONE", help="as in Europe/Berlin")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="first day; today if left out")
    ] = None,
    as_json: Json = False,
) -> None:
    """The daylight rule of a time zone, for the key `zone` of config.json (docs/clock.md).

    It is right for 20 years at least, as far as is known today. Exit code 1: the zone follows no
    yearly rule. 2: there is no such zone.
    """
    from zones.report import printed

    day = since.replace(tzinfo=UTC) if since else datetime.now(UTC)
    raise typer.Exit(printed(name, int(day.timestamp()), as_json))


@app.command(
    epilog='Example: pilotwire plan prices.csv --by 07:00 --kwh 20 --begin "2026-11-26 18:00"'
)
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
    as_json: Json = False,
) -> None:
    """The cheapest plan for a table of prices, and the command that gives it to a box.

    Exit code 0: it will be ready. 1: not by that time. 2: the prices or the wish are wrong.
    """
    from planning.report import planned

    per_kwh = 1_000 if per_mwh else 1
    wish = (by, kwh, w, ma, otherwise_ma, zone, begin, start_cost, per_kwh)
    raise typer.Exit(planned(prices, *wish, as_json))


@app.command(epilog="Example: pilotwire schedule")
def schedule(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="which; all if left out")] = "",
    as_json: Json = False,
) -> None:
    """A schedule that is offered for a first start: schedule.json, to be taken, changed or left.

    Exit code 2: there is no such offer.
    """
    from planning.offers import printed

    raise typer.Exit(printed(name, as_json))


@app.command(epilog="Example: pilotwire token box-1 04A1B2C3")
def token(
    box: Annotated[str, typer.Argument(help="the box's id, as in its config.json")],
    card: Annotated[str, typer.Argument(help="the card's or app's id, as it is reported")],
    as_json: Json = False,
) -> None:
    """The hash by which a box knows a card or an app (docs/access.md).

    Exit code 2: the box can have no such id, or the card's is empty.
    """
    from guests.token import NoToken
    from guests.token import token as token_of

    try:
        found = token_of(box, card)
    except NoToken as error:
        raise typer.BadParameter(str(error)) from error
    if as_json:
        objects({"box": box, "token": found})
    else:
        print(found)
