"""What a look at a computer or a board has found."""

from typing import NamedTuple


class Finding(NamedTuple):
    """`what` is so; where that is not well, what it means and what to do."""

    what: str
    means: str = ""
    do: str = ""
    wrong: bool = False  # against it nothing works; without it something is merely missing

    def __str__(self) -> str:
        sign = "!!" if self.wrong else "--" if self.means else "ok"
        return f"{sign} {self.what}" + "".join(
            f"\n     {text}" for text in (self.means, self.do) if text
        )
