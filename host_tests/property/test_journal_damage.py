"""100,000 truncated, bit-flipped and random journals: none stops a start, none hides a record."""

import random

import pytest
from damaged_files import damaged
from fake_flash import Flash
from pilotwire.record import files, journal, segments
from pilotwire.record.frame import Frame, length
from pilotwire.record.journal import Journal
from pilotwire.record.kinds import DAY

CASES = 100_000
BATCHES = 20
COUNT = 4
BYTES = 400
ENOSPC = 28
SEGMENTS = [f"r/journal/{index:02}" for index in range(COUNT)]


pytestmark = pytest.mark.usefixtures("real_files")


@pytest.fixture
def small(ring):
    """As quickly damaged as a large one, and sooner read."""
    ring(COUNT, BYTES)


def start(flash):
    return Journal("r", lambda: True, flash.sync, lambda n: bytes(range(n)))


def left(charges, acknowledged, opened, size):
    """What so many charges leave on flash."""
    flash = Flash().use(files, journal, segments)
    j = start(flash)
    for n in range(charges):
        j.open({"by": "x" * (n % 20)})
        j.close({"charge": j.seq + 1, "amounts": [n] * (size + 7 * n % 20)})
        j.settle()
        if n < acknowledged:
            j.acknowledge(j.read()["seq"])
    j.note({"usable_min": 5}, DAY)
    j.settle()
    if opened:
        j.open({"start_wh": 5})
    return {path: bytes(data) for path, data in flash.files.items()}


# Empty, half a segment, a ring that has gone around, and one that is full; charges under way.
def originals():
    return [
        left(0, 0, False, 0),
        left(2, 0, True, 9),
        left(3, 1, False, 60),
        left(7, 4, True, 30),
        left(13, 10, True, 30),
        left(20, 18, False, 99),
    ]


def frames(found):
    """(path, bytes) of every sound frame."""
    sound = []
    for path in SEGMENTS:
        data = found.get(path, b"")
        at = 0
        while at < len(data):
            n = length(data, at)
            assert n, "the original is sound"
            sound.append((path, data[at : at + n]))
            at += n
    return sound


def damage(rng, original):
    """(the files with something wrong in one to three of them, whether one is now there twice)."""
    found = {path: bytearray(data) for path, data in original.items()}
    twice = False
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        path = rng.choice((*SEGMENTS, *found))
        if rng.randrange(20):
            found[path] = damaged(rng, found.get(path, b""))
        elif rng.randrange(2):
            found.pop(path, None)
        else:
            found[path] = bytearray(found.get(rng.choice(SEGMENTS), b""))
            twice = True
    return found, twice


def use(flash, sound):
    """A start, and a charge; the intact frames that may be gone after it."""
    intact = {Frame(data).seq for path, data in sound if data in flash.files.get(path, b"")}
    j = start(flash)
    seen = [record["seq"] for record in j.history(1)]
    assert intact <= set(seen)
    first = j.read()
    assert (first is None) == (j.seq == j.acked)
    assert j.seq >= max(intact, default=0)
    kept = {number for number in intact if number > j.acked}
    try:
        number = j.opening["charge"] if j.opening else j.open({"start_wh": 5})
        j.close({"charge": number, "wh": 7})
    except OSError as error:
        if error.args[0] != ENOSPC:
            raise
        assert len(kept) > 3 or not sound  # a ring full of what nobody has acknowledged
        return
    j.settle()
    again = start(flash)
    assert again.opening is None
    assert again.seq >= j.seq  # the number of what may have been in a lost segment is not given
    records = {record["seq"]: record for record in again.history(1)}
    assert records[j.seq]["charge"] == number
    assert kept <= set(records)


def run(cases, originals, seed):
    rng = random.Random(seed)
    sound = [frames(original) for original in originals]
    flash = Flash().use(files, journal, segments)
    for n in range(cases):
        i = n % len(originals)
        flash.files, twice = damage(rng, originals[i])
        before = {path: bytes(data) for path, data in flash.files.items()}
        try:
            use(flash, () if twice else sound[i])
        except Exception as error:
            raise AssertionError(f"case {n}: {before}") from error


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_damage_stops_a_start_or_costs_an_intact_record(small, batch):
    run(CASES // BATCHES, originals(), batch)


def test_no_damage_to_segments_of_their_real_size_does_either():
    run(300, [left(300, 150, True, 30)], 0)
