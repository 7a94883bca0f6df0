"""The journal of one box: every charge and event, one after the other, none lost, none changed.

The opening record of a charge lies beside the segments, in a file of its own; the closing record
in the journal stands for the whole charge. Numbers never reset. Nothing is written while the
contactor is closed or ring 0 may close it: what happens then waits, in FRAM where there is one.
"""

import os
import struct
from binascii import b2a_base64, crc32

from micropython import const

from ..loading import unload
from . import frame
from .kinds import ACKED, CHARGE, CHECKPOINT, DAY, EVENT, OPEN, START, WAITING
from .segments import Segments, make_folder, read_file, replace

_SECRET_BYTES = const(32)
_RESERVE_BYTES = const(1_024)  # kept for the end of the charge in progress
_QUEUE = const(8)  # records that wait for flash
_STARTS = const(16)  # in a row, all alike: one more says nothing new
_A_DAY = const(24)  # events

_ENOSPC = const(28)

_WAITING_BYTES = const(1_000)
_LAYOUT = "record.layout"


class FlashBusy(Exception):
    """The contactor is closed or may close by itself: an erase would stop the chip."""


class Journal:
    """Records in `root`. `free()` tells whether flash may be written, `sync()` flushes it.

    `secret(n)` makes n random bytes, for the first start. With `kept`, records stay until they
    are acknowledged; else the oldest go when their room is needed. `fram` is a fram.Fram or None.

    `seq` is the number of the newest record, `boot` of this start. `opening` holds what is known
    of a charge that has no end, else None. `lost` counts events that found no room.
    """

    def __init__(self, root, free, sync, secret, kept=True, fram=None):
        self._folder = root + "/journal"  # a folder: each start searches the root a hundred times
        self._key_path = root + "/device.key"  # not in it: who hands records on keeps the key
        self._free = free
        self._sync = sync
        self._kept = kept
        self._fram = fram
        self._segments = None
        self.seq = self.boot = self.acked = self.lost = 0
        self.opening = None
        self.serial = ""  # of the meter that is on record last
        self.unix = None  # time of the newest record there was at the start
        self._opened = False  # the file of the opening record is there
        self._acked_there = self._shown = self._starts = 0
        self._started = {}
        self._queue = []  # (kind, fields)
        self._left = _A_DAY
        self._unrecorded = 0  # charges for which there was no room anywhere
        self._next = None  # (segment, place): all before it is acknowledged
        self._broken = None  # why it cannot be read: without it no number is safe to use
        try:
            self._recover(secret)
        except OSError as error:
            self._broken = error.args

    @property
    def pending(self):
        """How many records wait for an acknowledgement."""
        return self.seq - self.acked

    def open(self, fields):
        """Write the opening record of a new charge; its number. Raises FlashBusy, OSError."""
        self._writable()
        self._write_waiting()
        if not self._has_room():
            raise OSError(_ENOSPC, "full of records that nobody acknowledges")
        fields = dict(fields)
        fields["charge"] = self.seq + 1
        self._write_opening(fields)
        self.opening = fields
        return fields["charge"]

    def checkpoint(self, fields):
        """Keep what the charge in progress has come to; whether that is safe from a power cut."""
        self.opening.update(fields)
        if self._fram:
            data = self._pack(OPEN, self.opening["charge"], self.opening)
            if self._fram.save(CHECKPOINT, data):
                return True
        if not self._free():
            return False
        self._write_opening(self.opening)
        return True

    def close(self, fields):
        """Write the closing record of a charge: all that there is to say of it."""
        self._writable()
        self._write_waiting()
        self._write(CHARGE, fields)
        self.opening = None  # its file goes with the next `settle`: that may fail, this has not

    def start(self, fields):
        """This start is to be on record, before anything else is."""
        if self._starts >= _STARTS and all(
            fields.get(key) == self._started.get(key) for key in ("about", "firmware", "config")
        ):
            return
        self._queue.insert(0, (START, fields))
        self._save_waiting()

    def note(self, fields, kind=EVENT):
        """A record that `settle` writes, at once or when the contactor is open: an event, a day,
        or the end of a charge for which there is no flash.
        """
        if kind == CHARGE:
            self.opening = None
        elif kind == DAY:
            self._left = _A_DAY
        elif self._left:
            self._left -= 1
        else:
            self.lost += 1
            return
        if len(self._queue) >= (2 * _QUEUE if kind == CHARGE else _QUEUE):
            if kind == CHARGE:
                self._unrecorded += 1
            else:
                self.lost += 1
            return
        self._queue.append((kind, fields))
        self._save_waiting()

    def forget(self, fields):
        """Leave of all records nothing but the event `fields`, which comes last: it says that the
        others are gone.

        Raises ValueError while one is not acknowledged, or has waited to be written, and
        FlashBusy, OSError.
        """
        self._writable()
        self.settle()
        if self.pending:
            raise ValueError(self.pending)
        self._next = None
        if self._fram:
            self._fram.erase(CHECKPOINT)
            self._fram.erase(WAITING)
        self._write(EVENT, fields, True)

    def writable(self):
        """Whether flash may be written now."""
        return self._free()

    def read(self, most=None):
        """The oldest record that is not acknowledged, as a dict; None: there is none.

        None also after `most` others (1 or more) on the way to it: then the next call goes on
        from there.
        Where there are none any more, dropped or damaged, {"seq", "kind": "missing", "first"}
        stands for `first` to `seq`.
        """
        if not self.pending:
            return None
        wanted = self.acked + 1
        record = {"seq": self.seq, "kind": "missing", "first": wanted}
        where = self._next or (self._segments.holding(wanted), 0)
        for index, place, found in self._from(*where):
            self._next = index, place
            if found.seq < wanted:
                if most == 0:
                    return None
                if most:
                    most -= 1
                continue
            if found.seq == wanted:
                record = show(found)
                unload(_LAYOUT)
            else:
                record["seq"] = found.seq - 1
            break
        self._shown = max(self._shown, record["seq"])
        return record

    def acknowledge(self, upto):
        """The backend has stored every record up to `upto`; whether that is news.

        Raises ValueError for a record that was never read. `settle` writes it down.
        """
        if upto > self._shown:
            raise ValueError(upto)
        if upto <= self.acked:
            return False
        self.acked = upto
        if self._fram:
            self._fram.save(ACKED, struct.pack("<I", upto))
        return True

    def settle(self, patient=False):
        """Write what had to wait. While `patient`, a start waits for something else to say."""
        if not self._free():
            return
        self._writable()
        if self.acked != self._acked_there:
            self._write_mark()
        alone = len(self._queue) == 1 and self._queue[0][0] == START
        if not (patient and alone):
            self._write_waiting()
        self._forget_opening()

    def history(self, first):
        """Records from number `first` on, as dicts, acknowledged or not, oldest first."""
        if self._broken is not None:
            return
        for _, _, found in self._from(self._segments.holding(first), 0):
            if found.seq >= first:
                record = show(found)
                unload(_LAYOUT)  # here, as nobody may ask for the next one
                yield record

    def _writable(self):
        if not self._free():
            raise FlashBusy
        if self._broken is not None:
            raise OSError(*self._broken)

    def _dispensable(self):
        return self.acked if self._kept else self.seq

    def _recover(self, secret):
        from .recovery import Recovery

        key = read_file(self._key_path, _SECRET_BYTES)
        if len(key) < _SECRET_BYTES:
            key = secret(_SECRET_BYTES)
            replace(self._key_path, key, self._sync)
        self._key = frame.Key(key)
        make_folder(self._folder)
        self._segments = Segments(self._folder, self._sync)
        found = Recovery(self._folder, self._segments, self._fram)
        self.seq = found.seq
        self.boot = found.boot
        self.acked = self._acked_there = self._shown = found.acked
        self.opening = found.opening
        self.serial = found.serial
        self.unix = found.unix
        self._opened = found.opened
        self._head = found.head
        self._starts = found.starts
        self._started = found.started
        self._queue = found.waiting
        if found.damaged:
            self.note({"event": "damage", "count": found.damaged})
        unload("record.recovery", _LAYOUT)

    # Writing.

    def _write_waiting(self):
        """What waits is written first: the order of records is that of what happened."""
        waited = bool(self._queue)
        self._forget_opening()
        while self._queue:
            kind, fields = self._queue[0]
            if kind == CHARGE or self._has_room():
                self._write(kind, fields)
                self._queue.pop(0)
            else:
                self.lost += 1
                self._queue.pop(0)
                self._save_waiting()  # what follows will have other numbers
            self._forget_opening()
        if self._unrecorded and self._has_room():
            self._write(EVENT, {"event": "unrecorded", "count": self._unrecorded})
            self._unrecorded = 0
        if waited:
            self._save_waiting()

    def _write(self, kind, fields, alone=False):
        number = self.seq + 1
        if kind == CHARGE and not fields.get("charge"):
            fields["charge"] = number  # its opening record could not be written
        data = self._pack(kind, number, fields)
        newest = self._segments.newest
        if alone:
            self._segments.leave_only(data, number)
        else:
            self._segments.append(data, number, self._dispensable())
        begun = self._segments.newest
        if begun != newest and self._next and self._next[0] == begun:  # read last, and gone
            self._next = None
        self.seq = number
        self._head = frame.Frame(data).hash()

    def _has_room(self):
        return self._segments.room(self._dispensable()) >= _RESERVE_BYTES

    def _pack(self, kind, number, fields):
        from .layout import encode

        body = encode(fields, frame.BODY)
        unload(_LAYOUT)
        return frame.pack(kind, number, self.boot, self._head, body, self._key)

    def _write_opening(self, fields):
        data = self._pack(OPEN, fields["charge"], fields)
        replace(self._folder + "/open", data, self._sync)
        self._opened = True
        if self._fram:
            self._fram.save(CHECKPOINT, data)

    def _forget_opening(self):
        """Once the end of its charge is on record, and before anything else is: a start looks for
        that end in the newest segment only.
        """
        ends = [kind for kind, _ in self._queue if kind == CHARGE]
        if self._opened and not self.opening and not ends:
            os.remove(self._folder + "/open")
            self._opened = False

    def _write_mark(self):
        acked = struct.pack("<I", self.acked)
        mark = acked + struct.pack("<I", crc32(acked))
        replace(self._folder + "/ack", mark, self._sync)
        self._acked_there = self.acked

    def _save_waiting(self):
        """To FRAM, with the number of the record before the first of them.

        A start, which is the first of all, need not outlive the next.
        """
        if self._fram:
            from .layout import encode

            waiting = [row for row in self._queue if row[0] != START]
            data = struct.pack("<I", self.seq + len(self._queue) - len(waiting))
            for kind, fields in waiting:
                body = encode(fields, frame.BODY)
                if len(data) + len(body) >= _WAITING_BYTES:
                    break  # nor does what follows: it would be taken for this one
                data += bytes([kind, len(body)]) + body
            unload(_LAYOUT)
            self._fram.save(WAITING, data)

    # Reading.

    def _from(self, index, place):
        """(segment, place, Frame) of each sound frame from there on."""
        segments = self._segments
        while index is not None:
            for at, found in segments.scan(index, place):
                yield index, at, found
            index = segments.after(index)
            place = 0


def show(found):
    """A Frame as the dict that is published: its fields, and the frame itself for a verifier."""
    from .layout import KINDS, fields_of

    kind = KINDS[found.kind] if found.kind < len(KINDS) else str(found.kind)
    record = {"seq": found.seq, "boot": found.boot, "kind": kind}
    record.update(fields_of(found.body))
    record["frame"] = b2a_base64(found.data)[:-1].decode()
    return record
