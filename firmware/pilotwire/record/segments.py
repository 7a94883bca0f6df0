"""The journal's files: a ring of segments, each only ever appended to, the oldest dropped whole.

A new segment takes an old one's place in one write of littlefs, so a power cut leaves the old
file or the new one. 18 files of four blocks are 288 KB. The log has another such ring (kept.py).
"""

import os
from array import array

from micropython import const

from .frame import MOST, SYNC, Frame, length

_COUNT = const(18)
_BYTES = const(16_000)  # four blocks of 4 KB, with littlefs' own pointers in them
_WINDOW = const(1_024)

_ENOENT = const(2)
_ENOSPC = const(28)
_EEXIST = const(17)


class Segments:
    """Frames in the files 00 and so on of `folder`, `count` of `size` bytes each at most; `sync`
    flushes them to flash.

    `newest` is the segment that is written to, `size` its bytes, `torn`: they end with half a
    frame, perhaps; `lost` those of one that may have been begun after it and cannot be read.
    Raises OSError where flash does.
    """

    def __init__(self, folder, sync, count=_COUNT, size=_BYTES):
        self._path = folder + "/%02d"
        self._sync = sync
        self._bytes = size
        self._firsts = array("I", [0] * count)  # first number in each; 0: nothing sound is in it
        self.newest = 0
        for index in range(count):
            for _, found in self.scan(index):
                self._firsts[index] = found.seq
                if found.seq > self._firsts[self.newest]:
                    self.newest = index
                break
        self.size = self._end(self.newest)
        self.torn = False
        index = self._unused()
        is_due = index is not None and self.size + MOST > size
        self.lost = self._end(index) if is_due else 0

    def append(self, data, number, dispensable):
        """Write the frame `data` by this number.

        Where a new segment is due, one whose numbers are all `dispensable` or less may go.
        """
        index = self.newest
        if self.torn:
            self.size = self._end(index)
        place = self.size
        if len(data) > self._bytes - place - self.torn:
            index = self._next(dispensable)
            place = 0
        elif self.torn:
            data = self._apart(data)
        self.torn = self.torn or place > 0
        with open(self._path % index, "ab" if place else "wb") as file:
            file.write(data)
            file.flush()
        self._sync()
        self.torn = False
        if not place or not self._firsts[index]:
            self._firsts[index] = number
        self.newest = index
        self.size = place + len(data)

    def leave_only(self, data, number):
        """Leave nothing but the frame `data`, by this number, which comes last. Raises OSError."""
        for index in range(len(self._firsts)):
            if index != self.newest and self._end(index):
                os.remove(self._path % index)
            if index != self.newest:
                self._firsts[index] = 0
        replace(self._path % self.newest, data, self._sync)
        self._firsts[self.newest] = number
        self.size = len(data)
        self.torn = False

    def room(self, dispensable):
        """Bytes that can be written before a segment is in the way that must be kept."""
        free = [i for i in range(len(self._firsts)) if self._is_free(i, dispensable)]
        return len(free) * self._bytes + max(self._bytes - self.size, 0)

    def holding(self, number):
        """The segment in which to look for `number` and what follows it."""
        best = self.oldest()
        for index in range(len(self._firsts)):
            if self._firsts[best] < self._firsts[index] <= number:
                best = index
        return best

    def after(self, index):
        """The segment that was begun after this one, None after the newest."""
        following = None
        for other in range(len(self._firsts)):
            if self._firsts[other] > self._firsts[index] and (
                following is None or self._firsts[other] < self._firsts[following]
            ):
                following = other
        return following

    def oldest(self):
        best = self.newest
        for index in range(len(self._firsts)):
            if 0 < self._firsts[index] < self._firsts[best]:
                best = index
        return best

    def scan(self, index, place=0):
        """(place, Frame) of each sound frame of a segment, from `place` on; damage is passed.

        No file is open while it waits: littlefs keeps the blocks of an open one.
        """
        data = b""
        at = 0
        while True:
            if len(data) - at < MOST:
                place += at
                data = data[at:]
                data += self._read(index, place + len(data))
                at = 0
                if not data:
                    return
            n = length(data, at)
            if n:
                yield place + at, Frame(data[at : at + n])
                at += n
                continue
            at = data.find(SYNC, at + 1)
            if at < 0:
                at = len(data)

    def _read(self, index, place):
        file = _open(self._path % index)
        if not file:
            return b""
        with file:
            file.seek(place)
            return file.read(_WINDOW)

    def _apart(self, data):
        """`data` behind a byte with which it makes no whole frame of the half before it."""
        torn = self._read(self.newest, max(self.size - MOST, 0))
        byte = 0
        while True:
            apart = bytes((byte,)) + data
            whole = torn + apart
            if all(at + length(whole, at) <= len(torn) for at in range(len(torn))):
                return apart
            byte += 1  # one of them does: a CRC-32 tells 256 last bytes apart

    def _end(self, index):
        file = _open(self._path % index)
        if not file:
            return 0
        with file:
            return file.seek(0, 2)

    def _is_free(self, index, dispensable):
        if index == self.newest:
            return False
        following = self.after(index)
        if not self._firsts[index] or following is None:  # None: it is there twice
            return not self._firsts[index]
        return self._firsts[following] - 1 <= dispensable

    def _next(self, dispensable):
        index = self._unused()
        if index is not None:
            return index
        index = self.oldest()
        if not self._is_free(index, dispensable):
            raise OSError(_ENOSPC, "full of records that nobody acknowledges")
        return index

    def _unused(self):
        """The next segment in which nothing is, or nothing sound; None: there is none."""
        for i in range(1, len(self._firsts)):
            index = (self.newest + i) % len(self._firsts)
            if not self._firsts[index]:
                return index
        return None


def make_folder(path):
    """Unless it is there. Raises OSError."""
    try:
        os.mkdir(path)
    except OSError as error:
        if error.args[0] != _EEXIST:
            raise


def read_file(path, most):
    """At most so many bytes of a file, empty where there is none. Raises OSError."""
    file = _open(path)
    if not file:
        return b""
    with file:
        return file.read(most)


def replace(path, data, sync):
    """The whole file, old or new, whenever the power goes."""
    new = path + ".new"
    with open(new, "wb") as file:
        file.write(data)
    sync()
    os.rename(new, path)
    sync()


def _open(path):
    """The file, None where there is none."""
    try:
        return open(path, "rb")
    except OSError as error:
        if error.args[0] != _ENOENT:
            raise
        return None
