"""docs/site.md does what it says: its commands, in its order, as they stand there."""

import contextlib
import os
import re
import signal
import subprocess

import pytest
from desk import free_port
from rig.broker import mosquitto
from rig.interpreter import ROOT

PAGE = ROOT / "docs" / "site.md"
DEADLINE_S = 600  # its waits alone take some 200
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
USED = re.compile(r"worst part of a trip time used: (\d+\.\d+)\n")


@pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")
def test_the_page_leads_to_a_shared_connection_and_a_picture(tmp_path):
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) > 8, "the page has lost its commands"
    script = "set -euo pipefail\n" + "\n".join(blocks) + "\necho the page has ended\n"
    process = subprocess.Popen(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PORT": str(free_port()), "WORK": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        end(process.pid)
        said = process.communicate()[0]
    finally:
        end(process.pid)
    logs = "".join(f"\n{log}: {log.read_text()[-1_000:]}" for log in tmp_path.glob("*log"))
    assert process.returncode == 0, said + logs
    assert "feeders.main: L1 is overloaded with every network down" in said
    assert "30 of 30 boxes are set as they should be" in said
    assert (tmp_path / "day.png").read_bytes().startswith(b"\x89PNG")
    used = USED.search(said)
    assert used, said + logs
    assert float(used[1]) < 1
    assert said.endswith("the page has ended\n")


def end(group: int) -> None:
    """What a failed page has left running."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
