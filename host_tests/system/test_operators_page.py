"""docs/operators.md does what it says."""

import contextlib
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
import shell
from desk import free_port
from rig.broker import mosquitto
from rig.postgres import programs

DEADLINE_S = 300


@pytest.fixture
def folder():
    """One that the users of servers, which root becomes, may pass through."""
    if not mosquitto() or not programs() or not shutil.which("openssl"):
        pytest.skip("mosquitto, PostgreSQL and openssl are not all installed")
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def end_postgresql(folder: Path) -> None:
    """It has a process group of its own."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        pid = int((folder / "sql" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)


def test_the_page_leads_to_a_row_in_postgresql(micropython, folder):
    ports = {name: free_port() for name in ("TLS_PORT", "LOCAL_PORT", "SQL_PORT")}
    said = shell.run(
        "docs/operators.md", folder, ports, DEADLINE_S, lambda: end_postgresql(folder)
    )
    assert re.search(r"box-1 \| +\d+ \| 20\d\d-\S+ \S+ \| +\d+ \| measured \| unplugged", said), (
        said
    )
    assert '"ok": true' in said
    assert "intact" in said
    assert re.search(r"box-1 \| t +\| .* \| 0 +\| \[\]", said), said
    assert re.search(r"0 \| +0 \| +0\n", said), said
    assert said.endswith("info stopped\nthe page has ended\n")
    assert not (folder / "sql" / "data" / "postmaster.pid").exists()
