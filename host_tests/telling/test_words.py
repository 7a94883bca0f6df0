"""What the box publishes, in plain words."""

import pytest
from pilotwire.pilot import levels, reasons
from pilotwire.power.leases import SOURCES
from telling.words import LIMITS, OPENED, message_words, state_words, why_not_words

STATE = {
    "state": "C2",
    "closed": True,
    "offered_ma": 9_996,
    "limit": {"ma": 10_000, "by": "operator"},
}


@pytest.mark.parametrize(
    ("topic", "payload", "text"),
    [
        ("online", 1, "the box is there"),
        ("online", 0, "the box is gone"),
        ("state", STATE, "C2, contactor closed, offers 10.0 A, operator limit 10.0 A"),
        (
            "state",
            {**STATE, "state": "B1", "closed": False, "offered_ma": 0},
            "B1, contactor open, offers nothing, operator limit 10.0 A",
        ),
        (
            "tele",
            {"current_ma": [9_996, 9_996, 0], "power_w": 4_555, "session_wh": 14},
            "10.0 10.0 0.0 A, 4.55 kW, 14 Wh so far",
        ),
        ("tele", {"current_ma": None}, "the meter does not answer"),
        ("cmd", {"id": "a", "type": "pause", "args": {}}, "pause (a)"),
        (
            "cmd",
            {"id": "a", "type": "limit", "args": {"ma": 10_000, "ttl_s": 600}},
            "limit 10.0 A for 600 s (a)",
        ),
        ("cmdres", {"id": "a", "ok": True, "reason": ""}, "a done"),
        ("cmdres", {"id": "a", "ok": False, "reason": "range"}, "a refused: range"),
        (
            "tx",
            {"seq": 2, "kind": "charge", "wh": 39, "reason": "unplugged"},
            "record 2: 39 Wh, unplugged",
        ),
        ("tx", {"seq": 1, "kind": "start"}, "record 1: start"),
        ("ack", {"upto": 1}, "records up to 1 are stored"),
        ("news", {"a": 1}, "{'a': 1}"),
    ],
)
def test_each_topic_has_its_line(topic: str, payload: object, text: str):
    assert message_words(topic, payload) == text


def test_the_firmwares_codes_all_have_words():
    assert set(reasons.OPENED_CODES) == set(OPENED)
    assert {*SOURCES, "cable", "vehicle"} == set(LIMITS)
    for letter in levels.LETTERS:
        assert "unknown" not in state_words(letter)


def test_codes_are_words():
    assert why_not_words(["paused", "rcd-test"], ["weld"]) == "paused, rcd test, fault weld"
