"""The project's pages: every Markdown file under version control, and the fenced blocks in it.

`sh` is a block of commands, `console` shows commands after `$ ` with what they print, everything
else names what it is. A block without a name could be either, so there is none.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rig.interpreter import ROOT

_BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FOLDERS = ("docs", "boards", "deploy", "tools", ".github")
_CHINESE = "docs/zh/"


class Block(NamedTuple):
    """A fenced block: `line` is that of its fence, for messages."""

    page: str
    line: int
    language: str
    text: str


@cache
def known() -> dict:
    """commands.toml."""
    return tomllib.loads(Path(__file__).with_name("commands.toml").read_text())


@cache
def pages() -> dict[str, str]:
    """{path from the root: text}."""
    found = list(ROOT.glob("*.md"))
    for folder in _FOLDERS:
        found += (ROOT / folder).glob("**/*.md")
    return {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(found)}


def blocks(page: str, language: str = "") -> list[Block]:
    """Those of a page, all of them or those in one language."""
    text = pages()[page]
    found = [
        Block(page, text.count("\n", 0, match.start()) + 1, match[1].strip(), match[2])
        for match in _BLOCK.finditer(text)
    ]
    return [block for block in found if language in ("", block.language)]


def commands(text: str) -> Iterator[str]:
    """The lines of a block that are commands, without their comments."""
    for line in text.splitlines():
        command = re.sub(r"(^|\s+)#\s.*$", "", line).strip()
        if command:
            yield command


def script(page: str) -> str:
    """The page's commands in their order, without those that commands.toml excepts."""
    left_out = set(others())
    kept = []
    for block in blocks(page, "sh"):
        lines = block.text.splitlines()
        kept += [line for line in lines if next(commands(line), "") not in left_out]
    return "\n".join(kept) + "\n"


@cache
def others() -> dict[str, str]:
    """{command: why this page's own test does not run it}."""
    told = {command: why for why, those in known()["never"].items() for command in those}
    return told | {row["command"]: f"run by {row['test']}" for row in known()["elsewhere"]}


def whole() -> dict[str, str]:
    """{page whose commands are one story: the test that runs it}."""
    return known()["whole"]


def english(page: str) -> str:
    """The page that a Chinese one says the same as; "" for others."""
    return page.replace(_CHINESE, "docs/", 1) if page.startswith(_CHINESE) else ""
