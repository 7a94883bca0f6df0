"""The tariff out of tariff.json, checked: docs/records.md describes the file. Loads on demand."""

import json
from binascii import hexlify
from hashlib import sha256

from micropython import const

from ..zone import parse
from .tariff import Tariff

_LONGEST = const(4_096)  # bytes
_PERIODS = const(4)
_CHANGES = const(48)
_MOST_PRICE = const(100_000_000)  # 1,000 of the currency per kWh
_KEYS = ("periods", "day", "currency", "zone")


class TariffError(ValueError):
    """The file is no tariff; the text says where and what is wanted."""


def load(root, may_split):
    """The Tariff of `root`/tariff.json, None where there is no such file. Raises TariffError.

    Without `may_split` a tariff of several periods is refused.
    """
    try:
        with open(root + "/tariff.json", "rb") as file:
            text = file.read(_LONGEST + 1)
    except OSError:
        return None
    if len(text) > _LONGEST:
        raise TariffError("more than %d bytes" % _LONGEST)
    try:
        data = json.loads(text)
    except (ValueError, RuntimeError, MemoryError):  # the latter two: nested too deeply
        raise TariffError("not JSON") from None
    return check(data, may_split, hexlify(sha256(text).digest()[:4]).decode())


def check(data, may_split, digest=""):
    """The Tariff that `data` are, see `load`. Raises TariffError."""
    if type(data) is not dict or any(key not in _KEYS for key in data):
        raise TariffError("an object of %s wanted" % ", ".join(_KEYS))
    periods = data.get("periods")
    if type(periods) is not list or not 1 <= len(periods) <= _PERIODS:
        raise TariffError('periods: 1 to %d of ["name", price or null] wanted' % _PERIODS)
    names = []
    prices = []
    for row in periods:
        if type(row) is not list or len(row) != 2:
            raise TariffError('periods: ["name", price or null] wanted')
        name, price = row
        if type(name) is not str or not 1 <= len(name) <= 9 or "," in name or name in names:
            raise TariffError("periods: a name of 1 to 9 characters, each once, no comma")
        if price is not None and (type(price) is not int or not 0 <= price <= _MOST_PRICE):
            raise TariffError("periods: %s: price 0 to %d wanted" % (name, _MOST_PRICE))
        names.append(name)
        prices.append(price)
    currency = data.get("currency", "")
    if None in prices:
        if any(price is not None for price in prices):
            raise TariffError("periods: a price for each, or none")
        prices = None
    if type(currency) is not str or (prices is not None and len(currency) != 3):
        raise TariffError("currency: 3 letters wanted, for the prices")
    if len(names) > 1 and not may_split:
        # After a power cut nobody could say which Wh belong to which period.
        raise TariffError("several periods in a billed charge need an FRAM on the board")
    return Tariff(names, prices, currency, _day(data, names), _rule(data), digest)


def _day(data, names):
    day = data.get("day", [["00:00", names[0]]])
    if type(day) is not list or not 1 <= len(day) <= _CHANGES:
        raise TariffError('day: 1 to %d of ["hh:mm", "name"] wanted' % _CHANGES)
    changes = []
    for place, row in enumerate(day):
        minute = -1
        if type(row) is list and len(row) == 2 and row[1] in names:
            minute = _minute(row[0])
        if minute < 0 or (minute if not changes else minute <= changes[-1][0]):
            text = 'day: %d: ["hh:mm", "name"] wanted, in order, the first at 00:00'
            raise TariffError(text % place)  # the row itself may be nested too deeply to be shown
        changes.append((minute, names.index(row[1])))
    return changes


def _minute(text):
    """Minutes since midnight of "hh:mm", -1 for anything else."""
    if type(text) is not str or len(text) != 5 or text[2] != ":":
        return -1
    digits = text[:2] + text[3:]
    if not all("0" <= c <= "9" for c in digits):
        return -1
    hour, minute = int(digits[:2]), int(digits[2:])
    return hour * 60 + minute if hour < 24 and minute < 60 else -1


def _rule(data):
    zone = data.get("zone", "")
    if type(zone) is not str:
        raise TariffError("zone: a text wanted")
    try:
        return parse(zone)
    except ValueError as error:
        raise TariffError(error.args[0]) from None
