"""The demo on a terminal of 80 x 24 or more: a live picture of plant, box and MQTT."""

from pilotwire.pilot.duty import current_for
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .recorder import Message, Recorder, Sample
from .waveform import AXIS, waveform
from .words import amps, limit_words, message_words, state_words, why_not_words

_FROM_OPERATOR = ("cmd", "ack")
_FRAME_S = 0.2
_MIDDLE_ROWS = len(AXIS) + 4  # two lines below the waveform, two of border


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
        middle = Layout(size=_MIDDLE_ROWS)
        right = Layout()
        right.split_column(
            Layout(_panel("Measured in the plant", _plant(sample)), size=6),
            Layout(_panel("The box says", self._box())),
        )
        wave_columns = size.width // 2 - 12
        middle.split_row(
            Layout(_panel("Control pilot, 2 ms of it", _pilot(sample, wave_columns))), right
        )
        mqtt = self._mqtt(size.height - _MIDDLE_ROWS - 4)
        layout = Layout()
        layout.split_column(
            Layout(self._head(sample), size=2),
            middle,
            Layout(_panel("MQTT, → to the box, ← from the box", mqtt)),
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

    def _box(self) -> RenderableType:
        state = self._recorder.state
        if not state:
            return Text("not heard yet", style="dim")
        grid = _grid()
        grid.add_row("State", Text(state_words(state["state"]), style="bold"))
        grid.add_row("Limit", limit_words(state["limit"]))
        why_not = why_not_words(state["why_not"], state["faults"])
        grid.add_row("Why not", Text(why_not, style="yellow") if why_not else "(current may flow)")
        return grid

    def _mqtt(self, rows: int) -> RenderableType:
        lines = Text(no_wrap=True, overflow="ellipsis")
        for message in self._messages[-rows:]:
            arrow, style = ("→", "magenta") if message.topic in _FROM_OPERATOR else ("←", "cyan")
            lines.append(f"{message.t_s:5.1f} s ", style="dim")
            lines.append(f"{arrow} {message.topic:<7}", style=style)
            lines.append(message_words(message.topic, message.payload) + "\n")
        return lines


def _panel(title: str, body: RenderableType) -> Panel:
    return Panel(body, title=title, title_align="left", border_style="bright_black")


def _grid(gap: int = 1) -> Table:
    grid = Table.grid(padding=(0, gap))
    grid.add_column(style="dim")
    grid.add_column()
    return grid


def _pilot(sample: Sample, columns: int) -> RenderableType:
    wave = Text(no_wrap=True)
    rows = waveform(sample.high_mv, sample.low_mv, sample.duty, columns)
    for axis, row in zip(AXIS, rows, strict=True):
        wave.append(f"{axis} ", style="dim")
        wave.append(row + "\n", style="bold green")
    high, low = sample.high_mv / 1000, sample.low_mv / 1000
    wave.append(f"high {high:+.2f} V   low {low:+.2f} V\n")
    ma = current_for(sample.duty)
    wave.append(f"duty {sample.duty / 100:.2f} %, offers {amps(ma) if ma else 'nothing'}")
    return wave


def _plant(sample: Sample) -> RenderableType:
    grid = _grid(gap=2)
    closed = Text("closed", style="bold green") if sample.closed else Text("open", style="bold")
    phases = "  ".join(f"{ma / 1000:4.1f}" for ma in sample.current_ma)
    grid.add_row("Contactor", closed)
    grid.add_row("L1 L2 L3", f"{phases}  A")
    grid.add_row("Power", f"{sample.power_w / 1000:.2f} kW")
    grid.add_row("Energy", f"{sample.energy_wh / 1000:.4f} kWh ({sample.energy_wh:.1f} Wh)")
    return grid
