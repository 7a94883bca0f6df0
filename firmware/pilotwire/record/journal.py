"""The journal: one line a record, each with a CRC, only ever appended to.

A line has a newline before it and another after it, so that neither a torn line nor a damaged
newline takes another line with it; damaged lines are counted and passed over. A rewritten file
begins with the last sequence number, which never resets. Nothing is written while the contactor
is closed or ring 0 may close it.
"""

import json
import os
from binascii import crc32

from micropython import const

OPEN = "open"
CLOSE = "close"
_ACK = "ack"
_BASE = "base"

_LINE_BYTES = const(2_048)  # no record is longer; what damage has made may be
_WINDOW = const(32)  # pending charges known in RAM; younger ones wait in the file
_KEEP_BYTES = const(16_384)  # of acknowledged charges; twice as much, and the oldest are dropped
_FULL_BYTES = const(262_144)  # no new charge above this: a rewritten file needs room beside it

_ENOENT = const(2)
_ENOSPC = const(28)


class FlashBusy(Exception):
    """The contactor is closed or may close by itself: an erase would stop the chip."""


class Journal:
    """Charging records in `path`. `free` tells whether flash may be written; `sync` flushes it.

    `last` is the opening record of a charge that has no closing record, else empty.
    `pending` lists the sequence numbers of the oldest closed charges that are not acknowledged.
    One whose closing record was damaged is among them, with its opening record.
    """

    def __init__(self, path, free, sync):
        self._path = path
        self._free = free
        self._sync = sync
        self.seq = 0
        self.damaged = 0
        self.last = {}
        self.pending = []
        self._at = {}  # sequence number of a pending charge -> its place in the file
        self._open_at = 0  # place of `last`
        self._beyond = None  # where to look for more pending charges; None: there are no more
        self._size = 0
        self._acked = self._ack_written = self._shown = 0
        self._broken = None  # why the file cannot be read: without it no number is safe to use
        try:
            self._load()
        except OSError as error:
            if error.args[0] != _ENOENT:  # that one is the first start
                self._broken = error.args

    def open(self, fields):
        """Write the opening record of a new charge; its number. Raises FlashBusy, OSError."""
        self._writable()
        self.settle()
        if self._size > _FULL_BYTES:
            raise OSError(_ENOSPC, "full of records that nobody acknowledges")
        record = dict(fields)
        record["seq"] = self.seq + 1
        self._open_at = self._append(OPEN, record)
        self.seq += 1
        self.last = record
        return self.seq

    def close(self, fields):
        """Write the closing record of the open charge, which then stands for the whole of it."""
        self._writable()
        record = self.last.copy()
        record.update(fields)
        place = self._append(CLOSE, record)
        self.last = {}
        if self._beyond is None:
            if len(self.pending) < _WINDOW:
                self.pending.append(record["seq"])
                self._at[record["seq"]] = place
            else:
                self._beyond = place
        return record

    def read(self, seq):
        """The closed charge `seq` of `pending`, or None when its line can no longer be read."""
        self._shown = max(self._shown, seq)
        try:
            with open(self._path, "rb") as file:
                file.seek(self._at[seq])
                kind, record = _parse(file.readline(_LINE_BYTES))
        except OSError:
            return None
        return record if kind in (OPEN, CLOSE) and record["seq"] == seq else None

    def acknowledge(self, upto):
        """The backend has stored every charge up to `upto`; whether that is news.

        Raises ValueError for a charge that was never read. `settle` writes it down.
        """
        if upto > self._shown:
            raise ValueError(upto)
        if upto <= self._acked:
            return False
        self._acked = upto
        while self.pending and self.pending[0] <= upto:
            del self._at[self.pending.pop(0)]
        return True

    def settle(self):
        """Write what had to wait for the contactor to open; losing it costs one resend."""
        if self._beyond is not None and not self.pending:
            self._scan(self._beyond)
        if not self._free():
            return
        if self._acked != self._ack_written:
            self._append(_ACK, self._acked)
            self._ack_written = self._acked
        self._compact()

    def _writable(self):
        if not self._free():
            raise FlashBusy
        if self._broken is not None:
            raise OSError(*self._broken)

    def _append(self, kind, value):
        line = _line(kind, value)
        with open(self._path, "ab") as file:
            place = file.seek(0, 2)
            file.write(line)
            file.flush()
        self._size = place + len(line)
        self._sync()
        return place + 1

    def _load(self):
        with open(self._path, "rb") as file:
            for _, _, kind, value in _lines(file):
                if kind is None:
                    self.damaged += 1
                    continue
                self.seq = max(self.seq, value if kind in (_ACK, _BASE) else value["seq"])
                if kind == _ACK:
                    self._acked = max(self._acked, value)
                elif kind != _BASE:
                    self.last = value if kind == OPEN else {}
            self._size = file.seek(0, 2)
        self._ack_written = self._shown = self._acked
        if self.last and self.last["seq"] <= self._acked:  # its closing record was damaged since
            self.last = {}
        self._scan(0)

    def _scan(self, place):
        """Find the oldest pending charges, from `place` on."""
        self._at = {}
        self.pending = []
        self._beyond = place
        beyond = None
        open_seq = self.last.get("seq")
        with open(self._path, "rb") as file:
            file.seek(place)
            for at, _, kind, value in _lines(file):
                if kind not in (OPEN, CLOSE):
                    continue
                seq = value["seq"]
                if seq == open_seq:
                    self._open_at = at
                elif seq in self._at or (seq > self._acked and len(self._at) < _WINDOW):
                    self._at[seq] = at
                elif seq > self._acked:
                    beyond = at
                    break
        self._beyond = beyond
        self.pending = sorted(self._at)

    def _compact(self):
        """Drop the oldest acknowledged charges: a new file beside the old one, then one rename."""
        cut = self._size - _KEEP_BYTES
        if self.pending:
            cut = min(cut, self._at[self.pending[0]])
        elif self.last:
            cut = min(cut, self._open_at)
        if cut < _KEEP_BYTES:
            return
        new = self._path + ".new"
        try:
            size = self._copy(new, cut)
            self._sync()
            os.rename(new, self._path)
        except OSError:
            _remove(new)  # flash is full: give the room back
            raise
        self._size = size
        self._scan(0)
        self._sync()

    def _copy(self, new, cut):
        """Write to `new` what stands from `cut` on; its size."""
        with open(new, "wb") as out, open(self._path, "rb") as file:
            out.write(_line(_BASE, self.seq))
            out.write(_line(_ACK, self._acked))
            file.seek(cut)
            for _, line, kind, _ in _lines(file):
                if kind in (OPEN, CLOSE):
                    out.write(b"\n")
                    out.write(line)
            out.flush()
            return out.tell()


def _line(kind, value):
    body = json.dumps([kind, value]).encode()
    return b"\n%08x %s\n" % (crc32(body), body)


def _lines(file):
    """(place, line, kind, value) of every line from here on; kind is None for a damaged one."""
    place = file.tell()
    while True:
        line = file.readline(_LINE_BYTES)
        if not line:
            return
        if line != b"\n":
            kind, value = _parse(line)
            yield place, line, kind, value
        place += len(line)


def _parse(line):
    """(kind, value) of a whole line, else (None, None). The next line's newline may end it."""
    line = line.rstrip(b"\n")
    body = line[9:]
    if line[:9] != b"%08x " % crc32(body):
        return None, None
    try:
        kind, value = json.loads(body)
    except (ValueError, TypeError):
        return None, None
    number = None
    if kind in (_ACK, _BASE):
        number = value
    elif kind in (OPEN, CLOSE) and type(value) is dict:
        number = value.get("seq")
    return (kind, value) if type(number) is int and number >= 0 else (None, None)


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        return
