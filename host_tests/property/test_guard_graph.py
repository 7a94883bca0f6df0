"""The reachable graph of ring 0, whole; and its picture."""

import pytest
from graph import DRAWN, PICTURE, SETTINGS
from graph.explore import explore
from graph.machine import Machine
from graph.picture import svg
from pilotwire.pilot import sequence

STANDARD = ("A1", "B1", "B2", "C1", "C2", "D1", "D2", "E", "F")


@pytest.fixture(scope="module")
def drawn():
    machine = Machine(**DRAWN)
    return machine, explore(machine)


def test_every_state_is_reached_and_none_breaks_an_invariant(drawn):
    machine, graph = drawn
    print(f"{len(graph.edges)} states, {graph.n_edges} edges")
    assert graph.left == 0
    assert not graph.broken
    assert any(machine.of(node, "closed") for node in graph.edges)


def test_from_every_state_a_way_leads_back_to_the_first(drawn):
    _, graph = drawn
    assert not graph.stranded()


def test_the_picture_is_not_stale(drawn):
    text = svg(*drawn)
    assert PICTURE.read_text() == text, "make graph draws it anew"
    for letter in STANDARD:
        assert f">{letter}</text>" in text


def test_as_delivered_too():
    machine = Machine(**SETTINGS[1])
    graph = explore(machine)
    assert graph.left == 0
    assert not graph.broken
    assert not graph.stranded()


def test_a_spoilt_sequence_does_not_pass(monkeypatch):
    monkeypatch.setattr(sequence.Sequence, "rested", lambda self: True)
    graph = explore(Machine(**DRAWN), at_most=2_000)
    assert any("rest" in step.broken for _, step in graph.broken)
