"""The demo on a terminal of 80 x 24 or more: a live picture of plant, box and MQTT."""

from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.table import Table
from rich.text import Text
from telling.words import message_words

from .panels import PILOT_ROWS, box, panel, pilot, plant
from .recorder import Message, Recorder, Sample

_FROM_OPERATOR = ("cmd", "ack")
_FRAME_S = 0.2


class Screen:
    """Use as `with`: it takes the whole terminal, and gives it back at the end."""

    def __init__(self, console: Console, recorder: Recorder):
        self._console = console
        self._recorder = recorder
        self._story = Text()
        self._counter = ""
        self._messages: list[Message] = []
        self._due_s = 0.0
        self._live = Live(console=console, screen=True, auto_refresh=False)

    def __enter__(self) -> "Screen":
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def step(self, number: int, total: int, sentence: str) -> None:
        self._counter = f"step {number} of {total}"
        self._story = Text(sentence, style="bold")
        self._draw(self._recorder.last)

    def message(self, message: Message) -> None:
        self._messages.append(message)

    def tick(self, sample: Sample) -> None:
        now_s = self._console.get_time()
        if now_s >= self._due_s:
            self._due_s = now_s + _FRAME_S
            self._draw(sample)

    def _draw(self, sample: Sample) -> None:
        size = self._console.size
        middle = Layout(size=PILOT_ROWS)
        right = Layout()
        right.split_column(
            Layout(panel("Measured in the plant", plant(sample)), size=6),
            Layout(panel("The box says", box(self._recorder.state))),
        )
        wave = pilot(sample.high_mv, sample.low_mv, sample.duty, size.width // 2 - 12)
        middle.split_row(Layout(panel("Control pilot, 2 ms of it", wave)), right)
        mqtt = self._mqtt(size.height - PILOT_ROWS - 4)
        layout = Layout()
        layout.split_column(
            Layout(self._head(sample), size=2),
            middle,
            Layout(panel("MQTT, → to the box, ← from the box", mqtt)),
        )
        self._live.update(layout, refresh=True)

    def _head(self, sample: Sample) -> RenderableType:
        grid = Table.grid(expand=True)
        grid.add_column()
        grid.add_column(justify="right")
        left = Text("Pilotwire", style="bold cyan")
        left.append("  a charge on real MicroPython", style="dim")
        grid.add_row(left, f"{self._counter} · {sample.t_s:4.1f} s")
        return Group(grid, self._story)

    def _mqtt(self, rows: int) -> RenderableType:
        lines = Text(no_wrap=True, overflow="ellipsis")
        for message in self._messages[-rows:]:
            arrow, style = ("→", "magenta") if message.topic in _FROM_OPERATOR else ("←", "cyan")
            lines.append(f"{message.t_s:5.1f} s ", style="dim")
            lines.append(f"{arrow} {message.topic:<7}", style=style)
            lines.append(message_words(message.topic, message.payload) + "\n")
        return lines
