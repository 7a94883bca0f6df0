"""What every command has in common: `--json`, how an error is told, progress."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from .trouble import Trouble

Json = Annotated[bool, typer.Option("--json", help="JSON, an object a line")]


def objects(*values: dict[str, Any]) -> None:
    """JSON on standard output, a line for each."""
    for one in values:
        print(json.dumps(one, ensure_ascii=False), flush=True)


def tell(command: str, trouble: Trouble, as_json: bool) -> None:
    """To a program on standard output, to a person on standard error."""
    if as_json:
        objects({"error": trouble.happened, "means": trouble.means, "do": trouble.do})
    else:
        print(f"pilotwire {command}: {trouble}", file=sys.stderr)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, where that is a terminal; call with how much is done of `total`.

    Without one it only moves. Nothing else may be printed meanwhile.
    """
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
