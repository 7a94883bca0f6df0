"""The commit that is checked out: what it is called, when it was made, and its files."""

import gzip
import subprocess
from datetime import UTC, datetime
from pathlib import Path


class NotThisTree(RuntimeError):
    """What lies here is not what a commit has; the text says what to do."""


def commit(root: Path) -> tuple[str, datetime]:
    """(its hash, when it was made). Raises NotThisTree."""
    changed = _git(root, "status", "--porcelain", "--untracked-files=no").decode()
    if changed:
        first = changed.splitlines()[0][3:]
        raise NotThisTree(f"{first} is not as it was committed: commit it, or put it back")
    name, unix = _git(root, "log", "-1", "--format=%H %ct").split()
    return name.decode(), datetime.fromtimestamp(int(unix), UTC)


def source(root: Path, prefix: str) -> bytes:
    """Every file of the commit as a .tar.gz, below `prefix`. Raises NotThisTree."""
    tar = _git(root, "archive", "--format=tar", f"--prefix={prefix}/", "HEAD")
    return gzip.compress(tar, mtime=0)


def _git(root: Path, *arguments: str) -> bytes:
    try:
        result = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False
        )
    except FileNotFoundError as error:
        raise NotThisTree("git is not installed, and a release is made of a commit") from error
    if result.returncode:
        raise NotThisTree(f"git {arguments[0]}: {result.stderr.decode().strip()}")
    return result.stdout
