"""The sun on a roof, second by second: a clear sky from a table, and clouds from a seeded process.

clear_sky.csv is pvlib's: Ineichen's model with its own climatology of turbidity, on the 15th of
each month, on a plane towards the south. `python -m power_bench.sky` writes it anew, with pvlib
(the extra `sun`). The bench itself does without: pvlib wants 240 MB of other packages.
"""

import csv
import math
import random
from itertools import pairwise
from pathlib import Path

DAY_S = 86_400
SORTS = ("clear", "broken", "overcast")
TABLE = Path(__file__).with_name("clear_sky.csv")

_STEP_S = 600
_PLACE = {"latitude": 48.14, "longitude": 11.58, "altitude": 520}  # Munich
_TILT = 30  # degrees
_ZONE = "Etc/GMT-1"
_LOSSES = 0.86  # of module, wiring and inverter
_EDGE_S = 12  # a cloud's edge passes over a roof
_BRIGHT = 1.25  # white clouds beside the sun: the diffuse light of a broken sky


def clear(month: int) -> tuple[list[float], list[float]]:
    """Beam and diffuse light in W/m2 on the plane, for each second of a clear day."""
    points: tuple[list[float], list[float]] = ([], [])
    with TABLE.open() as file:
        for row in csv.DictReader(file):
            if int(row["month"]) == month:
                points[0].append(float(row["beam_w_m2"]))
                points[1].append(float(row["diffuse_w_m2"]))
    return _between(points[0]), _between(points[1])


def plant_w(seed: int, month: int, sort: str, peak_w: int) -> list[int]:
    """What a plant of `peak_w` yields in each second of such a day (`sort` of SORTS)."""
    beam, diffuse = clear(month)
    chance = random.Random(f"{seed} sky")
    if sort == "broken":
        passed = _passing(chance)
        diffuse = [w * _BRIGHT for w in diffuse]
    elif sort == "overcast":
        passed = [0.0] * DAY_S
        thin = _wander(chance)
        diffuse = [(w + 0.25 * b) * t for w, b, t in zip(diffuse, beam, thin, strict=True)]
    else:
        passed = [1.0] * DAY_S
    per_m2 = peak_w * _LOSSES / 1_000
    return [
        min(round((b * p + d) * per_m2), peak_w)
        for b, p, d in zip(beam, passed, diffuse, strict=True)
    ]


def _passing(chance: random.Random) -> list[float]:
    """The share of the beam that comes between clouds: sun and shade take turns."""
    shade_s = chance.uniform(60, 400)  # on the mean
    sun_s = chance.uniform(100, 600)
    shares: list[float] = []
    share = 1.0
    while len(shares) < DAY_S:
        sunny = share < 1
        aim = 1.0 if sunny else chance.uniform(0.05, 0.6)
        edge = [share + (aim - share) * i / _EDGE_S for i in range(_EDGE_S)]
        shares += edge
        share = aim
        shares += [share] * int(chance.expovariate(1 / (sun_s if sunny else shade_s)))
    return shares[:DAY_S]


def _wander(chance: random.Random) -> list[float]:
    """How thin the cover is, 0.3 to 1.2: an Ornstein-Uhlenbeck process over half hours."""
    mean = chance.uniform(0.5, 1.0)
    value = mean
    values = []
    for _ in range(DAY_S):
        value += (mean - value) / 1_800 + chance.gauss(0, 0.25) * math.sqrt(2 / 1_800)
        values.append(min(max(value, 0.3), 1.2))
    return values


def _between(points: list[float]) -> list[float]:
    """Straight lines between points `_STEP_S` apart, the first of the next day at the end."""
    return [
        a + (b - a) * i / _STEP_S
        for a, b in pairwise([*points, points[0]])
        for i in range(_STEP_S)
    ]


def _write() -> None:
    import pandas  # pyright: ignore[reportMissingImports]
    from pvlib import irradiance, location  # pyright: ignore[reportMissingImports]

    place = location.Location(**_PLACE, tz=_ZONE)
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("month", "minute", "beam_w_m2", "diffuse_w_m2"))
        for month in range(1, 13):
            times = pandas.date_range(
                f"2027-{month:02}-15", periods=DAY_S // _STEP_S, freq=f"{_STEP_S}s", tz=_ZONE
            )
            sun = place.get_solarposition(times)
            sky = place.get_clearsky(times, model="ineichen", solar_position=sun)
            plane = irradiance.get_total_irradiance(
                _TILT, 180, sun.apparent_zenith, sun.azimuth, sky.dni, sky.ghi, sky.dhi
            ).fillna(0)
            rows = zip(plane.poa_direct, plane.poa_diffuse, strict=True)
            for i, (beam, diffuse) in enumerate(rows):
                table.writerow((month, i * _STEP_S // 60, f"{beam:.1f}", f"{diffuse:.1f}"))


if __name__ == "__main__":
    _write()
