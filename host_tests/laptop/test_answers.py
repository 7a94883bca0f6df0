"""Answers of the console as data: each text of the firmware that is read here is found again."""

import pytest
from laptop import answers, said
from pilotwire.console import table

# Texts, and values that they are shown with.
SHOWN = (
    ("status-the-box", ("box-1", "04a539f0", "power-on")),
    ("status-limit", (16000, "box", 15996, 3)),
    ("status-network", ("wifi", None, None, "wrong-key")),
    ("status-records", (12, 3)),
    ("why-a-source", ("operator", "16000")),
    ("why-a-lease-holds", ("site", "6000", 59, None)),
    ("pilot-itself", ("C2", 26.66, 5995, -12000)),
    ("meter-phase", (1, "228400", None)),
)


@pytest.mark.parametrize(("key", "values"), SHOWN)
def test_what_was_shown_is_read_again(key, values):
    line = said.text(key) % tuple("-" if value is None else value for value in values)
    assert said.row(key, f"before\n{line}\nafter") == values


def test_every_text_that_is_read_is_one_of_the_firmware():
    keys = (*answers._STATUS, *said._COMPLAINTS, "welcome-text", "console-left", "why-it-flows")
    assert [key for key in keys if table.text("en", key) is None] == []


@pytest.mark.parametrize("key", said._COMPLAINTS)
def test_every_complaint_is_known_as_one(key):
    words = ("7",) * said.text(key).count("%s") + (7,) * said.text(key).count("%d")
    shown = said.text(key).replace("%d", "%s") % words if words else said.text(key)
    assert said.complaint(f"line\n{shown}\n") == shown


def test_an_answer_is_no_complaint():
    assert said.complaint("box        desk, firmware -, started by power-on\nDone.") == ""


def test_why_has_codes_with_meanings_and_sources():
    shown = "rest               the contactor rests\n  box          allows 0 mA"
    assert answers.why(shown) == {
        "why_not": {"rest": "the contactor rests"},
        "sources": {"box": {"ma": 0}},
    }


def test_secrets_and_texts_of_a_configuration():
    shown = 'id = "box = 1"\nlimit_ma = 0\nmqtt_password = "***"'
    assert answers.config(shown) == {"id": "box = 1", "limit_ma": 0, "mqtt_password": "***"}


def test_the_log_has_its_entries_with_their_time_and_how_many_there_are():
    shown = "- warning link wrong-key (7)\n2027-01-15 08:00:00 info    plugged\n"
    unix = 1_800_000_000
    assert answers.log(shown + said.text("log-in-numbers") % (9, 6)) == [
        {"unix": None, "level": "warning", "text": "link wrong-key", "count": 7},
        {"unix": unix, "level": "info", "text": "plugged", "count": 1},
        {"entries": 9, "folded": 6},
    ]
    (kept,) = answers.log("2027-01-15 08:00:00 3/8123 error   fault pe")
    assert (kept["unix"], kept["boot"], kept["ms"], kept["text"]) == (unix, 3, 8123, "fault pe")
