"""The parts of a live picture: pilot, plant and what the box says, as panels for rich."""

from collections.abc import Mapping
from typing import Any

from pilotwire.pilot.duty import current_for
from rich.console import RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from telling.words import amps, limit_words, state_words, why_not_words

from .recorder import Sample
from .waveform import AXIS, waveform

PILOT_ROWS = len(AXIS) + 4  # two lines below the waveform, two of border


def panel(title: str, body: RenderableType) -> Panel:
    """A box around `body`."""
    return Panel(body, title=title, title_align="left", border_style="bright_black")


def grid(gap: int = 1) -> Table:
    """Names and what they are, in two columns."""
    rows = Table.grid(padding=(0, gap))
    rows.add_column(style="dim")
    rows.add_column()
    return rows


def pilot(high_mv: int, low_mv: int, duty: int, columns: int) -> RenderableType:
    """Two periods of the control pilot, and what it offers."""
    wave = Text(no_wrap=True)
    rows = waveform(high_mv, low_mv, duty, columns)
    for axis, row in zip(AXIS, rows, strict=True):
        wave.append(f"{axis} ", style="dim")
        wave.append(row + "\n", style="bold green")
    wave.append(f"high {high_mv / 1000:+.2f} V   low {low_mv / 1000:+.2f} V\n")
    ma = current_for(duty)
    wave.append(f"duty {duty / 100:.2f} %, offers {amps(ma) if ma else 'nothing'}")
    return wave


def plant(sample: Sample) -> RenderableType:
    """What is measured there, for a panel of four lines."""
    rows = grid(gap=2)
    closed = Text("closed", style="bold green") if sample.closed else Text("open", style="bold")
    phases = "  ".join(f"{ma / 1000:4.1f}" for ma in sample.current_ma)
    rows.add_row("Contactor", closed)
    rows.add_row("L1 L2 L3", f"{phases}  A")
    rows.add_row("Power", f"{sample.power_w / 1000:.2f} kW")
    rows.add_row("Energy", f"{sample.energy_wh / 1000:.4f} kWh ({sample.energy_wh:.1f} Wh)")
    return rows


def box(state: Mapping[str, Any] | None) -> RenderableType:
    """What the box says of itself: its state, as published last."""
    if not state:
        return Text("not heard yet", style="dim")
    rows = grid()
    rows.add_row("State", Text(state_words(state["state"]), style="bold"))
    rows.add_row("Limit", limit_words(state["limit"]))
    why_not = why_not_words(state["why_not"], state["faults"])
    rows.add_row("Why not", Text(why_not, style="yellow") if why_not else "(current may flow)")
    return rows
