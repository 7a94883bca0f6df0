"""`pilotwire why`: what a box answers, as a person reads it."""

import json

from backend.why import lines
from contract.document import FOLDER

EXAMPLES = json.loads((FOLDER / "examples" / "cmdres.json").read_text())
(ANSWER,) = [one["value"] for one in EXAMPLES if "sources" in one.get("value", {})]


def test_the_least_comes_first_and_each_says_for_how_long_and_what_then():
    assert lines(ANSWER) == [
        "6 A per phase, by the schedule",
        "",
        "schedule          6 A",
        "site              9 A  for 41 s, then 6 A",
        "temperature    13.5 A  rise  for 150 s",
        "box              16 A",
        "local        no limit  for 12 s, then 6 A",
    ]


def test_what_else_keeps_it_from_charging_is_said():
    said = {**ANSWER, "why_not": ["no-vehicle"], "override": True, "ready_unix": 1_800_000_000}
    assert lines(said)[1:4] == [
        "no current: no vehicle",
        "the owner charges now: schedule, plan, delay and sun do not count",
        "ready at unix time 1800000000",
    ]
