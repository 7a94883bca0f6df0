"""The heat map: which kind of event met the box in which state, and how often."""

from collections import Counter
from pathlib import Path

from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from .faults import KINDS

STATES = ("off", "A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F", "?1")
_INK = "#222222"
_TEXT = 7  # points


def draw(coverage: Counter[tuple[str, str]], title: str, path: Path) -> None:
    """Write a PNG of `coverage`, the counts of (kind, state)."""
    kinds = list(KINDS)
    half = (len(kinds) + 1) // 2
    figure = Figure(figsize=(11, 0.155 * half + 1.1), dpi=150, facecolor="white")
    figure.set_layout_engine("constrained")
    most = max(coverage.values(), default=1)
    for axes, part in zip(figure.subplots(1, 2), (kinds[:half], kinds[half:]), strict=True):
        counts = [[coverage[kind, state] or float("nan") for state in STATES] for kind in part]
        axes.pcolormesh(
            counts, cmap="viridis_r", norm=LogNorm(1, max(most, 2)), edgecolors="white", lw=0.5
        )
        for y, row in enumerate(counts):
            for x, count in enumerate(row):
                if count == count:  # not NaN
                    colour = "white" if count > most**0.55 else _INK
                    axes.text(
                        x + 0.5, y + 0.5, f"{count:.0f}", ha="center", va="center",
                        fontsize=_TEXT - 2, color=colour,
                    )  # fmt: skip
        axes.set_yticks([y + 0.5 for y in range(len(part))], part, fontsize=_TEXT)
        axes.set_xticks([x + 0.5 for x in range(len(STATES))], STATES, fontsize=_TEXT)
        axes.xaxis.tick_top()
        axes.invert_yaxis()
        axes.tick_params(length=0, colors=_INK)
        for spine in axes.spines.values():
            spine.set_visible(False)
    figure.suptitle(title, fontsize=9, color=_INK)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
