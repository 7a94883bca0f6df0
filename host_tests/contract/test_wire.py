"""What comes from a broker is held against the contract: topic, place and what was wanted."""

import json

import pytest
from contract import examples, wire
from contract.document import FOLDER, topics

STATE = examples.messages(FOLDER / "examples" / "state.json")[1]


def encoded(topic, message):
    return message.encode() if topic.plain else json.dumps(message).encode()


@pytest.mark.parametrize(
    ("topic", "message"), [(one[0], one[2]) for one in examples.all_of_them()], ids=str
)
def test_examples_pass(topic, message):
    wire.check(topic.name, encoded(topic, message), topic.qos, topic.retained)


@pytest.mark.parametrize(
    ("topic", "payload", "qos", "retained", "said"),
    [
        ("state", {**STATE, "pending": -1}, 0, False, "state: pending: -1 is less than"),
        ("state", {**STATE, "limit": {**STATE["limit"], "ma": "6"}}, 0, False, "state: limit.ma:"),
        ("state", {**STATE, "current_ma": [1, 2, "3"]}, 0, False, "state: current_ma[2]:"),
        ("state", {**STATE, "colour": "red"}, 0, False, "'colour' was unexpected"),
        ("state", {k: v for k, v in STATE.items() if k != "clock"}, 0, False, "'clock' is a requ"),
        ("state", {**STATE, "faults": ["x"]}, 0, False, "state: faults[0]: 'x' is not one of"),
        ("online", 2, 1, False, "online: (the whole): 2 is not one of [0, 1]"),
        ("online", 1, 0, False, "online: QoS: 1 is wanted, 0 came"),
        ("tele", {}, 0, True, "tele: retained: it must not be"),
        ("colour", {}, 0, False, "colour: topic: is none of the contract"),
        ("cmdres", b'{"id": "x", "id": "y"}', 1, False, "cmdres: payload: a key twice"),
        ("cmdres", b"NaN", 1, False, "cmdres: payload: NaN is no JSON"),
        ("cmdres", b"\xff", 1, False, "cmdres: payload:"),
        ("cmdres", {"id": "x", "ok": True, "reason": "range"}, 1, False, "cmdres:"),
    ],
)
def test_a_breach_says_topic_place_and_what_was_wanted(topic, payload, qos, retained, said):
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    with pytest.raises(wire.Breach) as caught:
        wire.check(topic, data, qos, retained)
    assert said in str(caught.value)


def test_what_is_sent_to_the_box_is_not_judged():
    for topic in topics().values():
        if not topic.by_box:
            wire.check(topic.name, b"\xff\xfe", 0, True)


def acquainted(*messages):
    """How many of these go through the whole check, one after another."""
    known = wire.Acquainted()
    n = 0
    for message in messages:
        place = known._seen.setdefault("state", wire._Place())
        n += place.shows_new(message)
    return n


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"pending": -1},
        {"pending": None},
        {"pending": 2.0},
        {"closed": 1},
        {"status": "Parked"},
        {"why_not": ["asleep"]},
        {"current_ma": [1, 2]},
        {"limit": {"ma": 1, "by": "box"}},
    ],
    ids=str,
)
def test_a_message_that_shows_something_new_is_checked(change):
    known = wire.Acquainted()
    known.check("state", json.dumps(STATE).encode(), STATE)
    wrong = {**STATE, **change}
    for _ in range(2):  # the second time as well
        with pytest.raises(wire.Breach):
            known.check("state", json.dumps(wrong).encode(), wrong)


def test_a_message_that_shows_nothing_new_is_not_checked_again():
    other = {**STATE, "power_w": STATE["power_w"] + 1, "session_wh": STATE["session_wh"] + 9}
    assert acquainted(STATE, STATE, other) == 1
