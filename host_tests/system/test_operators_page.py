"""docs/operators.md does what it says: its commands, in its order, as they stand there."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from desk import free_port
from rig.broker import mosquitto
from rig.interpreter import ROOT
from rig.postgres import programs

PAGE = ROOT / "docs" / "operators.md"
DEADLINE_S = 300
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder():
    """One that the users of servers, which root becomes, may pass through."""
    if not mosquitto() or not programs() or not shutil.which("openssl"):
        pytest.skip("mosquitto, PostgreSQL and openssl are not all installed")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def end(group: int, folder: Path) -> None:
    """What a failed page has left running: its group, and PostgreSQL, which is its own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int((folder / "sql" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)


def test_the_page_leads_to_a_row_in_postgresql(micropython, folder):
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) > 8, "the page has lost its commands"
    script = "set -euo pipefail\n" + "\n".join(blocks) + "\necho the page has ended\n"
    ports = {name: str(free_port()) for name in ("TLS_PORT", "LOCAL_PORT", "SQL_PORT")}
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, **ports, "WORK": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        end(process.pid, folder)
        said = process.communicate()[0]
    finally:
        end(process.pid, folder)
    logs = "".join(f"\n{log}: {log.read_text()[-1_000:]}" for log in folder.glob("**/*log"))
    assert process.returncode == 0, said + logs
    assert re.search(r"box-1 \| +\d+ \| 20\d\d-\S+ \S+ \| +\d+ \| measured \| unplugged", said), (
        said
    )
    assert '"ok": true' in said
    assert "intact" in said
    assert re.search(r"box-1 \| t +\| .* \| 0 +\| \[\]", said), said
    assert re.search(r"0 \| +0 \| +0\n", said), said
    assert said.endswith("info stopped\nthe page has ended\n")
    assert not (folder / "sql" / "data" / "postmaster.pid").exists()
