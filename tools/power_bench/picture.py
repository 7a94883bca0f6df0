"""Two days of surplus charging as pictures: what the sun left over, and what the car took of it.

Colours: Okabe and Ito's palette, which colour-blind people tell apart.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import solar
from .control import MODES
from .solar import BEGIN_S, Day, Trace

_SUN = "#E69F00"
_CAR = "#0072B2"
_INK = "#222222"
_PALE = "#9a9a9a"
_TEXT = 8  # points
_MEAN_S = 20  # finer than that no pixel shows
_MODE = MODES[2]  # surplus, one phase and three
_NAMES = {"threshold": "a plain threshold", "Pilotwire": "Pilotwire", "best possible": "the best"}
DAYS = (("clear", 5, 1), ("broken", 5, 4))  # sort, month, seed


def draw_all(folder: Path) -> Iterator[Path]:
    """Write a PNG of each of DAYS into `folder`."""
    for sort, month, seed in DAYS:
        path = folder / f"surplus-{sort}.png"
        draw(solar.day_of(seed, month, sort), path)
        yield path


def draw(day: Day, path: Path) -> None:
    figure = Figure(figsize=(9, 5.4), dpi=120, facecolor="white", layout="constrained")
    every = figure.subplots(3, 1, sharex=True, sharey=True)
    traces = solar.traces(day, _MODE)
    for axes, (name, trace) in zip(every, traces.items(), strict=True):
        _one(axes, day, _NAMES[name], trace)
    every[0].legend(loc="upper right", frameon=False, fontsize=_TEXT, ncols=2)
    every[1].set_ylabel("kW", fontsize=_TEXT, color=_INK)
    every[2].set_xlabel("time of day", fontsize=_TEXT, color=_INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)


def _one(axes: Axes, day: Day, name: str, trace: Trace) -> None:
    surplus_kw = _means([max(w, 0) for w in day.surplus_w])
    hours = [(BEGIN_S + i * _MEAN_S) / 3_600 for i in range(len(surplus_kw))]
    axes.fill_between(hours, surplus_kw, color=_SUN, alpha=0.45, linewidth=0, label="surplus")
    axes.plot(hours, _means(trace.power_w), color=_CAR, linewidth=0.9, label="the car")
    found = solar.figures(day, trace)
    axes.set_title(
        f"{name}: {found.charged:.1f} kWh, {found.imported:.1f} of them from the grid, "
        f"interruptions: {found.interruptions}, changes of phases: {found.switches}",
        loc="left", fontsize=_TEXT, color=_INK,
    )  # fmt: skip
    axes.set_xlim(hours[0], hours[-1])
    axes.set_ylim(0)
    axes.tick_params(labelsize=_TEXT, colors=_INK)
    axes.grid(axis="y", color=_PALE, linewidth=0.3)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _means(watts: Sequence[float]) -> list[float]:
    """kW, over `_MEAN_S` each."""
    return [
        sum(watts[i : i + _MEAN_S]) / _MEAN_S / 1_000
        for i in range(0, len(watts) - _MEAN_S + 1, _MEAN_S)
    ]
