"""The commands of a page in one shell, in their order, as they stand there."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pages import script
from rig.interpreter import ROOT

_END = "the page has ended\n"
_MAKE = 'make() { command make --no-print-directory --directory "$REPO" "$@"; }\n'


def run(
    page: str,
    folder: Path,
    ports: Mapping[str, int],
    deadline_s: float,
    after: Callable[[], object] = lambda: None,
    within: Path = ROOT,
) -> str:
    """What the commands of `page` say, with `folder` as WORK. AssertionError: one failed.

    `after` ends what is in no process group of ours.
    """
    text = "set -euo pipefail\n" + _MAKE + script(page) + f"echo {_END}"
    texts = {key: str(port) for key, port in ports.items()}
    process = subprocess.Popen(
        ["bash", "-c", text],
        cwd=within,
        env={**environment(), **texts, "REPO": str(ROOT), "WORK": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=deadline_s)
    except subprocess.TimeoutExpired:
        _end(process.pid, after)
        said = process.communicate()[0]
    finally:
        _end(process.pid, after)
    logs = "".join(f"\n{log}: {log.read_text()[-1_000:]}" for log in folder.glob("**/*log"))
    assert process.returncode == 0, said + logs
    assert said.endswith(_END), said + logs
    return said


def of(command: str) -> str:
    """What one command prints. AssertionError: it failed."""
    result = subprocess.run(
        ["bash", "-c", command],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def environment() -> dict[str, str]:
    """This one's, with the project's programs first, and no make around them."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "MAKEFLAGS": ""}


def _end(group: int, after: Callable[[], object]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    after()
