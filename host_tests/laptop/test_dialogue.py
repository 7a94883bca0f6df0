"""How a laptop gets to a console's prompt, and what it says where it does not."""

import pytest
from laptop import dialogue as room
from laptop.dialogue import sitting
from talker import Talker
from telling.trouble import NO_ANSWER, REFUSED, WRONG, Trouble


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(room, "_ANSWER_S", 0.5)


def test_an_idle_console_is_woken_and_left():
    with Talker({}) as box, sitting(box.url) as dialogue:
        assert dialogue.box == "desk"
        dialogue.run("status")
    assert box.heard == ["lang en", "status", "exit"]


def test_one_that_somebody_has_left_open_stays_open():
    with Talker({}, knocked="\x1b[2J\x1b[H\rdesk# half a li\x1b[K") as box:
        with sitting(box.url) as dialogue:
            dialogue.run("status")
        assert box.heard == ["lang en", "status"]


def test_an_answer_is_what_stands_between_echo_and_prompt():
    lines = []
    with Talker({"why": "rest   x\r\n  box    allows 0 mA"}) as box, sitting(box.url) as dialogue:
        assert dialogue.run("why", on_line=lines.append) == "rest   x\n  box    allows 0 mA"
    assert "rest   x" in lines


@pytest.mark.parametrize(
    ("knocked", "code", "says"),
    [
        ("", NO_ANSWER, "nobody answers"),
        ("console: in use\r\n", REFUSED, "in use"),
        ("12/20  Pilot\r\nEnter: measure; s: skip; q: leave. ", REFUSED, "commissioning perhaps"),
    ],
)
def test_what_is_no_prompt_is_told_and_nothing_is_entered(knocked, code, says):
    with Talker({}, knocked) as box, pytest.raises(Trouble) as caught, sitting(box.url):
        pass
    assert caught.value.code == code
    assert says in str(caught.value)
    assert set(box.heard) <= {""}, (
        "a knock may be followed by an empty line only where all is silent"
    )


def test_a_line_that_the_box_refuses_is_trouble_with_its_words():
    with Talker({"limit 1 1": "That is for the level installer: `login` first."}) as box:
        refused = pytest.raises(Trouble, match=r"limit 1 1. was refused by desk: That is for")
        with refused, sitting(box.url) as dialogue:
            dialogue.does("limit 1 1")
        assert box.heard[-1] == "exit", "the console is left all the same"


@pytest.mark.parametrize("line", ["x" * 161, "status\rreboot", "\x03"])
def test_what_is_no_line_is_not_sent(line):
    with Talker({}) as box, pytest.raises(Trouble) as caught, sitting(box.url) as dialogue:
        dialogue.run(line)
    assert caught.value.code == WRONG
    assert box.heard == ["lang en", "exit"]


def test_a_port_where_nothing_is_says_so_in_three_parts():
    with pytest.raises(Trouble) as caught, sitting("socket://127.0.0.1:1"):
        pass
    assert caught.value.code == NO_ANSWER
    assert all((caught.value.happened, caught.value.means, caught.value.do))
