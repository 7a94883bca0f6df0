"""Every command of `pilotwire`, its example and its exit codes, as its own help has them."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from typer.main import get_command

from .main import app

_EXAMPLE = "Example: "
_EXITS = re.compile(r"\s*Exit code (\d: .*)", re.DOTALL)
_CODE = re.compile(r"(?:^|(?<=\. ))(\d): ")


class Command(NamedTuple):
    """`exits`: {exit code: what it means}."""

    name: str
    text: str
    example: str
    exits: dict[int, str]
    options: tuple[str, ...]


def commands() -> Iterator[Command]:
    """In the order of help."""
    yield from _below(get_command(app), ())


def _below(command: Any, path: tuple[str, ...]) -> Iterator[Command]:
    for name, one in getattr(command, "commands", {}).items():
        here = (*path, name)
        if hasattr(one, "commands"):
            yield from _below(one, here)
        else:
            yield _described(" ".join(here), one)


def _described(name: str, command: Any) -> Command:
    text = " ".join((command.help or "").split())
    found = _EXITS.search(text)
    parts = _CODE.split(found[1])[1:] if found else []
    exits = {int(code): said.strip() for code, said in zip(parts[::2], parts[1::2], strict=True)}
    example = (command.epilog or "").partition(_EXAMPLE)[2]
    options = tuple(option for one in command.params for option in one.opts)
    return Command(name, text[: found.start()] if found else text, example, exits, options)
