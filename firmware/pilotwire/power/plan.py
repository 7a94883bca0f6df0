"""When to charge, by a plan (plan.json and prices.json, docs/plans.md). Loads on demand.

    {"slots": [[from_unix, until_unix, ma], ...], "otherwise_ma": 0}     worked out by the host
    {"by": 420, "wh": 20000, "w": 11000}                a wish: the box works it out by itself
    {"start": unix, "step_s": 900, "prices": [2150, ...]}      prices.json, for wishes

Outside of its slots a plan allows `otherwise_ma`, and while the time is unknown.

A wish is one of each charge: so many Wh until `by`, a minute of the local day or one unix time,
for a vehicle that takes `w`, or null: all that the limit gives. The box takes the cheapest times,
by prices.json; without prices by the tariff's, and without those the times for which the schedule
allows most current. Where nothing tells them apart, it charges at once, as it does where it could
not be ready otherwise, and while the time is unknown.
"""

from array import array

from micropython import const

from ..pilot.handover import NO_LIMIT_MA
from ..zone import offset
from .schedule import check as check_schedule
from .schedule import limit_at

_LEAST_UNIX = const(1_735_689_600)  # 2025
_MOST_UNIX = const(4_294_967_295)
_MOST_SLOTS = const(48)
_MOST_PRICES = const(192)
_LEAST_PRICE = const(-99_999)  # a message has room for so many digits
_MOST_PRICE = const(999_999)
_UNKNOWN = const(1_000_000)  # a time without a price is dearer than any that has one
_STEPS_S = (900, 1_800, 3_600)
_MOST_MA = const(80_000)
_LEAST_MA = const(6_000)  # below this nothing is offered
_MOST_WH = const(200_000)
_MOST_W = const(60_000)
_MOST_AHEAD_S = const(345_600)  # four days
_DAY_S = const(86_400)
_LOOK_S = const(300)  # then what the vehicle really takes is looked at again


def check(data, unix=None):
    """Raises ValueError, with the place and what is wanted there, unless `data` is a plan.

    Where `unix` is known, nothing of it may be past.
    """
    keys = set(data) if type(data) is dict else ()
    if keys == {"slots", "otherwise_ma"}:
        _check_slots(data["slots"], unix)
        _check_range("otherwise_ma", data["otherwise_ma"], 0, _MOST_MA)
    elif keys == {"by", "wh", "w"}:
        by = data["by"]
        if type(by) is not int or not 0 <= by < 1_440:
            _check_range("by: 0 to 1439, or", by, _LEAST_UNIX, _MOST_UNIX)
            if unix is not None:
                _check_range("by", by, unix + 1, unix + _MOST_AHEAD_S)
        _check_range("wh", data["wh"], 1, _MOST_WH)
        if data["w"] is not None:
            _check_range("w: null, or", data["w"], 1, _MOST_W)
    else:
        raise ValueError("plan: slots and otherwise_ma wanted, or by, wh and w")


def check_prices(data, unix=None):
    """The same of prices."""
    if type(data) is not dict or set(data) != {"start", "step_s", "prices"}:
        raise ValueError("prices: start, step_s and prices wanted")
    start, step_s, prices = data["start"], data["step_s"], data["prices"]
    _check_range("start", start, _LEAST_UNIX, _MOST_UNIX)
    if type(step_s) is not int or step_s not in _STEPS_S:
        raise ValueError("step_s: 900, 1800 or 3600 wanted")
    if type(prices) is not list or not 1 <= len(prices) <= _MOST_PRICES:
        raise ValueError("prices: a list of 1 to %d wanted" % _MOST_PRICES)
    for place, price in enumerate(prices):
        _check_range("prices: %d" % place, price, _LEAST_PRICE, _MOST_PRICE)
    if unix is not None and _end(data) <= unix:
        raise ValueError("prices: all of them are past")


def allowed(plan, prices, schedule, tariff, rule, unix, charge) -> tuple:
    """(mA per phase, unix time until which they hold, why, unix time when it is to be ready).

    Of a checked plan, and prices, a schedule and a Tariff, or None each; `rule` is zone.py's. Why
    is "slot", "no-clock", or of a wish "cheap" (charge now), "waits", "late" (at once: it cannot
    be ready in time), "done", or "over". `charge` is (its age in s, the Wh that it has got, mA
    that all others allow, W that 1 A gives, seconds by which a start may be delayed, whether it
    is charging).
    """
    if "slots" in plan:
        return _by_slots(plan, unix)
    if unix is None:
        return NO_LIMIT_MA, None, "no-clock", None
    age_s, got_wh, limit_ma, watts_a, delay_s, charging = charge
    begun = unix - age_s
    by = plan["by"]
    if by < 1_440:
        by = next_time(by, rule, begun)
    need = (plan["wh"] - got_wh) * 3_600
    if begun >= by:
        return NO_LIMIT_MA, unix + _DAY_S, "over", None
    if need <= 0:
        return 0, unix + _DAY_S, "done", None
    if schedule:
        check_schedule(schedule)
    if prices and not (prices["start"] < by and unix < _end(prices)):
        prices = None
    if tariff and len(tariff.prices or ()) < 2:
        tariff = None
    watts = plan["w"] or _MOST_W
    times = _times(unix, by - delay_s, prices, schedule, tariff, rule, watts, limit_ma, watts_a)
    blocks, enough = cheapest(times, need, charging)
    until = unix + _LOOK_S
    if not enough:
        return NO_LIMIT_MA, until, "late", None
    first, last = blocks[0]
    if first > unix:
        return 0, min(until, first), "waits", blocks[-1][1]
    return NO_LIMIT_MA, min(until, last), "cheap", blocks[-1][1]


def next_time(minute, rule, unix):
    """The first unix time after `unix` at which the clock on the wall shows `minute` of the day.

    Where the clock jumps over it, that is the jump.
    """
    unix += 1
    while True:
        east, until = offset(rule, unix)
        at = unix + (minute * 60 - unix - east * 60) % _DAY_S
        if at < until:
            return at
        if at < until + (offset(rule, until)[0] - east) * 60:
            return until
        unix = until


def cheapest(times, need, charging):
    """([[from, until], ...], whether they are enough) for `need` Ws, at least cost.

    `times` are (their starts, and the end of the last; what energy costs; W). Of all that cost as
    little these are the ones with the fewest starts; to go on from now is none, where it is
    `charging`. What is taken only in part is its beginning, or the end where that saves a start.
    """
    starts, costs, watts = times
    parts = {}  # place: (from, until) of it that is taken
    order = sorted([i for i in range(len(costs)) if watts[i]], key=lambda i: costs[i])
    dearest = None
    left = rest = need
    for i in order:
        if costs[i] != dearest:
            dearest = costs[i]
            rest = left  # for those of this price
        left -= _energy(times, i)
        if left <= 0:
            break
    for i in order:
        if left > 0 or costs[i] < dearest:
            parts[i] = (starts[i], starts[i + 1])
    if left <= 0:
        _take(times, parts, _stretches(times, parts, dearest, charging), rest)
    blocks = []
    for i in sorted(parts):
        first, last = parts[i]
        if blocks and blocks[-1][1] == first:
            blocks[-1][1] = last
        else:
            blocks.append([first, last])
    return blocks, left <= 0


def _take(times, parts, stretches, left):
    """Of equally dear `stretches` those that take up `left` Ws with the fewest starts."""
    starts, _, watts = times
    while left > 0:
        stretch = min(stretches, key=lambda stretch: _rank(stretch, left))
        stretches.remove(stretch)
        first, last, before, after, energy = stretch
        places = range(first, last + 1)
        at_its_end = after and not before and energy > left
        for i in reversed(places) if at_its_end else places:
            if left <= 0:
                break
            begin, end = starts[i], starts[i + 1]
            seconds = min(end - begin, (left + watts[i] - 1) // watts[i])
            left -= seconds * watts[i]
            parts[i] = (end - seconds, end) if at_its_end else (begin, begin + seconds)


def _rank(stretch, left):
    """Which is to be taken first: the least."""
    first, _, before, after, energy = stretch
    if before and after and energy <= left:
        return 0, energy  # joins what is before and after: one start less
    if before or after:
        return 1, first
    if energy >= left:
        return 2, first  # a start more, and no other
    return 3, -energy


def _stretches(times, parts, cost, charging):
    """What costs so much: [first place, last place, taken before?, taken after?, Ws]."""
    _, costs, watts = times
    found = []
    for i in range(len(costs)):
        goes_on = found and found[-1][1] == i - 1
        if costs[i] == cost and watts[i]:
            if goes_on:
                found[-1][1] = i
                found[-1][4] += _energy(times, i)
            else:
                before = parts.get(i - 1) if i else charging
                found.append([i, i, before, None, _energy(times, i)])
        elif goes_on:
            found[-1][3] = parts.get(i)
    return found


def _energy(times, i):
    return times[2][i] * (times[0][i + 1] - times[0][i])


def _times(unix, until, prices, schedule, tariff, rule, most_w, limit_ma, watts_a):
    """From `unix` until then, as for `cheapest`: (starts and the end, costs, W), arrays."""
    starts, costs, watts = array("I", [unix]), array("i"), array("H")
    ma = limit_ma
    ma_until = period_until = cost = 0
    while unix < until:
        end = until
        if schedule:
            if unix >= ma_until:
                ma, ma_until = limit_at(schedule, rule, unix)
            end = min(end, ma_until)
        if prices:
            place, past_s = divmod(unix - prices["start"], prices["step_s"])
            cost = _UNKNOWN
            if place < 0:
                end = min(end, prices["start"])
            elif place < len(prices["prices"]):
                cost = prices["prices"][place]
                end = min(end, unix - past_s + prices["step_s"])
        elif tariff:
            if unix >= period_until:
                period, period_until = tariff.at(unix)
                cost = tariff.prices[period]
            end = min(end, period_until)
        else:
            cost = -ma
        power = min(ma, limit_ma)
        power = min(most_w, power * watts_a // 1_000) if power >= _LEAST_MA else 0
        if costs and costs[-1] == cost and watts[-1] == power:
            starts[-1] = end
        else:
            starts.append(end)
            costs.append(cost)
            watts.append(power)
        unix = end
    return starts, costs, watts


def _by_slots(plan, unix):
    ma = plan["otherwise_ma"]
    if unix is None:
        return ma, None, "no-clock", None
    until = unix + _DAY_S
    for first, last, slot_ma in plan["slots"]:
        if first <= unix < last:
            ma, until = slot_ma, last
        elif unix < first:
            until = min(until, first)
    return ma, until, "slot", None


def _check_slots(slots, unix):
    if type(slots) is not list or not 1 <= len(slots) <= _MOST_SLOTS:
        raise ValueError("slots: a list of 1 to %d wanted" % _MOST_SLOTS)
    for place, row in enumerate(slots):
        where = "slots: %d: " % place
        if type(row) is not list or len(row) != 3:
            raise ValueError(where + "[from, until, ma] wanted")
        first, last, ma = row
        _check_range(where + "from", first, _LEAST_UNIX, _MOST_UNIX)
        _check_range(where + "until", last, first + 1, _MOST_UNIX)
        _check_range(where + "ma", ma, 0, _MOST_MA)
        if place and first < slots[place - 1][0]:
            raise ValueError(where + "before %d: in order of time wanted" % (place - 1))
        if place and first < slots[place - 1][1]:
            raise ValueError(where + "overlaps with %d" % (place - 1))
        if unix is not None and last <= unix:
            raise ValueError(where + "past")


def _check_range(what, value, least, most):
    if type(value) is not int or not least <= value <= most:
        raise ValueError("%s: %d to %d wanted" % (what, least, most))


def _end(prices):
    return prices["start"] + len(prices["prices"]) * prices["step_s"]
