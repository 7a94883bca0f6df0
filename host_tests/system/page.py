"""A page of docs whose commands are run: all in one shell, in their order, as they stand there."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from rig.interpreter import ROOT

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(
    name: str,
    folder: Path,
    ports: Mapping[str, int],
    deadline_s: float,
    after: Callable[[], object] = lambda: None,
) -> str:
    """What the commands of docs/`name` say, with `folder` as WORK. AssertionError: one failed.

    `after` ends what is in no process group of ours.
    """
    blocks = _BLOCK.findall((ROOT / "docs" / name).read_text())
    assert len(blocks) > 8, "the page has lost its commands"
    script = "set -euo pipefail\n" + "\n".join(blocks) + "\necho the page has ended\n"
    texts = {key: str(port) for key, port in ports.items()}
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, **texts, "WORK": str(folder)},
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
    assert said.endswith("the page has ended\n"), said + logs
    return said


def _end(group: int, after: Callable[[], object]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    after()
