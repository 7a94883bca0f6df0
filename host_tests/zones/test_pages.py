"""What docs/clock.md, docs/access.md and docs/plans.md show is what box and commands do."""

import json
import re

import pytest
from pilotwire.energy import guests
from pilotwire.power import plan, schedule
from pilotwire_cli.main import app
from rig.interpreter import ROOT
from typer.testing import CliRunner

PAGES = {
    name: (ROOT / "docs" / name).read_text() for name in ("clock.md", "access.md", "plans.md")
}
COMMANDS = [
    found
    for page in PAGES.values()
    for found in re.findall(r"^\$ pilotwire (.*)\n(.*\n)```", page, re.MULTILINE)
]


@pytest.mark.parametrize(("line", "printed"), COMMANDS)
def test_a_command_prints_what_its_page_shows(line, printed):
    assert CliRunner().invoke(app, line.split()).stdout == printed


@pytest.mark.parametrize(
    ("page", "checks"),
    [
        ("clock.md", [schedule.check]),
        ("access.md", [guests.check]),
        ("plans.md", [plan.check, plan.check, plan.check_prices]),
    ],
)
def test_a_file_that_a_page_shows_is_one_that_the_box_takes(page, checks):
    texts = re.findall(r"```json\n(.*?)```", PAGES[page], re.DOTALL)
    for text, check in zip(texts, checks, strict=True):
        check(json.loads(text))


def test_each_page_shows_a_command():
    assert [line.split()[0] for line, _ in COMMANDS] == ["zone", "token"]
