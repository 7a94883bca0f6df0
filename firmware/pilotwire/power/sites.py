"""A row of sites.jsonl by its name, checked: curves of derating, codes of grids. Loads on demand.

    {"climate": name, "heat": curve, "damp": curve, "cold": [dc, pm, s], "rise_ma": mA a minute}
    {"grid": name, "mv": nominal, "hz": curve, "volts": curve, "rise_ma": mA a minute,
     "back": [least pu, most pu, least mHz, most mHz, s]}

A curve is two to eight points [x, per mille]. "heat": x in 1/10 degree below ring 0's trip (so
it is negative), "damp" in 1/1000 of humidity; 1000 is the board's rating, 0 is 6 A. "hz": x in
mHz, "volts" in 1/1000 of the nominal voltage; 1000 is the board's rating, 0 is none. "cold":
below so many 1/10 degree a charge starts with so much of what "heat" allows at most, for so long.
"back": what is in range again after a reduction or an outage, and for how long before the return.

A box takes rows of its own from sites.jsonl in its root first.
"""

import json

from micropython import const

from .slopes import along

_LONGEST = const(300)  # characters of a row
_CURVES = {  # x from, to, and whether it falls
    "heat": (-1_000, 0, True),
    "damp": (0, 1_000, True),
    "hz": (40_000, 70_000, False),
    "volts": (500, 1_000, False),
}
_NUMBERS = {  # least and most of each
    "rise_ma": ((10, 80_000),),
    "mv": ((100_000, 400_000),),
    "cold": ((-600, 200), (0, 1_000), (0, 3_600)),
    "back": ((500, 1_000), (1_000, 1_300), (40_000, 70_000), (40_000, 70_000), (0, 3_600)),
}
_KEYS = {
    "climate": ("heat", "damp", "cold", "rise_ma"),
    "grid": ("mv", "hz", "volts", "back", "rise_ma"),
}


def load(kind, name, root):
    """The row `name` of `kind` "climate" or "grid". Raises ValueError, with the place in it."""
    for path in (root + "/sites.jsonl", __file__.rsplit(".", 1)[0] + ".jsonl"):
        try:
            row = _find(path, kind, name)
        except OSError:
            continue
        if row:
            return row
    raise ValueError("sites.jsonl: no %s %.20s" % (kind, name))


def check(kind, row):
    """Raises ValueError, with the place and what is wanted there, unless it is a row of `kind`."""
    for key in row:
        if key != kind and key not in _KEYS[kind]:
            raise ValueError("%.20s: unknown key" % key)
    for key in _KEYS[kind]:
        if key not in row:
            raise ValueError("%s: missing" % key)
        if key in _CURVES:
            _check_curve(key, row[key], *_CURVES[key])
        else:
            _check_numbers(key, row[key], _NUMBERS[key])
    if kind == "grid":
        least_pu, _, least_mhz, most_mhz, _ = row["back"]
        if least_mhz >= most_mhz:
            raise ValueError("back: 3: more than %d wanted" % least_mhz)
        for key, x in (("volts", least_pu), ("hz", least_mhz)):
            if along(row[key], x) < 1_000:
                raise ValueError("back: %s reduces there" % key)


def _find(path, kind, name):
    with open(path, "rb") as file:
        number = 1
        line = file.readline(_LONGEST + 1)
        while line:
            try:
                row = _parse(line)
                if row.get(kind) == name:
                    check(kind, row)
                    return row
            except ValueError as error:
                raise ValueError("sites.jsonl: %d: %s" % (number, error))
            number += 1
            line = file.readline(_LONGEST + 1)
    return None


def _parse(line):
    if len(line) > _LONGEST:
        raise ValueError("more than %d characters" % _LONGEST)
    try:
        row = json.loads(line)
    except (ValueError, RuntimeError, MemoryError):  # the latter two: nested too deeply
        row = None
    if type(row) is not dict:
        raise ValueError("an object wanted")
    return row


def _check_numbers(key, found, ranges):
    if len(ranges) == 1:
        found = [found]
    if type(found) is not list or len(found) != len(ranges):
        raise ValueError("%s: %d numbers wanted" % (key, len(ranges)))
    for place, (least, most) in enumerate(ranges):
        if type(found[place]) is not int or not least <= found[place] <= most:
            raise ValueError("%s: %d: %d to %d wanted" % (key, place, least, most))


def _check_curve(key, points, least, most, falls):
    if type(points) is not list or not 2 <= len(points) <= 8:
        raise ValueError("%s: two to eight points wanted" % key)
    before = None
    for place, point in enumerate(points):
        _check_numbers("%s: %d" % (key, place), point, ((least, most), (0, 1_000)))
        if before:
            if point[0] <= before[0]:
                raise ValueError("%s: %d: x above %d wanted" % (key, place, before[0]))
            if (point[1] > before[1]) if falls else (point[1] < before[1]):
                text = "%s: %d: no %s than %d wanted"
                raise ValueError(text % (key, place, "more" if falls else "less", before[1]))
        before = point
    if max(points[0][1], points[-1][1]) < 1_000:
        raise ValueError("%s: 1000 somewhere wanted" % key)
