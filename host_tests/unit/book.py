"""A journal on flash in memory, and the box's part around it."""

import gc
import sys
import unittest
from hashlib import sha256

from fake_flash import Flash, PowerCut
from fake_fram import FakeI2c
from pilotwire.pilot.reasons import OPENED_CODES
from pilotwire.record import files, journal, segments
from pilotwire.record.fram import find
from pilotwire.record.frame import FIRST, Frame, Key, is_sealed, length
from pilotwire.record.journal import Journal

ROOT = "r"
OPENING = ROOT + "/journal/open"
MARK = ROOT + "/journal/ack"
KEY = ROOT + "/device.key"

ENDED = {"charge": 1, "wh": 7, "reason": "unplugged"}
STARTED = {"box": "b", "about": "power-on", "firmware": "0a0b0c0d"}


def segment(index):
    return ROOT + "/journal/%02d" % index


def collect():
    """The tests of a whole ring need most of the heap that the interpreter is given here."""
    if sys.implementation.name == "micropython":
        gc.collect()


def secret(n):
    return bytes(range(n))


def worst_charge():
    """A charge of which everything is to be said, all in large but possible numbers."""
    big = 999_999_999
    return {
        "charge": 999_999,
        "box": "x" * 20,
        "start_unix": 4_000_000_000,
        "start_clock": "synchronised",
        "start_wh": big - 200_000,
        "start_read": True,
        "auth": "remote",
        "by": "y" * 20,
        "meter": "m" * 16,
        "meter_serial": "s" * 16,
        "meter_firmware": "f" * 8,
        "phases": 3,
        "firmware": "f" * 8,
        "config": "c" * 8,
        "end_unix": 4_000_999_999,
        "end_clock": "synchronised",
        "end_wh": big,
        "end_read": False,
        "reason": "power-lost",
        "wh": 200_000,
        "energy": "last-known",
        "resolution_wh": 1_000,
        "end_after_unix": 4_000_000_000,
        "charging_s": 999_999,
        "suspended_s": 999_999,
        "idle_s": 999_999,
        "max_power_w": 99_999,
        "phases_used": 3,
        "openings": [[code, 99] for code in OPENED_CODES[1:]],
        "contactor": [[990_000 + i, ("closed", "forced")[i % 2]] for i in range(12)],
        "limits": [[990_000 + i, 320 + i, "operator"] for i in range(8)],
        "tariff": "ab" * 4,
        "period_wh": [200_000] * 4,
        "unsplit_wh": 200_000,
        "currency": "EUR",
        "amounts": [big] * 4,
        "co2_g": 99_999_999,
    }


class Book:
    """`start` is a reset; `close` gives the modules their real files back."""

    def __init__(self, kept=True, fram=False):
        self.flash = Flash().use(files, journal, segments)
        self.i2c = FakeI2c(self.flash) if fram else None
        self.free = True  # the contactor is open, and stays so
        self.kept = kept
        self.journal = None
        self.start()

    def start(self):
        self.journal = Journal(
            ROOT, lambda: self.free, self.flash.sync, secret, self.kept, find(self.i2c)
        )
        return self.journal

    def close(self):
        self.flash.restore(files, journal, segments)

    def charge(self, n=1):
        """Charges of 1, 2, .. Wh."""
        for wh in range(1, n + 1):
            number = self.journal.open({"start_wh": 50})
            self.journal.close({"charge": number, "wh": wh})
            self.journal.settle()

    def acknowledge(self, n=1_000):
        """As a backend does, one after the other; what it has read."""
        seen = []
        while len(seen) < n:
            record = self.journal.read()
            if not record:
                break
            seen.append(record)
            self.journal.acknowledge(record["seq"])
        return seen

    def history(self, first=1):
        return list(self.journal.history(first))

    def numbers(self):
        return [record["seq"] for record in self.journal.history(1)]

    def file(self, path):
        return bytes(self.flash.files.get(path, b""))

    def put(self, path, data):
        self.flash.files[path] = bytearray(data)

    @property
    def size(self):
        return len(self.flash.files[segment(0)])

    def frames(self):
        """The sound frames of all segments, by number."""
        found = []
        for index in range(18):
            for one in _frames(self.flash.files.get(segment(index), b"")):
                found.append((one.seq, index))
                break
        for _, index in sorted(found):
            for one in _frames(self.flash.files[segment(index)]):
                yield one


def _frames(data):
    at = 0
    while at < len(data):
        n = length(data, at)
        if n:
            yield Frame(bytes(data[at : at + n]))
        at += n or 1


def is_chain(frames, before=FIRST):
    """Whether each frame carries the hash of the one before it, and all are the device's."""
    key = Key(secret(32))
    for found in frames:
        if found.before != before or not is_sealed(found, key):
            return False
        before = sha256(found.data).digest()
    return True


class JournalTest(unittest.TestCase):
    fram = False

    def setUp(self):
        self.box = Book(fram=self.fram)
        self.j = self.box.journal

    def tearDown(self):
        self.box.close()

    def reset(self):
        self.j = self.box.start()
        return self.j

    def settle_for(self, left):
        """Until the power goes; then a reset."""
        self.box.flash.left = left
        try:
            self.j.settle()
        except PowerCut:
            pass
        self.box.flash.left = None
        return self.reset()

    def kinds(self):
        return [record["kind"] for record in self.box.history()]

    def assert_whole(self, n):
        """Records 1 to n, each once, in an unbroken chain, before and after a reset."""
        for _ in range(2):
            self.assertEqual(self.box.numbers(), list(range(1, n + 1)))
            self.assertTrue(is_chain(self.box.frames()))
            self.reset()
