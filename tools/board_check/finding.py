"""Something that is wrong with a board."""

from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class Finding:
    """`place` is a key of board.json, as in pilot.pwm; `text` names the value and the range."""

    severity: str  # "error": it cannot work, or not safely; "warning": know what you do
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.place}: {self.text}"


ERROR = partial(Finding, "error")
WARNING = partial(Finding, "warning")
