"""The picture of a session: pilot, duty, current and contactor over one time axis.

Colours: Okabe and Ito's palette, which colour-blind people tell apart. The size is for a page of
about 900 pixels, drawn at twice that.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .recorder import Event, Sample

_BLUE = "#0072B2"
_ORANGE = "#D55E00"
_GREEN = "#009E73"
_INK = "#222222"
_PALE = "#9a9a9a"
_STATES = ((12, "A no car"), (9, "B connected"), (6, "C ready"))
_TEXT = 9  # points
RUN_S = 1.0  # what is over sooner gets no label

T = TypeVar("T")
_BEFORE_S = 3.5  # of the time before the first event


def draw(samples: Sequence[Sample], events: Sequence[Event], path: Path) -> None:
    """Write a PNG. `samples` in time order, at least one, and at least one event."""
    begin_s = events[0].t_s - _BEFORE_S
    shown = [sample for sample in samples if sample.t_s >= begin_s]
    seconds = [sample.t_s for sample in shown]
    figure = Figure(figsize=(9, 6.2), dpi=200, facecolor="white", layout="constrained")
    heights = (3.2, 1.8, 2.6, 0.5)
    axes = figure.subplots(4, 1, sharex=True, height_ratios=heights)
    pilot, duty, current, contactor = axes
    _pilot(pilot, seconds, shown)
    _duty(duty, seconds, shown)
    _current(current, seconds, shown)
    _contactor(contactor, seconds, shown)
    for axis in axes:
        _plain(axis)
        for event in events:
            axis.axvline(event.t_s, color=_PALE, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    for event in events:
        pilot.annotate(
            event.label,
            (event.t_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontsize=_TEXT,
            fontweight="bold",
            color=_INK,
        )
    pilot.set_xlim(seconds[0], seconds[-1])
    figure.align_ylabels(axes)
    figure.savefig(path, format="png")


def _pilot(axis: Axes, seconds: list[float], samples: list[Sample]) -> None:
    high = [sample.high_mv / 1000 for sample in samples]
    # Steady, the pilot has one level only: there is no lower plateau to show.
    low = [
        sample.low_mv / 1000 if sample.low_mv != sample.high_mv else float("nan")
        for sample in samples
    ]
    axis.fill_between(seconds, low, high, color=_BLUE, alpha=0.08, linewidth=0, step="post")
    axis.step(seconds, high, color=_BLUE, linewidth=1.8, where="post")
    axis.step(seconds, low, color=_ORANGE, linewidth=1.8, where="post")
    axis.set_ylim(-14, 14)
    axis.set_yticks([-12, -6, 0, 6, 9, 12])
    axis.set_ylabel("pilot (V)")
    for volts, text in _STATES:
        _beside(axis, volts, text, _INK)
    _beside(axis, 1, "high plateau", _BLUE)
    _beside(axis, -12, "low plateau", _ORANGE)


def _duty(axis: Axes, seconds: list[float], samples: list[Sample]) -> None:
    percent = [sample.duty / 100 for sample in samples]
    axis.step(seconds, percent, color=_BLUE, linewidth=1.8, where="post")
    axis.set_ylim(0, 110)
    axis.set_yticks([0, 50, 100])
    axis.set_ylabel("duty (%)")
    for start_s, value in runs(seconds, percent):
        if value < 100:
            _above(axis, start_s, value, f"{value:.2f} %", _BLUE)
    _beside(axis, 100, "steady: no offer", _INK)


def _current(axis: Axes, seconds: list[float], samples: list[Sample]) -> None:
    phase = [sample.current_ma[0] / 1000 for sample in samples]
    limits = [sample.limit for sample in samples]
    limit = [known[0] / 1000 if known else float("nan") for known in limits]
    axis.fill_between(seconds, phase, color=_GREEN, alpha=0.25, linewidth=0)
    axis.plot(seconds, phase, color=_GREEN, linewidth=1.8)
    axis.step(seconds, limit, color=_INK, linewidth=1.4, where="post")
    axis.set_ylim(0, 38)
    axis.set_yticks([0, 10, 20, 32])
    axis.set_ylabel("current (A)")
    for start_s, known in runs(seconds, limits):
        if known:
            ma, source = known
            _above(axis, start_s, ma / 1000, f"{source} {ma / 1000:g} A", _INK)
    _beside(axis, limit[-1], "binding limit", _INK)
    _beside(axis, 2, "each phase", _GREEN)


def _contactor(axis: Axes, seconds: list[float], samples: list[Sample]) -> None:
    closed = [sample.closed for sample in samples]
    axis.fill_between(seconds, 0, 1, where=closed, color=_INK, step="post", linewidth=0)
    axis.set_ylim(0, 1)
    axis.set_yticks([])
    axis.set_xlabel("time (s)")
    for start_s, value in runs(seconds, closed):
        if value:
            _above(axis, start_s, 0.22, "closed", "white")
    _beside(axis, 0.5, "contactor", _INK)


def runs(seconds: Sequence[float], values: Sequence[T]) -> list[tuple[float, T]]:
    """Start and value of each stretch in which `values` stays the same for RUN_S at least."""
    found: list[tuple[float, T]] = []
    start = 0
    for i in range(1, len(values) + 1):
        if i == len(values) or values[i] != values[start]:
            if seconds[i - 1] - seconds[start] >= RUN_S:
                found.append((seconds[start], values[start]))
            start = i
    return found


def _above(axis: Axes, start_s: float, height: float, text: str, color: str) -> None:
    """A label on the line of a stretch that begins at `start_s`, clear of the step there."""
    place = (start_s + 0.6 * RUN_S, height)
    axis.annotate(text, place, (0, 3), textcoords="offset points", fontsize=_TEXT, color=color)


def _beside(axis: Axes, height: float, text: str, color: str) -> None:
    """A label right of the axis, instead of a legend."""
    axis.annotate(
        text,
        (1.0, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=_TEXT,
        color=color,
    )


def _plain(axis: Axes) -> None:
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axis.spines[side].set_color(_PALE)
    axis.tick_params(labelsize=_TEXT, color=_PALE, labelcolor=_INK)
    axis.set_ylabel(axis.get_ylabel(), fontsize=_TEXT)
    axis.set_xlabel(axis.get_xlabel(), fontsize=_TEXT)
