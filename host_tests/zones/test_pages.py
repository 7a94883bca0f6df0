"""The files that docs/clock.md, docs/access.md and docs/plans.md show are what the box takes."""

import json
import re

import pytest
from pilotwire.energy import guests
from pilotwire.power import plan, schedule
from rig.interpreter import ROOT

PAGES = {
    name: (ROOT / "docs" / name).read_text() for name in ("clock.md", "access.md", "plans.md")
}


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
