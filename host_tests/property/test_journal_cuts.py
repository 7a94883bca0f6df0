"""The journal under power cuts, a full flash, damage and time: nothing written is ever lost."""

import pytest
from fake_flash import Flash, PowerCut
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pilotwire.record import journal
from pilotwire.record.journal import Journal

PATH = "journal.log"
KEEP_BYTES = 16_384
ENOSPC = 28


@pytest.fixture(autouse=True)
def no_real_files():
    yield
    Flash().restore(journal)


@pytest.fixture
def small(monkeypatch):
    """Files are rewritten so soon that a cut at every byte of it can be tried."""
    monkeypatch.setattr(journal, "_KEEP_BYTES", 300)
    monkeypatch.setattr(journal, "_WINDOW", 4)


class Backend:
    """What the box has promised, and what the backend has seen; compared after every reset."""

    def __init__(self, flash, history=b""):
        self.flash = flash.use(journal)
        if history:
            flash.files[PATH] = bytearray(history)
        self.records = {}  # closed charges, by number
        self.writing = []  # the record being written, and earlier tries that found no room
        self.opened = {}
        self.acked = 0
        self.claimed = 0  # told a journal, not necessarily written down
        self.told = 0  # told this journal, since the last reset
        self.journal = None

    def start(self):
        self.journal = j = Journal(PATH, lambda: True, self.flash.sync)
        return j

    def adopt(self):
        """Take what the file says as the truth so far."""
        j = self.start()
        pending = list(j.pending)
        self.records = {seq: j.read(seq) for seq in pending}
        self.acked = self.claimed = j.seq - len(pending)

    def do(self, step, pad):
        j = self.journal
        if step == "charge":
            if j.last:
                fields = {"wh": j.seq, "pad": pad}
                self.writing.append(("close", {**j.last, **fields}))
                record = j.close(fields)
                self.records[record["seq"]] = record
                self.opened = {}
            else:
                record = {"start": pad, "seq": j.seq + 1}
                self.writing.append(("open", record))
                assert j.open({"start": pad}) == record["seq"]
                self.opened = record
            self.writing = []
            assert not self.flash.unsynced
        elif step == "ack" and j.pending:
            seq = j.pending[0]
            assert j.read(seq) == self.records[seq]
            self.claimed = max(self.claimed, seq)
            self.told = seq
            assert j.acknowledge(seq)
        elif step == "settle":
            j.settle()
            self.acked = max(self.acked, self.told)

    def check(self):
        """A reset: nothing promised is missing, nothing is there that was not promised.

        What is read here is acknowledged on a copy.
        """
        before = self.journal.seq if self.journal else 0
        j = self.start()
        assert j.seq >= before
        self._check_open(j)
        seen = []
        flash = self.flash
        kept = {path: bytearray(data) for path, data in flash.files.items()}, flash.left
        flash.left = None
        while j.pending:
            seq = j.pending[0]
            assert seq > self.acked
            assert j.read(seq) == self.records[seq]
            seen.append(seq)
            j.acknowledge(seq)
            if not j.pending:
                j.settle()
        flash.files, flash.left = kept
        missing = set(self.records) - set(seen)
        assert all(seq <= self.claimed for seq in missing), missing
        assert seen == sorted(set(seen))
        assert not seen or seen == list(range(seen[0], max(self.records) + 1))
        self.start()
        self.told = 0

    def _check_open(self, j):
        """The record being written may be there or not; everything else must be."""
        for kind, record in self.writing:
            if kind == "open" and j.last == record:
                self.opened = record
            elif kind == "close" and not j.last:
                seq = record["seq"]
                if seq not in j.pending or j.read(seq) == record:
                    self.records[seq] = record
                    self.opened = {}
        self.writing = []
        assert j.last == self.opened
        assert j.seq == max([self.opened.get("seq", 0), self.claimed, *self.records])


steps = st.lists(
    st.tuples(st.sampled_from(["charge", "charge", "ack", "settle", "reset"]), st.integers(0, 60)),
    max_size=10,
)


def history(charges, acknowledged, pad):
    """A file of so many charges, of which so many are acknowledged but not yet dropped."""
    flash = Flash().use(journal)
    j = Journal(PATH, lambda: True, flash.sync)
    for seq in range(1, charges + 1):
        j.open({"start": pad})
        j.close({"wh": seq})
    j._append("ack", acknowledged)  # as settle does, but without dropping anything yet
    return bytes(flash.files[PATH])


SHORT = history(2, 1, "s")
SEVERAL = history(9, 7, "s")
LONG = history(75, 70, "s" * 200)  # the next acknowledgement rewrites the file


def run(script, old, left=None):
    """Play the script until it ends or the power does; the bytes and operations it took."""
    flash = Flash()
    backend = Backend(flash, old)
    backend.adopt()
    flash.written = 0
    flash.left = left
    try:
        for step, size in script:
            if step == "reset":
                backend.check()
            else:
                backend.do(step, "x" * size)
    except PowerCut:
        assert left is not None
    written = flash.written
    flash.left = None
    backend.check()
    for _ in range(2):  # what is appended now damages nothing that was there
        backend.do("charge", "after")
    backend.check()
    return written


SUPPRESSED = [HealthCheck.function_scoped_fixture]


@settings(deadline=None, max_examples=30, suppress_health_check=SUPPRESSED)
@given(steps)
def test_a_power_cut_at_any_byte_costs_at_most_the_record_being_written(small, script):
    for left in range(run(script, SHORT)):
        run(script, SHORT, left)


def test_a_power_cut_at_any_byte_of_a_rewriting_costs_nothing(small):
    script = [("ack", 0), ("settle", 0), ("charge", 9), ("ack", 0), ("settle", 0), ("charge", 9)]
    total = run(script, SEVERAL)
    assert total > 2 * len(SHORT)
    for left in range(total):
        run(script, SEVERAL, left)


def test_a_power_cut_while_a_backlog_beyond_the_window_is_acknowledged_costs_nothing(small):
    script = [("charge", 9)] * 16 + [("ack", 0), ("ack", 0), ("ack", 0), ("settle", 0)] * 3
    for left in range(0, run(script, SEVERAL), 7):
        run(script, SEVERAL, left)


@settings(deadline=None, max_examples=200)
@given(steps, st.integers(0, 700))
def test_a_flash_that_is_full_for_a_while_costs_nothing(script, room):
    flash = Flash()
    backend = Backend(flash, SHORT)
    backend.adopt()
    flash.room = room
    refused = 0
    for step, size in script:
        try:
            backend.do(step, "x" * size) if step != "reset" else None
        except OSError as error:
            if error.args[0] != ENOSPC:
                raise
            refused += 1
    flash.room = None
    backend.journal.settle()
    backend.acked = backend.told
    backend.check()
    assert backend.journal.damaged <= refused


def intact_lines(data):
    return {line for line in bytes(data).split(b"\n") if line}


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damage_anywhere_never_stops_the_start_and_never_costs_another_line(data):
    old = bytearray(data.draw(st.sampled_from([SHORT, LONG])))
    whole = intact_lines(old)
    for at in data.draw(st.lists(st.integers(0, len(old) - 1), max_size=6)):
        old[at] ^= 1 << data.draw(st.integers(0, 7))
    for noise in data.draw(st.lists(st.binary(max_size=3_000), max_size=2)):
        at = data.draw(st.integers(0, len(old)))
        size = data.draw(st.sampled_from([0, len(noise)]))
        old[at : at + size] = noise
    left = whole & intact_lines(old)
    flash = Flash().use(journal)
    flash.files[PATH] = bytearray(old)
    j = Journal(PATH, lambda: True, flash.sync)
    acked = 0
    expected = {}
    for line in left:
        kind, value = journal._parse(line)
        if kind == "ack":
            acked = max(acked, value)
        elif kind in ("open", "close") and expected.get(value["seq"], {}).get("wh") is None:
            expected[value["seq"]] = value
    expected = {seq: record for seq, record in expected.items() if seq > acked}
    last = j.last.get("seq")
    found = {seq: j.read(seq) for seq in j.pending[:32]}
    for seq in sorted(expected)[:31]:
        assert (j.last if seq == last else found[seq]) == expected[seq]
    seq = j.seq
    assert seq >= max([0, *expected])
    if not j.last:
        assert j.open({"after": 1}) == seq + 1
    j.close({"wh": 0})
    again = Journal(PATH, lambda: True, flash.sync)
    assert again.seq == j.seq
    assert again.pending == j.pending
    assert again.last == {}


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=5_000))
def test_any_bytes_are_a_journal_to_go_on_with(noise):
    flash = Flash().use(journal)
    flash.files[PATH] = bytearray(noise)
    j = Journal(PATH, lambda: True, flash.sync)
    assert (j.seq, j.last, j.pending) == (0, {}, [])
    assert j.open({}) == 1
    assert Journal(PATH, lambda: True, flash.sync).last == {"seq": 1}


def fill(j, charges, pad=""):
    for _ in range(charges):
        seq = j.open({"start": pad})
        j.close({"wh": seq})


def acknowledge_all(j):
    while j.pending:
        seq = j.pending[0]
        assert j.read(seq)["wh"] == seq
        j.acknowledge(seq)
        j.settle()


def test_a_backlog_is_not_rewritten_for_every_acknowledgement():
    flash = Flash().use(journal)
    j = Journal(PATH, lambda: True, flash.sync)
    fill(j, 1_000)
    size = len(flash.files[PATH])
    assert size > 4 * KEEP_BYTES
    flash.written = 0
    j.open({"box": "b"})
    acknowledge_all(j)
    assert flash.written < 4 * size
    assert len(flash.files[PATH]) < 2 * KEEP_BYTES + 500
    record = {"box": "b", "seq": 1_001}  # the charge in progress is still whole
    assert j.last == Journal(PATH, lambda: True, flash.sync).last == record
    j.close({"wh": 1_001})
    acknowledge_all(Journal(PATH, lambda: True, flash.sync))


def test_a_number_whose_lines_were_damaged_is_not_given_again_after_a_rewriting(small):
    flash = Flash().use(journal)
    flash.files[PATH] = bytearray(SEVERAL)
    j = Journal(PATH, lambda: True, flash.sync)
    fill(j, 1, "damaged" * 20)
    seq = j.seq
    flash.files[PATH] = flash.files[PATH].replace(b"damaged", b"DAMAGED")
    while j.pending and j.pending[0] < seq:
        j.read(j.pending[0])
        j.acknowledge(j.pending[0])
        j.settle()
    assert b"DAMAGED" not in flash.files[PATH]
    assert Journal(PATH, lambda: True, flash.sync).seq == seq


def test_a_charge_in_progress_is_kept_however_much_noise_follows_it(small):
    flash = Flash().use(journal)
    flash.files[PATH] = bytearray(SEVERAL)
    j = Journal(PATH, lambda: True, flash.sync)
    acknowledge_all(j)
    j.open({"box": "b"})
    flash.files[PATH] += b"noise" * 200
    for _ in range(2):
        j = Journal(PATH, lambda: True, flash.sync)
        assert j.last == {"box": "b", "seq": 10}
        j.settle()
    assert b"noise" not in flash.files[PATH]


def test_a_flash_full_of_other_things_gets_the_half_rewritten_file_back():
    flash = Flash().use(journal)
    flash.files[PATH] = bytearray(LONG)
    j = Journal(PATH, lambda: True, flash.sync)
    flash.room = 5_000
    with pytest.raises(OSError, match="28"):
        acknowledge_all(j)
    assert list(flash.files) == [PATH]
    assert flash.room > 4_000
    flash.room = None
    j.settle()
    assert len(flash.files[PATH]) < len(LONG)


def test_records_that_nobody_acknowledges_leave_room_to_drop_them_one_day():
    flash = Flash().use(journal)
    j = Journal(PATH, lambda: True, flash.sync)
    with pytest.raises(OSError, match="acknowledges"):
        fill(j, 1_000, "x" * 500)
    assert 262_144 < len(flash.files[PATH]) < 264_000
    j = Journal(PATH, lambda: True, flash.sync)
    seq = j.seq
    acknowledge_all(j)
    assert j.open({}) == seq + 1
