"""The soak's judge: it finds what was lost, doubled or changed, and lets repetitions pass."""

import pytest
from soak.box import Day, complaints
from soak.heap import grown_bytes
from soak.ledger import Ledger

JOURNAL = {"seq": 2, "acked": 2, "lost": 0}
START = {"seq": 1, "kind": "start", "frame": "a"}
CHARGE = {"seq": 2, "kind": "charge", "frame": "b", "wh": 10}
DONE = {"id": "1", "ok": True, "reason": ""}
REPEATED = {"id": "1", "ok": False, "reason": "repeated"}
PAUSED = {"id": "1", "ok": False, "reason": "range"}


def ledger(*messages):
    found = Ledger()
    for topic, payload in messages:
        found.take(topic, payload)
    return found


def test_every_record_once_or_again_and_its_energy_is_well():
    found = ledger(("tx", START), ("tx", CHARGE), ("tx", dict(CHARGE)))
    found.close(JOURNAL, 10.9)
    assert found.wrong == []
    assert (found.repeated, found.wh(), len(found.charges())) == (1, 10, 1)


@pytest.mark.parametrize(
    ("records", "journal", "metered_wh", "word"),
    [
        ((START,), {}, 0, "[2] of 2 never came"),
        ((START, CHARGE, {**CHARGE, "seq": 3}), {}, 20, "[3] are more"),
        ((START, CHARGE, {**CHARGE, "wh": 11}), {}, 10, "came again as another"),
        ((START, {"seq": 2, "kind": "missing", "first": 2}), {}, 0, "2 to 2 are missing"),
        ((START, CHARGE), {"acked": 1}, 10, "thinks"),
        ((START, CHARGE), {"lost": 1}, 10, "thinks"),
        ((START, CHARGE), {}, 11.5, "11.5 flowed"),
    ],
)
def test_what_is_wrong_with_records_is_named(records, journal, metered_wh, word):
    found = ledger(*(("tx", record) for record in records))
    found.close({**JOURNAL, **journal}, metered_wh)
    assert any(word in wrong for wrong in found.wrong), found.wrong


@pytest.mark.parametrize("results", [(DONE, DONE), (DONE, REPEATED), (REPEATED, DONE)])
def test_a_result_may_come_again(results):
    assert ledger(*(("cmdres", result) for result in results)).wrong == []


def test_two_results_of_one_command_are_wrong():
    assert "has two results" in ledger(("cmdres", DONE), ("cmdres", PAUSED)).wrong[0]


def test_only_what_the_box_publishes_is_counted():
    assert ledger(("cmd", {}), ("ack", {}), ("state", {})).messages.total() == 1


@pytest.mark.parametrize(
    ("heap", "grown"),
    [([5_000] * 9, 0), ([5_000, 9_000, 5_100, 5_000, 8_000, 5_200], 200), ([5_000, 7_000], 2_000)],
)
def test_a_heap_grows_by_what_is_never_given_back(heap, grown):
    assert grown_bytes(heap) == grown


def test_a_heap_that_grows_and_a_part_that_fails_are_complaints():
    assert complaints(Day(heap=[5_000, 5_000])) == []
    found = complaints(Day(heap=[5_000, 9_000], restarts=1))
    assert ["heap" in found[0], "failed" in found[1]] == [True, True]
