"""A simulated box on a terminal of 80 x 24 or more: pilot, plant, box, hands and what was done."""

from typing import Any

from demo.panels import PILOT_ROWS, box, grid, panel, pilot, plant
from demo.recorder import Recorder
from rich.console import Console, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.text import Text

from .hands import KEYS, QUIT, Hands

_FRAME_S = 0.2
_KEPT = 50  # lines of what has happened


class Screen:
    """Use as `with`: it takes the whole terminal, and gives it back at the end."""

    def __init__(self, console: Console, recorder: Recorder, hands: Hands, title: str):
        self._console = console
        self._recorder = recorder
        self._hands = hands
        self._title = title
        self._lines: list[tuple[float, str, str]] = []
        self._due_s = 0.0
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        return self

    def __exit__(self, *_error: object) -> None:
        self._live.__exit__(None, None, None)

    def say(self, source: str, text: str, **_facts: Any) -> None:
        """Something that has happened."""
        self._lines.append((self._recorder.now_s, source, text))
        del self._lines[:-_KEPT]
        self._draw()

    def state(self, state: dict[str, Any]) -> None:
        self._recorder.state = state

    def tick(self) -> None:
        now_s = self._console.get_time()
        if now_s >= self._due_s:
            self._due_s = now_s + _FRAME_S
            self._draw()

    def _draw(self) -> None:
        size = self._console.size
        sample = self._recorder.last
        right = Layout()
        right.split_column(
            Layout(panel("Measured in the plant", plant(sample)), size=6),
            Layout(panel("The box says", box(self._recorder.state))),
        )
        middle = Layout(size=PILOT_ROWS)
        wave = pilot(sample.high_mv, sample.low_mv, sample.duty, size.width // 2 - 12)
        middle.split_row(Layout(panel("Control pilot, 2 ms of it", wave)), right)
        bottom = Layout()
        rows = size.height - PILOT_ROWS - 5
        bottom.split_row(
            Layout(panel("Around the box", self._around())),
            Layout(panel("What has happened", self._happened(rows))),
        )
        layout = Layout()
        layout.split_column(
            Layout(Text(self._title, style="bold cyan", no_wrap=True), size=1),
            middle,
            bottom,
            Layout(_keys(), size=2),
        )
        self._live.update(layout, refresh=True)

    def _around(self) -> RenderableType:
        rows = grid()
        plug, car, *others = self._hands.around()
        rows.add_row(*plug[:2])
        rows.add_row(*car[:2])
        rest = Text()
        for what, how, well in others:
            rest.append(f"{what} {how}  ", style="" if well else "bold red")
        rows.add_row("Box", rest)
        rows.add_row("Volts", self._hands.voltmeter)
        return rows

    def _happened(self, rows: int) -> RenderableType:
        lines = Text(no_wrap=True, overflow="ellipsis")
        for t_s, source, text in self._lines[-max(rows, 1) :]:
            lines.append(f"{t_s:6.1f} s ", style="dim")
            lines.append(f"{source} ", style="cyan")
            lines.append(text + "\n")
        return lines


def _keys() -> RenderableType:
    line = Text()
    for key in KEYS:
        line.append(key.key, style="bold")
        line.append(f" {key.word}  ", style="dim")
    line.append(QUIT, style="bold")
    line.append(" quit", style="dim")
    return line
