"""What docs/clock.md and docs/access.md show is what box and commands do."""

import json
import re

import pytest
from pilotwire.energy import guests
from pilotwire.power import schedule
from pilotwire_cli.main import app
from rig.interpreter import ROOT
from typer.testing import CliRunner

PAGES = {name: (ROOT / "docs" / name).read_text() for name in ("clock.md", "access.md")}
COMMANDS = [
    found
    for page in PAGES.values()
    for found in re.findall(r"^\$ pilotwire (.*)\n(.*\n)```", page, re.MULTILINE)
]


@pytest.mark.parametrize(("line", "printed"), COMMANDS)
def test_a_command_prints_what_its_page_shows(line, printed):
    assert CliRunner().invoke(app, line.split()).stdout == printed


@pytest.mark.parametrize(
    ("page", "check"), [("clock.md", schedule.check), ("access.md", guests.check)]
)
def test_a_file_that_a_page_shows_is_one_that_the_box_takes(page, check):
    (text,) = re.findall(r"```json\n(.*?)```", PAGES[page], re.DOTALL)
    check(json.loads(text))


def test_each_page_shows_a_command():
    assert [line.split()[0] for line, _ in COMMANDS] == ["zone", "token"]
