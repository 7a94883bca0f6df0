"""The journal under power cuts and a full flash: what it has promised is there, and there once.

Flash tears writes at any byte, which littlefs does not: what holds here holds there.
"""

from hashlib import sha256

import pytest
from fake_flash import Flash, PowerCut
from fake_fram import FakeI2c
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilotwire.record import files, frame, journal, kinds, layout, segments
from pilotwire.record.fram import find
from pilotwire.record.journal import FlashBusy, Journal
from pilotwire.record.kinds import CHARGE, EVENT

ENOSPC = 28
COUNT = 4
BYTES = 300
STEPS = ("open", "close", "checkpoint", "note", "ack", "settle", "reset", "busy", "free", "end")


pytestmark = pytest.mark.usefixtures("real_files")


@pytest.fixture
def small(ring):
    """So small that a few records go around it, and cuts at every byte can be tried."""
    ring(COUNT, BYTES)


def frames(flash):
    """The sound frames of all segments, by number; found in another way than the firmware's."""
    found = {}
    for index in range(COUNT):
        data = bytes(flash.files.get(f"r/journal/{index:02}", b""))
        for at in range(len(data)):
            if data[at] == 0x5A and (n := frame.length(data, at)):
                one = frame.Frame(data[at : at + n])
                assert one.seq not in found, "a number twice"
                found[one.seq] = one
    return dict(sorted(found.items()))


def facts(found):
    """What frames say that must be said once: ("charge", its number), ("event", its count)."""
    said = []
    for one in found.values():
        fields = layout.decode(one.body)
        if one.kind == CHARGE:
            said.append(("charge", fields["charge"]))
        elif one.kind == EVENT and fields["event"] == "cover":
            said.append(("event", fields["count"]))
    assert len(said) == len(set(said)), "twice"
    return set(said)


class Box:
    """A box and what its journal has promised. `check` is a reset, and holds it to that."""

    def __init__(self, fram, kept=True):
        self.flash = Flash().use(files, journal, segments)
        self.i2c = FakeI2c(self.flash) if fram else None
        self.kept = kept
        self.free = True
        self.seen = {}  # every frame that was ever on flash, by number
        self.begun = set()  # numbers of charges
        self.opened = None  # what is known of the one without an end
        self.power_lost = False  # it has none because of that
        self.promised = set()  # facts
        self.waiting = set()  # facts that the next reset may take
        self.notes = 0
        self.told = self.acked = 0  # acknowledged in memory, and for ever
        self.claimed = 0  # acknowledged at any time: this may be dropped
        self.doing = None  # what a cut interrupts: (step, fields of the opening record or number)
        self.journal = None
        self.start()

    def start(self):
        self.free = True
        j = self.journal = Journal(
            "r",
            lambda: self.free,
            self.flash.sync,
            lambda n: bytes(range(n)),
            True,
            find(self.i2c),
        )
        j.start({"about": "power-on"})
        return j

    def do(self, step, size):
        """One step of a script; what flash refuses has not happened."""
        lost = self.journal.lost
        try:
            getattr(self, "_" + step)(size)
        except FlashBusy:
            assert not self.free
        except OSError as error:
            if error.args[0] != ENOSPC:
                raise
            self.flash.unsynced.clear()  # what is torn need not last
        if self.journal.lost > lost:  # a note found no room, and that was counted
            there = facts(frames(self.flash)) | {("charge", n) for n in self.begun}
            self.promised &= there | facts(self.seen)
            self.waiting &= there
        self._see()
        self.doing = None

    def _see(self):
        """What is on flash now, and that no number was ever given twice."""
        now = frames(self.flash)
        for number, one in now.items():
            assert self.seen.setdefault(number, one).data == one.data, "a number given again"
        return now

    def _written(self):
        """Nothing waits any more."""
        assert not self.flash.unsynced
        self.promised |= self.waiting
        self.waiting = set()
        self.acked = self.told if self.doing[0] == "settle" or self.i2c else self.acked

    def _open(self, size):
        if self.opened is None:
            fields = {"amounts": [1] * size, "start_wh": 5}
            self.doing = "open", fields
            number = self.journal.open(fields)
            assert number not in self.begun
            self.begun.add(number)
            self.opened = dict(fields, charge=number)
            self.power_lost = False
            self._written()

    def _checkpoint(self, size):
        if self.opened is not None and not self.power_lost:
            fields = {"end_wh": size}
            self.doing = "checkpoint", fields
            if self.journal.checkpoint(fields):
                self.opened.update(fields)

    def _close(self, size):
        if self.opened is not None:
            number = self.opened["charge"]
            self.doing = "close", number
            self.journal.close({"charge": number, "amounts": [2] * size})
            self.opened = None
            self._written()
            self.promised.add(("charge", number))

    def _end(self, size):
        """The end of a free charge, for which flash was full or broken."""
        if self.opened is not None:
            number = self.opened["charge"]
            self.doing = "end", number
            self.journal.note({"charge": number, "amounts": [3] * size}, CHARGE)
            self.opened = None
            (self.promised if self.i2c else self.waiting).add(("charge", number))

    def _note(self, size):
        if len(self.waiting) < 5:
            self.notes += 1
            self.doing = "note", self.notes
            lost = self.journal.lost
            self.journal.note({"event": "cover", "periods": "x" * size, "count": self.notes})
            if self.journal.lost == lost:
                (self.promised if self.i2c else self.waiting).add(("event", self.notes))

    def _ack(self, _):
        record = self.journal.read()
        if record:
            number = record["seq"]
            assert (record["kind"] == "missing") == (number not in frames(self.flash))
            self.doing = "ack", number
            assert self.journal.acknowledge(number)
            self.told = number
            self.acked = number if self.i2c else self.acked

    def _settle(self, _):
        self.doing = "settle", None
        self.journal.settle()
        if self.free:
            self._written()

    def _busy(self, _):
        self.free = False

    def _free(self, _):
        self.free = True

    def _reset(self, _):
        self.check()

    def check(self):
        """A reset. What is found then, if nothing else goes wrong, is looked at on a copy."""
        now = self._see()
        flash = self.flash
        flash.unsynced.clear()
        kept = {path: bytearray(data) for path, data in flash.files.items()}
        state = kept, flash.left, flash.room, flash.written
        memory = bytes(self.i2c.memory) if self.i2c else b""
        flash.left = flash.room = None
        self._look(now)
        flash.files, flash.left, flash.room, flash.written = state
        if self.i2c:
            self.i2c.memory[:] = memory
        self.opened = self.journal.opening and dict(self.journal.opening)
        self.told = self.acked = self.journal_acked
        self.waiting = set()
        self.power_lost = True
        self.doing = "start", None
        self.start()
        self.doing = None

    def _look(self, now):
        j = self.start()
        told = max(self.told, self.doing[1] if self.doing and self.doing[0] == "ack" else 0)
        assert self.acked <= j.acked <= told
        self.journal_acked = j.acked
        assert j.seq >= max([0, *self.seen])
        if self.kept:
            self.claimed = max(self.claimed, told)
            assert all(number in now for number in self.seen if number > self.claimed), "lost"
        else:  # the oldest go, and no other
            assert list(now) == sorted(self.seen)[len(self.seen) - len(now) :]
        opening = j.opening
        self._look_at_opening(opening)
        try:
            j.settle()
        except OSError as error:  # half frames of many cuts may fill what is kept for an end
            if error.args[0] != ENOSPC or not j.pending:
                raise
            self.flash.unsynced.clear()
        assert not self.flash.unsynced
        after = frames(self.flash)
        said = facts(self.seen | after)
        for kind, fields in j._queue:  # it waits until somebody acknowledges what is there
            if kind == CHARGE:
                said.add(("charge", fields["charge"]))
            elif fields.get("event") == "cover":
                said.add(("event", fields["count"]))
        missing = self.promised - said
        if j.lost:  # a full ring has no room for events
            missing = {one for one in missing if one[0] == "charge"}
        assert missing == set()
        ended = {number for kind, number in said if kind == "charge"}
        assert ended <= self.begun
        assert self.begun - ended == ({opening["charge"]} if opening else set())
        assert [record["seq"] for record in j.history(1)] == list(after)
        self._look_at_chain(after)
        self._look_as_backend(j, after)
        assert j.opening == opening
        j.opening = opening

    def _look_at_opening(self, opening):
        step, fields = self.doing or (None, None)
        if opening and opening["charge"] not in self.begun:
            assert step == "open"
            assert opening == dict(fields, charge=opening["charge"])
            self.begun.add(opening["charge"])
        elif opening and self.opened and step == "checkpoint":
            assert opening in (self.opened, self.opened | fields)
        elif opening and self.opened:
            assert opening == self.opened

    def _look_at_chain(self, found):
        """Across torn records too: the hash is that of the last one that was whole."""
        before = frame.FIRST if 1 in found else None
        for one in found.values():
            assert before in (None, one.before)
            before = sha256(one.data).digest()

    def _look_as_backend(self, j, found):
        """Everything is delivered once, in order; what is missing is what was never written."""
        expected = [number for number in found if number > j.acked]
        delivered = []
        last = j.acked
        while record := j.read():
            if record["kind"] == "missing":
                assert record["first"] == last + 1
            else:
                assert record["seq"] == last + 1
                delivered.append(record["seq"])
            last = record["seq"]
            j.acknowledge(last)
        assert delivered == expected
        assert last == j.seq


def steps(words, size=9):
    return [(step, size) for step in words.split()]


def run(script, fram, left=None, room=None, kept=True):
    """Play the script until it ends or the power goes; the bytes and operations it took."""
    box = Box(fram, kept)
    box.flash.written = 0
    box.flash.left = left
    box.flash.room = room
    try:
        for step, size in script:
            box.do(step, size)
    except PowerCut:
        assert left is not None
    written = box.flash.written
    box.flash.left = box.flash.room = None
    box.check()
    # What is written from now on takes nothing with it that was there.
    for step, size in steps("note settle ack settle close open note close settle reset"):
        box.do(step, size)
    return written


def cut_everywhere(script, fram, stride=1):
    total = run(script, fram)
    for left in range(0, total, stride):
        run(script, fram, left)
    return total


# What each must meet: a segment that begins, one that is dropped, all that may be written.
CHARGES = steps("open checkpoint note close settle ack settle open close settle note end settle")
AROUND = steps("open close settle ack ack settle " * 6, 95)
BUSY = steps("note busy note note free reset note open busy checkpoint note free close settle")
ENDS = steps("open end note settle open close note settle open end reset settle", 40)

random_steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 90)), max_size=14)
SUPPRESSED = [HealthCheck.function_scoped_fixture]


@pytest.mark.parametrize("fram", [False, True])
@pytest.mark.parametrize("script", [CHARGES, AROUND, BUSY, ENDS])
def test_a_power_cut_at_any_byte_takes_nothing_that_was_promised(small, script, fram):
    assert cut_everywhere(script, fram) > 300


@settings(deadline=None, max_examples=100, suppress_health_check=SUPPRESSED)
@given(random_steps, st.booleans(), st.integers(0, 12))
def test_a_power_cut_in_any_script_takes_nothing_that_was_promised(small, script, fram, first):
    total = run(script, fram)
    for left in range(first, total, 13):
        run(script, fram, left)


@settings(deadline=None, max_examples=100, suppress_health_check=SUPPRESSED)
@given(random_steps, random_steps, st.booleans(), st.data())
def test_one_power_cut_after_the_other_takes_nothing_that_was_promised(
    small, script, again, fram, data
):
    box = Box(fram)
    for part in (script, again, script):
        box.flash.left = data.draw(st.integers(0, 900))
        try:
            for step, size in part:
                box.do(step, size)
            box.do("settle", 9)
        except PowerCut:
            pass
        for left in data.draw(st.lists(st.integers(0, 150), max_size=3)):  # and at the start
            box.flash.left = left
            try:
                box.check()
                box.do("settle", 9)
            except PowerCut:
                pass
        box.flash.left = None
        box.check()


@settings(deadline=None, max_examples=300, suppress_health_check=SUPPRESSED)
@given(random_steps, st.booleans(), st.integers(0, 1_500))
def test_a_flash_that_is_full_for_a_while_takes_nothing_that_was_promised(
    small, script, fram, room
):
    run(script, fram, room=room)


@settings(deadline=None, max_examples=100, suppress_health_check=SUPPRESSED)
@given(random_steps, st.booleans(), st.integers(0, 600), st.integers(0, 900))
def test_a_power_cut_on_a_full_flash_takes_nothing_that_was_promised(
    small, script, fram, room, left
):
    run(script, fram, left, room)


def test_a_power_cut_where_there_is_no_backend_takes_nothing_but_the_oldest(small):
    script = steps("open close note settle " * 9, 40)
    for left in range(0, run(script, False, kept=False), 7):
        run(script, False, left, kept=False)


def test_a_ring_around_which_nobody_acknowledges_keeps_all_of_it_and_refuses_more(small):
    box = Box(fram=False)
    for _ in range(30):
        for step in ("open", "note", "close", "settle"):
            box.do(step, 60)
    refused = [one for one in box.promised if one[0] == "charge"]
    assert 3 <= len(refused) < 30
    assert box.journal.lost > 0
    assert len(frames(box.flash)) == box.journal.seq
    box.check()
    for _ in range(30):
        for step in ("ack", "settle", "open", "close", "settle", "reset"):
            box.do(step, 60)
    assert len(box.begun) > 15


def test_the_real_ring_goes_around_with_all_that_is_acknowledged():
    """18 segments of 16,000 bytes, twice, and a reader that asks for all of it."""
    box = Box(fram=False)
    box.do("open", 20)
    box.do("close", 20)
    j = box.journal
    for number in range(j.seq + 1, 12_000):
        j.note({"usable_min": 1, "count": number, "about": "x" * 20}, kinds.DAY)
        j.settle()
        if number % 50 == 0:
            while record := j.read():
                j.acknowledge(record["seq"])
            j.settle()
    assert len(box.flash.files) == 20
    assert sum(map(len, box.flash.files.values())) < 300 * 1_024
    kept = [record["seq"] for record in j.history(1)]
    assert kept == list(range(kept[0], 12_000))
    assert len(kept) > 17 * 16_000 // 120
    assert [r["seq"] for r in j.history(11_000)] == list(range(11_000, 12_000))
