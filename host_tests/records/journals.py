"""Journals of a box that never was, written by the firmware's own Journal."""

import hashlib
import json
import tempfile
from binascii import crc32
from functools import cache
from pathlib import Path

from pilotwire.record import frame
from pilotwire.record.frame import Key
from pilotwire.record.journal import Journal
from records.source import Source, parse

SECRET = bytes(range(32))
KEY = Key(SECRET)
BEGAN = 1_800_000_000  # 2027-01-15


class Box:
    """A folder with a journal in it; charges begin an hour apart and take 7,400 Wh each."""

    def __init__(self, root: Path):
        self.root = root
        self.charges = 0
        self.start()

    def start(self, about="power-on"):
        """The box starts: what it has not written by now is lost."""
        self.journal = Journal(str(self.root), lambda: True, lambda: None, lambda n: SECRET[:n])
        fields = {"box": "box-1", "about": about, "firmware": "0a1b2c3d", "unix": BEGAN}
        self.journal.start(fields)

    def charge(self, **other):
        """One charge, from its opening to its closing record; what the closing one says."""
        n = self.charges
        self.charges += 1
        start = BEGAN + n * 3_600
        opening = {"box": "box-1", "start_unix": start, "start_clock": "synchronised"}
        opening |= {"start_wh": 7_400 * n, "start_read": True, "auth": "free", "phases": 3}
        closing = {"meter": "sdm630", "meter_serial": "4711", "meter_firmware": "1.2"}
        closing |= {"end_unix": start + 2_400, "end_clock": "synchronised", "reason": "unplugged"}
        closing |= {"end_wh": 7_400 * (n + 1), "end_read": True, "opened": "vehicle", "wh": 7_400}
        closing |= {"energy": "measured", "resolution_wh": 10, "charging_s": 2_300}
        closing |= {"limits": [[0, 160, "operator"], [60, 100, "box"]], "max_power_w": 11_000}
        closing |= {"contactor": [[3, "closed"], [2_300, "vehicle"]], "openings": [["vehicle", 1]]}
        number = self.journal.open(opening)
        fields = opening | closing | other | {"charge": number}
        self.journal.close(fields)
        return {name: value for name, value in fields.items() if value is not None}

    def note(self, event, **fields):
        self.journal.note({"event": event, "unix": BEGAN, "clock": "set"} | fields)
        self.journal.settle()

    def lines(self):
        """What is in the journal, oldest first, as it is published."""
        return list(self.journal.history(1))

    def frames(self):
        """The same as it lies there."""
        return [found.frame.data for found in parse("", jsonl(self.lines())).found]


@cache
def story():
    """Frames 1 to 10 of a box's life: eight charges, a start at either end of three of them."""
    with tempfile.TemporaryDirectory() as folder:
        box = Box(Path(folder))
        for _ in range(5):
            box.charge()
        box.start("command")
        for _ in range(3):
            box.charge()
        return tuple(box.frames())


@cache
def simulated():
    """What the whole firmware published while its world fell to pieces around it, and its key."""
    from simulation.hal import SECRET as SIMULATED  # the other tests need no simulation
    from simulation.simulation import Simulation

    simulation = Simulation(seed=4, hours=0.5)
    simulation.run()
    records = simulation.backend.records
    return [records[number] for number in sorted(records)], Key(SIMULATED)


def jsonl(lines) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def source(frames) -> Source:
    return parse("file", b"".join(frames))


def hash_of(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def packed(kind: int, number: int, before: bytes, body: bytes, boot=1, seal=bytes(16)) -> bytes:
    """A frame that somebody without the key has made: its seal is whatever it is."""
    data = bytes([frame.SYNC[0], kind, len(body)]) + number.to_bytes(4, "little")
    data += boot.to_bytes(2, "little") + before + body + seal
    return data + crc32(data).to_bytes(4, "little")


def rebuilt(frames):
    """`frames` with chain and CRC made whole by somebody who does not have the key."""
    before = frames[0][9:41]
    made = []
    for data in frames:
        body, seal = data[41:-20], data[-20:-4]
        number, boot = (int.from_bytes(data[a:b], "little") for a, b in ((3, 7), (7, 9)))
        made.append(packed(data[1], number, before, body, boot, seal))
        before = hash_of(made[-1])
    return made
