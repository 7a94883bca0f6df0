"""A site's day as a picture: load against the fuse, what each box had, who waited, price and sun.

Of day_log.py's Day. Colours: Okabe and Ito's palette, which colour-blind people tell apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.dates import DateFormatter, HourLocator
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from .day_log import DAY_S, Day, Series, fullest, load

_LINES = ("#0072B2", "#E69F00", "#009E73")  # L1 to L3
_BLUE = "#0072B2"
_WAITS = "#CC79A7"
_FUSE = "#D55E00"
_SUN = "#E69F00"
_INK = "#222222"
_PALE = "#9a9a9a"
_TEXT = 8  # points
_CELL_S = 300  # of the map of boxes
_CURRENTS = LinearSegmentedColormap.from_list("currents", ("#eef4f8", "#9ecae1", _BLUE, "#08306b"))


def draw(day: Day, begin: float, zone: tzinfo, path: Path) -> None:
    """Write a PNG of the day from `begin` (unix) on."""
    tall = min(max(0.13 * len(day.granted_ma), 1.6), 6.0)
    extra = bool(day.price or day.solar_w)
    heights = [2.4, tall, 1.2][: 2 + extra]
    figure = Figure(
        figsize=(9, 0.9 + sum(heights)), dpi=130, facecolor="white", layout="constrained"
    )
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    _load(axes[0], day, begin, zone)
    _boxes(figure, axes[1], day, begin, zone)
    if extra:
        _price(axes[2], day, begin, zone)
    last = axes[-1]
    last.xaxis.set_major_locator(HourLocator(range(0, 24, 3), tz=zone))
    last.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=zone))
    last.set_xlim(_time(begin), _time(begin + DAY_S))
    for axis in axes:
        axis.tick_params(labelsize=_TEXT, colors=_INK)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    figure.align_ylabels(axes)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png")


def _load(axis: Axes, day: Day, begin: float, zone: tzinfo) -> None:
    for phase, series in enumerate(day.grid_ma):
        shown = _within(series, begin)
        if shown:
            times = [_time(at) for at, _ in shown]
            amperes = [ma / 1_000 for _, ma in shown]
            axis.plot(
                times,
                amperes,
                color=_LINES[phase],
                linewidth=0.7,
                label=f"L{phase + 1}",
                drawstyle="steps-post",
            )
    for from_s, to_s in day.unheard:
        axis.axvspan(_time(from_s), _time(to_s), color=_PALE, alpha=0.35, linewidth=0)
    for at in day.turns:
        if begin <= at < begin + DAY_S:
            axis.plot(_time(at), 0, marker="^", color=_INK, markersize=4, clip_on=False)
    axis.axhline(day.fuse_ma / 1_000, color=_FUSE, linewidth=1.4, linestyle=(0, (5, 3)))
    axis.annotate(
        f"fuse {day.fuse_ma / 1_000:g} A",
        (1, day.fuse_ma / 1_000),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        fontsize=_TEXT,
        color=_FUSE,
    )
    axis.set_ylim(
        min(0.0, axis.get_ylim()[0]), max(day.fuse_ma / 1_000 * 1.15, axis.get_ylim()[1])
    )
    axis.set_ylabel("connection (A)", fontsize=_TEXT, color=_INK)
    handles, _ = axis.get_legend_handles_labels()
    if day.unheard:
        handles.append(Patch(color=_PALE, alpha=0.35, label="meter lost"))
    if day.turns:
        turn = Line2D([], [], color=_INK, marker="^", markersize=4, linestyle="")
        turn.set_label("another instance leads")
        handles.append(turn)
    axis.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.1,
        frameon=False,
        fontsize=_TEXT,
        ncols=5,
    )
    when = datetime.fromtimestamp(begin, zone)
    axis.set_title(
        f"{day.site}, {when:%A %d %B %Y}", loc="left", pad=20, fontsize=_TEXT + 2, color=_INK
    )


def _boxes(figure: Figure, axis: Axes, day: Day, begin: float, zone: tzinfo) -> None:
    """A row for each box: what it may draw, and where it waits."""
    names = sorted(day.granted_ma, key=_natural)
    edges = begin + np.arange(0, DAY_S + 1, _CELL_S)
    times = [_time(edge) for edge in edges]
    rows = np.arange(len(names) + 1)
    amperes = np.array([_means(day.granted_ma[name], edges) for name in names]) / 1_000
    waits = np.array([_means(day.waits.get(name, []), edges) for name in names])
    most = max(float(np.nanmax(amperes, initial=6)), 6)
    shown = np.ma.masked_where(amperes < 0.05, amperes)
    mesh = axis.pcolormesh(times, rows, shown, cmap=_CURRENTS, vmin=0, vmax=most)
    axis.pcolormesh(
        times,
        rows,
        np.ma.masked_where(~((waits > 0.5) & (amperes < 6)), waits),
        cmap=ListedColormap([_WAITS]),
        vmin=0,
        vmax=1,
    )
    step = max(1, len(names) // 24 + 1) if len(names) > 24 else 1
    axis.set_yticks(rows[:-1:step] + 0.5, names[::step])
    axis.invert_yaxis()
    axis.set_ylabel("boxes", fontsize=_TEXT, color=_INK)
    bar = figure.colorbar(mesh, ax=axis, pad=0.01, aspect=12)
    bar.set_label("A per phase", fontsize=_TEXT, color=_INK)
    bar.ax.tick_params(labelsize=_TEXT, colors=_INK)
    bar.outline.set_visible(False)  # type: ignore[attr-defined, operator]
    axis.legend(
        handles=[Patch(color=_WAITS, label="waits: a car, and not 6 A for it")],
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.1,
        frameon=False,
        fontsize=_TEXT,
    )


def _price(axis: Axes, day: Day, begin: float, zone: tzinfo) -> None:
    if day.solar_w:
        sun = axis.twinx()
        shown = _within(day.solar_w, begin)
        times = [_time(at) for at, _ in shown]
        kilowatts = [watts / 1_000 for _, watts in shown]
        sun.fill_between(times, kilowatts, color=_SUN, alpha=0.4, linewidth=0, step="post")
        sun.set_ylabel("sun (kW)", fontsize=_TEXT, color=_SUN)
        sun.set_ylim(0)
        sun.tick_params(labelsize=_TEXT, colors=_SUN)
        sun.spines["top"].set_visible(False)
    shown = _within(day.price, begin)
    times = [_time(at) for at, _ in shown]
    axis.step(times, [price for _, price in shown], where="post", color=_INK, linewidth=1.2)
    axis.set_ylabel("price", fontsize=_TEXT, color=_INK)
    axis.set_zorder(2)
    axis.patch.set_visible(False)


def _within(series: Series, begin: float) -> Series:
    """What of it holds on that day, from its first second to its last."""
    end = begin + DAY_S
    times = [at for at, _ in series]
    first, last = bisect_right(times, begin), bisect_left(times, end)
    shown = series[first:last]
    if first:
        shown = [(begin, series[first - 1][1]), *shown]
    return [*shown, (end, shown[-1][1])] if shown else []


def _means(series: Series, edges: np.ndarray) -> np.ndarray:
    """Over time, between the edges; 0 before the series begins."""
    if not series:
        return np.zeros(len(edges) - 1)
    times = np.array([at for at, _ in series])
    values = np.array([value for _, value in series])
    sums = np.concatenate(([0.0], np.cumsum(values[:-1] * np.diff(times))))
    at = np.searchsorted(times, edges, side="right") - 1
    known = np.maximum(at, 0)
    upto = np.where(at < 0, 0.0, sums[known] + values[known] * (edges - times[known]))
    return np.diff(upto) / np.diff(edges)


def _natural(name: str) -> tuple[str, int, str]:
    """bay-2 before bay-10."""
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0), name


def _time(unix: float) -> float:
    """In matplotlib's days."""
    return unix / DAY_S


def drawn(
    logs: Sequence[Path], output: Path, day: str, zone: str, title: str
) -> dict[str, str | int]:
    """Draw it: file, day, overloads. Raises OSError, and ValueError for what cannot be."""
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"--zone: there is no time zone {zone!r}") from error
    found = load(logs, title or logs[0].stem)
    if day:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=place).timestamp()
    else:
        begin = fullest(found, place)
    draw(found, begin, place, output)
    when = f"{datetime.fromtimestamp(begin, place):%Y-%m-%d}"
    return {"file": str(output), "day": when, "overloads": found.overloads}
