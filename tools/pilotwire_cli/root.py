"""The root of all commands: their order, and that an error ends each of them in the same way,
whoever has found it."""

import sys
from typing import Any

import typer
from telling.output import tell
from telling.trouble import WRONG, Trouble
from typer.core import TyperGroup

from .panels import PANELS

_STOPPED = 130


class Root(TyperGroup):
    """For `typer.Typer(cls=...)`."""

    _args: list[str]

    def __init__(self, **attributes: Any):
        super().__init__(**attributes)
        found = self.commands
        self.commands = {}
        for panel, names in PANELS.items():
            for name in names:
                self.commands[name] = found.pop(name)
                self.commands[name].rich_help_panel = panel
        if found:
            raise LookupError(f"in no panel of panels.py: {', '.join(found)}")

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Kept, because what is wrong may be said before any option is read."""
        self._args = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        as_json = "--json" in self._args
        try:
            return super().invoke(ctx)
        except Trouble as trouble:
            tell(self._named(), trouble, as_json)
            raise typer.Exit(trouble.code) from trouble
        except typer.TyperException as error:
            if not as_json:
                raise  # typer shows a person the usage
            means = "nothing was done"
            trouble = Trouble(
                WRONG, error.format_message(), means, f"see pilotwire {self._named()} --help"
            )
            tell(self._named(), trouble, as_json)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt as error:
            print(f"pilotwire {self._named()}: stopped", file=sys.stderr)
            raise typer.Exit(_STOPPED) from error

    def _named(self) -> str:
        """The words of the command line that are the command."""
        names, command = [], self
        for word in self._args:
            command = getattr(command, "commands", {}).get(word)
            if command is None:
                break
            names.append(word)
        return " ".join(names)
