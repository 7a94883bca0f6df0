"""Flash in memory, for what keeps files: it tears writes, fills up, and loses power at any byte.

`use(module)` puts it in the place of the module's `open` and `os`. Works on both interpreters.
"""

_ENOENT = 2
_EIO = 5
_EEXIST = 17
_ENOSPC = 28


class PowerCut(Exception):
    """Raised at the byte or the operation at which the power goes."""


class Flash:
    """`files` is what would be found after a reset. A file is durable once `sync`ed, or closed
    where the file system sees to that, as littlefs does.
    """

    def __init__(self, durable_on_close=False):
        self.durable_on_close = durable_on_close
        self.files = {}
        self.folders = set()
        self.unsynced = set()
        self.left = None  # bytes and operations until the power goes; None: it stays
        self.room = None  # bytes until the flash is full; None: it never is
        self.broken = False
        self.refused = ()  # names of operations that fail
        self.written = 0
        self.longest_read = 0

    def use(self, *modules):
        for module in modules:
            module.open = self.open
            module.os = self
        return self

    def restore(self, *modules):
        import os

        for module in modules:
            if hasattr(module, "open"):
                del module.open
            module.os = os

    def spend(self, n):
        """As much of `n` as the power lasts for."""
        self.written += n
        if self.left is None:
            return n
        allowed = min(n, self.left)
        self.left -= allowed
        return allowed

    def grow(self, path, data):
        allowed = self.spend(len(data))
        full = self.room is not None and self.room < allowed
        stored = data[: self.room if full else allowed]
        self.files[path].extend(stored)
        self.unsynced.add(path)
        if self.room is not None:
            self.room -= len(stored)
        if full:
            raise OSError(_ENOSPC)
        if allowed < len(data):
            raise PowerCut

    def operate(self, name=""):
        if name and (self.broken or name in self.refused):
            raise OSError(_EIO)
        if not self.spend(1):
            raise PowerCut

    # What the modules use.

    def open(self, path, mode="r"):
        if self.broken:
            raise OSError(_EIO)
        if mode == "rb":
            if path not in self.files:
                raise OSError(_ENOENT)
            return _File(self, path)
        if mode == "wb":
            self.operate()
            if self.room is not None:
                self.room += len(self.files.get(path, ()))
            self.files[path] = bytearray()
            self.unsynced.add(path)
        elif path not in self.files:
            self.operate()
            self.files[path] = bytearray()
        return _File(self, path)

    def sync(self):
        self.operate()
        self.unsynced.clear()

    def rename(self, old, new):
        if old in self.unsynced:
            raise AssertionError("renamed before it was synced: the content may be lost")
        self.operate("rename")
        data = self.files.pop(old)
        if self.room is not None:
            self.room += len(self.files.get(new, ()))
        self.files[new] = data

    def mkdir(self, path):
        if path in self.folders:
            raise OSError(_EEXIST)
        self.operate()
        self.folders.add(path)

    def remove(self, path):
        self.operate("remove")
        if path not in self.files:
            raise OSError(_ENOENT)
        data = self.files.pop(path)
        if self.room is not None:
            self.room += len(data)


class _File:
    def __init__(self, flash, path):
        self._flash = flash
        self._path = path
        self._at = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._flash.durable_on_close:
            self._flash.unsynced.discard(self._path)
        return False

    def _data(self):
        return self._flash.files[self._path]

    def seek(self, place, whence=0):
        self._at = len(self._data()) if whence == 2 else place
        return self._at

    def tell(self):
        return self._at

    def read(self, size=-1):
        data = self._data()
        data = bytes(data[self._at : len(data) if size < 0 else self._at + size])
        self._at += len(data)
        self._flash.longest_read = max(self._flash.longest_read, len(data))
        return data

    def readline(self, size=-1):
        data = self._data()
        end = data.find(b"\n", self._at) + 1 or len(data)
        return self.read(end - self._at if size < 0 else min(size, end - self._at))

    def write(self, data):
        self._flash.grow(self._path, data)
        self._at = len(self._data())
        return len(data)

    def flush(self):
        """Everything is written at once; durable is what has been synced."""
