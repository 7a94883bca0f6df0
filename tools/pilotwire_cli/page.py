"""`python -m pilotwire_cli.page`: docs/cli.md, made of what the commands' help says."""

from pathlib import Path

from rig.interpreter import ROOT

from .tree import Command, commands

PAGE = ROOT / "docs" / "cli.md"
_HEAD = Path(__file__).with_name("page_head.txt")
_EXAMPLES = "\n## Examples\n\n```text\n"


def page() -> str:
    """The whole page."""
    found = list(commands())
    rows = "".join(_row(one) for one in found)
    return (
        _HEAD.read_text()
        + rows
        + _EXAMPLES
        + "".join(f"{one.example}\n" for one in found)
        + "```\n"
    )


def _row(one: Command) -> str:
    exits = "; ".join(f"{code}: {said.rstrip('.')}" for code, said in one.exits.items())
    text = one.text.replace("|", "\\|")
    return f"| `{one.name}` | {text} | {exits.replace('|', chr(92) + '|') or '0'} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
