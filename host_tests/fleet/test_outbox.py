"""The simulated charger against the published schema and the firmware's rules."""

import pytest
from fleet.outbox import Outbox, Refused
from jsonschema import Draft202012Validator
from records.schema import schema
from records.source import parse
from records.verify import verify


def outbox(charges):
    box = Outbox("box-1")
    for _ in range(charges):
        box.add()
    return box


def test_its_records_are_such_as_a_box_publishes():
    box = outbox(3)
    records = [box.record(seq) for seq in (1, 2, 3)]
    for record in records:
        Draft202012Validator(schema()).validate(record)
    assert [record["charge"] for record in records] == [1, 2, 3]
    assert verify(parse("frames", b"".join(box.frames)), box._key).intact


def test_the_oldest_is_sent_with_growing_pauses_until_it_is_acknowledged():
    box = outbox(2)
    assert box.due_s(0) == 0
    assert box.send(0)["seq"] == 1
    assert box.due_s(1) == 4
    assert box.send(5)["seq"] == 1
    assert box.due_s(5) == 10
    assert box.acknowledge(1)
    assert box.due_s(5) == 0
    assert box.send(5)["seq"] == 2
    assert not box.acknowledge(1)
    assert box.acknowledge(2)
    assert box.due_s(6) is None
    assert box.repeated == 1


def test_what_was_never_sent_is_not_acknowledged():
    box = outbox(2)
    box.send(0)
    with pytest.raises(Refused):
        box.acknowledge(2)
    assert box.pending == 2


def test_a_restart_that_loses_marks_sends_again():
    box = outbox(2)
    for seq in (1, 2):
        box.send(0)
        box.acknowledge(seq)
    box.restarted(forgotten=1)
    assert box.send(0)["seq"] == 2
    with pytest.raises(Refused):
        box.acknowledge(3)
    assert (box.pending, box.repeated) == (1, 1)
