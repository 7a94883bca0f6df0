"""Truncated, flipped and random segments of the log: nothing raises, no intact entry is lost."""

import random

import pytest
from damaged_files import damaged
from fake_flash import Flash
from hypothesis import given, settings
from hypothesis import strategies as st
from pilotwire.record import kept, segments, snapshot
from pilotwire.record.frame import length
from pilotwire.record.log import FAULT, Log

COUNT = 4
BYTES = 700
CASES = 3_000
PATHS = [f"r/log/{index:02}" for index in range(COUNT)]

pytestmark = pytest.mark.usefixtures("real_files")


class Box:
    """As much of a HAL as the log needs."""

    root = "r"

    def __init__(self, flash):
        self.sync = flash.sync
        self.now_ms = 0

    def clock(self):
        return 1_800_000_000, "set"


class Waiting:
    def __init__(self, *waiting):
        self.waiting = list(waiting)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """So small that a few entries go around it."""
    monkeypatch.setattr(kept, "_COUNT", COUNT)
    monkeypatch.setattr(kept, "_BYTES", BYTES)


def write(flash, texts, *snapshots):
    box = Box(flash)
    log = Log(lambda: box.now_ms)
    for text in texts:
        box.now_ms += 60_000
        log.note(FAULT, text)
    kept.write(log, Waiting(*snapshots), box, 1)


def original(n):
    """What `n` writes leave on flash, some with a snapshot."""
    flash = Flash().use(segments)
    for i in range(n):
        write(flash, [f"{i} {'x' * (i * 7 % 40)}"], *([bytes([i] * 300)] if i % 3 == 0 else []))
    return {path: bytes(data) for path, data in flash.files.items()}


def texts():
    return [entry[5] for entry in kept.entries("r", 1_000)]


def intact(files, original):
    """Texts of the sound frames of `original` that are still there whole."""
    flash = Flash().use(segments)
    found = []
    for path in PATHS:
        data = original.get(path, b"")
        at = 0
        while at < len(data):
            n = length(data, at)
            assert n, "the original is sound"
            if data[at : at + n] in files.get(path, b""):
                flash.files["r/log/00"] = bytearray(data[at : at + n])
                found += texts()
            at += n
    return set(found)


@pytest.mark.parametrize("n", [0, 1, 5, 40])
def test_no_damage_raises_or_hides_an_intact_entry_or_keeps_the_next_from_being_written(n):
    rng = random.Random(n)
    sound = original(n)
    for _ in range(CASES // 4):
        files = {path: bytearray(data) for path, data in sound.items()}
        for _ in range(rng.choice((1, 1, 2, 3))):
            path = rng.choice(PATHS)
            files[path] = damaged(rng, files.get(path, b""))
        there = intact(files, sound)
        flash = Flash().use(segments)
        flash.files = files
        assert there <= set(texts())
        for data in kept.snapshots("r", 9):
            list(snapshot.lines(data))
        before = set(texts())
        write(flash, ["after"])
        assert texts()[-1] == "after"
        assert len(before - set(texts())) <= BYTES // 61  # the oldest segment may have gone


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_that_a_snapshot_may_have_raise(data):
    list(snapshot.lines(data))
