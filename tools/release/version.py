"""Which version this is: pyproject.toml says it, and CHANGELOG.md has to have its section."""

import re
import tomllib
from pathlib import Path

_HEADING = re.compile(r"^## (\S+).*\n", re.MULTILINE)
_UNRELEASED = "Unreleased"


class NotReleasable(ValueError):
    """Version and changelog do not agree; the text says what to do."""


def pyproject(root: Path) -> dict:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text())


def released(root: Path) -> tuple[str, str]:
    """(version, its section of the changelog). Raises NotReleasable.

    While that section is still called Unreleased, so is the version.
    """
    version = pyproject(root)["project"]["version"]
    sections = _sections((root / "CHANGELOG.md").read_text())
    waiting = sections.get(_UNRELEASED, "")
    if version not in sections:
        if waiting:
            return f"{version}-unreleased", waiting
        raise NotReleasable(
            f"CHANGELOG.md has neither a section {version} nor one {_UNRELEASED} with anything in "
            "it: write what users see"
        )
    if waiting:
        raise NotReleasable(
            f"CHANGELOG.md has a section {version}, and {_UNRELEASED} changes after it: give "
            "pyproject.toml the next version"
        )
    if not sections[version]:
        raise NotReleasable(f"CHANGELOG.md says nothing under {version}: write what users see")
    return version, sections[version]


def _sections(text: str) -> dict[str, str]:
    parts = _HEADING.split(text)[1:]
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
