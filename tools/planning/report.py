"""`pilotwire plan`: what a person gets to see, and the exit codes."""

import json
import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from pilotwire.power.plan import check
from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble
from zones.compiler import UnknownZone, zone_info

from .plan import Slot, Wish, at_once, slots
from .prices import BadPrices, read


class BadWish(ValueError):
    """The wish is none; the text says why."""


def planned(
    path: Path,
    by: str,
    kwh: float,
    w: int,
    ma: int,
    otherwise_ma: int,
    zone: str,
    begin: str,
    start_cost: float,
    per_kwh: int,
    as_json: bool,
) -> int:
    """Print the cheapest plan as a table, and the command for a box. Raises Trouble."""
    try:
        prices = read(path, per_kwh)
        local = zone_info(zone)
        now = _time(begin, local) if begin else int(datetime.now(UTC).timestamp())
        wish = Wish(now, _next(by, local, now), round(kwh * 1_000), w)
        if wish.by <= now:
            raise BadWish(f"{by} is past")
        if not prices.start < wish.by or not now < prices.end:
            raise BadWish(f"no price lies between now and {by}")
        found = slots(prices, wish, start_cost)
        plan = {
            "slots": [[slot.first, slot.last, ma] for slot in found],
            "otherwise_ma": otherwise_ma,
        }
        check(plan, now)
    except BadPrices as error:
        do = "docs/plans.md says what a table of prices has"
        raise Trouble(WRONG, f"{path}: {error}", "nothing can be planned", do) from error
    except (BadWish, UnknownZone, ValueError) as error:
        do = "change the wish: pilotwire plan --help"
        raise Trouble(WRONG, str(error), "nothing can be planned", do) from error
    given_wh = sum(slot.wh for slot in found)
    cost = sum(slot.cost for slot in found)
    straight = at_once(prices, wish)
    ready = given_wh >= wish.wh
    command = {"type": "plan", "args": {"plan": plan}}
    if as_json:
        facts = {"wh": round(given_wh), "cost": cost, "at_once_cost": straight.cost}
        objects({"slots": list(map(_facts, found)), **facts, "ready": ready, "command": command})
        return DONE if ready else REFUSED
    _print_table(found, local)
    print(
        f"{given_wh / 1_000:.1f} kWh for {cost:.2f} with {_counted(len(found), 'start')};"
        f" at once {straight.cost:.2f}"
    )
    if not ready:
        print(f"it cannot be ready by {_shown(wish.by, local)}", file=sys.stderr)
    print(json.dumps(command))
    return DONE if ready else REFUSED


def _facts(slot: Slot) -> dict[str, Any]:
    wh = round(slot.wh)
    return {"first_unix": slot.first, "last_unix": slot.last, "wh": wh, "cost": slot.cost}


def _print_table(found: list[Slot], local: tzinfo) -> None:
    print(f"{'from':25} {'until':25} {'min':>5} {'kWh':>6} {'a kWh':>8} {'cost':>7}")
    for slot in found:
        kwh = slot.wh / 1_000
        print(
            f"{_shown(slot.first, local):25} {_shown(slot.last, local):25}"
            f" {(slot.last - slot.first) / 60:5.0f} {kwh:6.1f} {slot.cost / kwh:8.4f}"
            f" {slot.cost:7.2f}"
        )


def _shown(unix: int, local: tzinfo) -> str:
    return datetime.fromtimestamp(unix, local).isoformat(" ", "minutes")


def _time(text: str, local: tzinfo) -> int:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadWish(f"{text!r} is no time, such as 2027-01-18T18:00") from None
    return int((time if time.tzinfo else time.replace(tzinfo=local)).timestamp())


def _next(text: str, local: tzinfo, now: int) -> int:
    """A time of its own, or the next one that is "hh:mm" on the clock."""
    if len(text) != 5:
        return _time(text, local)
    today = datetime.fromtimestamp(now, local).date()
    times = [_time(f"{today + timedelta(days=ahead)}T{text}", local) for ahead in (0, 1)]
    return times[0] if times[0] > now else times[1]


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
