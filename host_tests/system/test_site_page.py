"""docs/site.md does what it says."""

import re

import pytest
import shell
from desk import free_port
from rig.broker import mosquitto

DEADLINE_S = 600  # its waits alone take some 200
USED = re.compile(r"worst part of a trip time used: (\d+\.\d+)\n")


@pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")
def test_the_page_leads_to_a_shared_connection_and_a_picture(tmp_path):
    said = shell.run("docs/site.md", tmp_path, {"PORT": free_port()}, DEADLINE_S)
    assert "feeders.main: L1 is overloaded with every network down" in said
    assert "30 of 30 boxes are set as they should be" in said
    assert (tmp_path / "day.png").read_bytes().startswith(b"\x89PNG")
    used = USED.search(said)
    assert used, said
    assert float(used[1]) < 1
