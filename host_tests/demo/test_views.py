"""What a person sees: the whole of it at 80 x 24, and plain lines without a terminal."""

import io
from itertools import pairwise

import pytest
from demo.lines import Lines, in_words
from demo.recorder import Message, Recorder
from demo.scenario import STEPS
from demo.screen import Screen
from plant import Cable, Car, World
from rich.console import Console
from telling.words import why_not_words

STATE = {
    "state": "B1",
    "closed": False,
    "offered_ma": 0,
    "limit": {"ma": 10_000, "by": "operator"},
    "why_not": ["vehicle-not-ready", "paused", "rest"],
    "faults": [],
}
SEEN = (  # the longest that a session shows
    ["no-vehicle", "vehicle-not-ready", "not-recorded", "no-cable"],
    ["no-vehicle", "vehicle-not-ready", "not-authorised", "no-cable"],
    ["vehicle-not-ready", "paused", "rest"],
)


def screen_of(state: dict, width: int = 80, height: int = 24) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, color_system=None, force_terminal=True)
    world = World(Car(), Cable(20))
    recorder = Recorder(world)
    screen = Screen(console, recorder)
    for topic, payload in (("state", state), ("cmd", {"id": "x", "type": "pause", "args": {}})):
        recorder.hear(topic, payload)
    for message in recorder.messages:
        screen.message(message)
    with screen:
        screen.step(5, len(STEPS), STEPS[4].sentence)
    return out.getvalue()


def text_of(screen: str) -> str:
    """The screen's words without its frames and line ends."""
    return " ".join(screen.replace("│", " ").replace("\r", " ").split())


@pytest.mark.parametrize("codes", SEEN)
def test_nothing_is_cut_off_at_80_by_24(codes: list[str]):
    screen = screen_of({**STATE, "why_not": codes})
    assert "…" not in screen
    words = text_of(screen)
    for word in why_not_words(codes).replace(",", "").split():
        assert word in words
    for text in (
        STEPS[4].sentence,
        "step 5 of 8",
        "B1 car connected, must wait",
        "10.0 A, the operator's wish",
        "high +8.98 V low +8.98 V",
        "duty 100.00 %, offers nothing",
        "Contactor open",
        "0.0 0.0 0.0 A",
        "0.00 kW",
        "0.0000 kWh (0.0 Wh)",
        "← state B1, contactor open, offers nothing, operator limit 10.0 A",
        "→ cmd pause (x)",
    ):
        assert text in words, screen


def test_all_sentences_fit_a_line():
    assert all(len(step.sentence) <= 80 for step in STEPS)


def test_without_a_terminal_each_event_is_a_line(capsys):
    lines = Lines(in_words)
    world = World(Car(), Cable(20))
    recorder = Recorder(world)
    lines.step(1, 8, "It begins.")
    lines.message(Message(1.0, "state", STATE))
    lines.message(Message(2.0, "state", STATE))  # a heartbeat: nothing new
    lines.message(Message(3.0, "cmd", {"id": "x", "type": "pause", "args": {}}))
    lines.tick(recorder.last)
    lines.tick(recorder.last._replace(t_s=4.0, closed=True))
    lines.tick(recorder.last._replace(t_s=5.0, closed=True))
    assert capsys.readouterr().out.splitlines() == [
        "  0.0 s  story     1/8  It begins.",
        "  1.0 s  box       state: B1, contactor open, offers nothing, operator limit 10.0 A; "
        "no current because: vehicle not ready, paused, rest",
        "  3.0 s  operator  cmd: pause (x)",
        "  4.0 s  plant     the contactor has closed, 0.0 A flow",
    ]


def test_the_recorder_sees_the_plant_not_the_box():
    world = World(Car(), Cable(20))
    recorder = Recorder(world)
    recorder.hear("state", {**STATE, "closed": True})
    world.set_outputs(3_333, True)
    for ms in range(10, 5_000, 10):
        world.advance(ms * 1000)
        recorder(world)
    times = [sample.t_s for sample in recorder.samples]
    assert all(b - a == pytest.approx(0.01) for a, b in pairwise(times))
    assert [sample.closed for sample in recorder.samples[:2]] == [False, True]  # makes in 20 ms
    last = recorder.last
    assert (last.high_mv, last.low_mv, last.duty) == (5_995, -12_000, 3_333)
    assert last.closed
    assert last.current_ma == pytest.approx((19_998, 19_998, 19_998))
    assert last.energy_wh == pytest.approx(world.reading().import_wh)
    assert last.limit == (10_000, "operator")
