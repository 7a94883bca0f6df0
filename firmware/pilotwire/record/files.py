"""Settings in small files of the box: written whole, now or once the contactor is open."""

import os

from micropython import const

from .segments import read_file, replace

MOST = const(4_096)  # bytes of one
_MOST_WAITING = const(2_048)  # of all that wait

STORED = "stored"
DEFERRED = "deferred"


class TooMuchError(Exception):
    """More waits for flash already than the heap can spare."""


class Files:
    """Files of folder `root`; `free()` tells whether flash may be written, `sync()` flushes it."""

    def __init__(self, root, free, sync):
        self._root = root + "/"
        self._free = free
        self._sync = sync
        self.waiting = {}  # name -> bytes; empty: to be removed

    def read(self, name):
        """The bytes of a file as it is or will be, empty where there is none. Raises OSError."""
        if name in self.waiting:
            return self.waiting[name]
        return read_file(self._root + name, MOST + 1)

    def put(self, name, data):
        """Write `data`, empty to remove the file; STORED or DEFERRED.

        Raises OSError where flash does, TooMuchError where what waits would take too much memory.
        """
        if self._free():
            self._write(name, data)
            self.waiting.pop(name, None)
            return STORED
        others = [len(self.waiting[other]) for other in self.waiting if other != name]
        if sum(others) + len(data) > _MOST_WAITING:
            raise TooMuchError(len(data))
        self.waiting[name] = data
        return DEFERRED

    def settle(self):
        """Write one that waited; its name, or "" where nothing waits or may be written."""
        for name, data in self.waiting.items():
            if not self._free():
                break
            self._write(name, data)
            del self.waiting[name]
            return name
        return ""

    def _write(self, name, data):
        path = self._root + name
        if not data:
            if read_file(path, 1):
                os.remove(path)
            return
        replace(path, data, self._sync)
