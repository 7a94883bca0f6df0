"""What a journal finds after a start: numbers, the end of the chain, a charge without an end.

Loads on demand, once.
"""

import struct
from binascii import crc32

from . import frame, kinds, layout
from .segments import read_file

_MARK_BYTES = 8


class Recovery:
    """The journal in `folder`, `segments` and `fram` (None: none). Raises OSError.

    `seq`, `boot`, `acked` are numbers to go on with, `head` the hash of the newest frame;
    `opening` the fields of a charge without an end, or None; `opened`: its file is there, stale
    perhaps; `serial` of the meter on record last; `starts` on record in a row, `started` the last
    one's fields; `waiting` records of the time before; `damaged` bytes at the end; `unix` the time
    of the newest record, None where it has none.
    """

    def __init__(self, folder, segments, fram):
        self._fram = fram
        self.acked = self._read_mark(folder)
        self.seq = self.boot = self.starts = 0
        self.head = frame.FIRST
        self.started = {}
        self.serial = ""
        self.unix = None
        data = read_file(folder + "/open", frame.MOST)
        self.opened = bool(data)
        opening = frame.Frame(data) if data and frame.length(data) == len(data) else None
        opening, end = self._read_newest(segments, opening)
        self.opening = None
        self.waiting = self._read_waiting()
        for kind, fields in self.waiting:
            if opening and kind == kinds.CHARGE and fields.get("charge") == opening.seq:
                opening = None
        if opening:
            self.opening = layout.fields_of(self._latest(opening).body)
            self.serial = self.opening.get("meter_serial", self.serial)
            self.seq = max(self.seq, opening.seq - 1)
            self.boot = max(self.boot, opening.boot)
        segments.torn = segments.size > end
        self.damaged = max(segments.size - end, 0) + segments.lost
        if self.damaged:  # a number that was in it is not given again
            self.seq += self.damaged // frame.LEAST + 1
        self.seq = max(self.seq, self.acked)
        self.boot += 1

    def _read_newest(self, segments, opening):
        """(opening record, or None if its charge has ended; end of what is sound)."""
        closed = layout.encode({"charge": opening.seq}, frame.BODY) if opening else b""
        exchanged = layout.encode({"event": "meter"}, frame.BODY)
        end = first = 0
        last = started = named = None
        for place, last in segments.scan(segments.newest):  # there may be 228: little is read
            end = place
            kind = last.kind
            first = first or last.seq
            if kind == kinds.START:
                started = last
                self.starts += 1
                continue
            self.starts = 0
            if kind == kinds.CHARGE and opening and last.body.startswith(closed):
                opening = None
            if _names(last, exchanged):
                named = last
        if not named and first > 1:
            for _, one in segments.scan(segments.holding(first - 1)):
                named = one if _names(one, exchanged) else named
        if last:
            end += len(last.data)
            self.seq = last.seq
            self.boot = last.boot
            self.head = last.hash()
            said = layout.fields_of(last.body)
            self.unix = said.get("unix", said.get("end_unix"))
        if started:
            self.started = layout.fields_of(started.body)
        if named:
            said = layout.fields_of(named.body)
            self.serial = said.get("after", said.get("meter_serial", ""))
        return opening, end

    def _latest(self, opening):
        """The last checkpoint in FRAM, where it is of the same charge."""
        data = self._fram.load(kinds.CHECKPOINT) if self._fram else b""
        if data and frame.length(data) == len(data):
            found = frame.Frame(data)
            if (found.seq, found.boot) == (opening.seq, opening.boot):
                return found
        return opening

    def _read_mark(self, folder):
        data = read_file(folder + "/ack", _MARK_BYTES)
        acked = 0
        if len(data) == _MARK_BYTES:
            number, crc = struct.unpack("<II", data)
            # Erased flash has this CRC too: that of four bytes 0xFF is 0xFFFFFFFF.
            acked = number if crc == crc32(data[:4]) and crc != 0xFFFFFFFF else 0
        if self._fram:
            data = self._fram.load(kinds.ACKED)
            if len(data) == 4:
                acked = max(acked, struct.unpack("<I", data)[0])
        return acked

    def _read_waiting(self):
        """Records that were kept in FRAM and are not in the journal yet."""
        data = self._fram.load(kinds.WAITING) if self._fram else b""
        waiting = []
        if len(data) >= 4:
            written = self.seq - struct.unpack("<I", data[:4])[0]
            at = 4
            while at + 2 <= len(data):
                kind, size = data[at : at + 2]
                body = data[at + 2 : at + 2 + size]
                at += 2 + size
                written -= 1
                if written < 0:
                    waiting.append((kind, layout.fields_of(body)))
        return waiting


def _names(found, exchanged):
    """Whether a Frame says which meter there is."""
    if found.kind == kinds.EVENT:
        return found.body.startswith(exchanged)
    return found.kind == kinds.CHARGE
