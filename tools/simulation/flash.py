"""The board's flash: a real littlefs whose power may go in the middle of any write or erase.

What a cut leaves is what hardware leaves: part of a page, or a block that is half erased.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from littlefs import LittleFS, LittleFSError, lfs

_BLOCK = 4_096
_BLOCKS = 212  # as MicroPython mounts it on a Pico W
_PAGE = 256
_IO_ERROR = -5
_NAMES = "utf-8"


class PowerCut(BaseException):
    """The power has gone: nothing of the firmware runs on."""


class _Chip:
    """The memory itself. `left`: operations until the power goes (None: it stays)."""

    def __init__(self) -> None:
        self.memory = bytearray(b"\xff" * (_BLOCK * _BLOCKS))
        self.left: int | None = None
        self.part = 0  # bytes of the interrupted operation that are still done
        self.dead = False
        self.operations = 0
        self.on_operation: Callable[[], object] = lambda: None

    def read(self, _cfg: Any, block: int, off: int, size: int) -> bytearray:
        start = block * _BLOCK + off
        return self.memory[start : start + size]

    def prog(self, _cfg: Any, block: int, off: int, data: bytes) -> int:
        return self._write(block * _BLOCK + off, bytes(data))

    def erase(self, _cfg: Any, block: int) -> int:
        return self._write(block * _BLOCK, b"\xff" * _BLOCK)

    def sync(self, _cfg: Any) -> int:
        return _IO_ERROR if self.dead else 0

    def _write(self, start: int, data: bytes) -> int:
        if self.dead:
            return _IO_ERROR
        self.operations += 1
        self.on_operation()
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.dead = True
                data = data[: self.part % len(data)]
        self.memory[start : start + len(data)] = data
        return _IO_ERROR if self.dead else 0


class Flash:
    """Files as the firmware's modules want them: `open`, `rename`, `remove`."""

    def __init__(self) -> None:
        self._chip = _Chip()
        self._fs = self._new()
        self._fs.format()
        self._fs.mount()

    def _new(self) -> LittleFS:
        return LittleFS(
            context=self._chip,  # pyright: ignore[reportArgumentType]
            mount=False,
            block_size=_BLOCK,
            block_count=_BLOCKS,
            prog_size=_PAGE,
        )

    @property
    def operations(self) -> int:
        """Pages written and blocks erased, in all."""
        return self._chip.operations

    @property
    def blocks(self) -> int:
        """In use."""
        return self._fs.used_block_count

    def watch(self, on_operation: Callable[[], object]) -> None:
        """Call it before each of them."""
        self._chip.on_operation = on_operation

    def cut_at(self, operations: int, part: int) -> None:
        """The power goes in the operation after so many, when `part` bytes of it are done."""
        self._chip.left = operations
        self._chip.part = part

    def lose_power(self) -> None:
        self._chip.dead = True

    def power_on(self) -> None:
        """Mount what is there. LittleFSError when that is no filesystem any more."""
        self._chip.dead = False
        self._chip.left = None
        self._fs = self._new()
        self._fs.mount()

    def fill(self, room: int) -> None:
        """Leave about `room` free blocks; `drain` gives the others back."""
        free = _BLOCKS - self._fs.used_block_count - room
        if free > 0:
            with self.open("ballast", "wb") as file:
                file.write(bytes(free * (_BLOCK - 8)))

    def drain(self) -> None:
        try:
            self.remove("ballast")
        except OSError:
            return

    def files(self) -> dict[str, bytes]:
        """What is there, by path."""
        found = {}
        for name in sorted(self._fs.listdir("/")):
            with self.open(name, "rb") as file:
                found[name] = file.read()
        return found

    def open(self, path: str, mode: str = "r") -> File:
        return File(self, self._fs.fs, path, mode)

    def rename(self, old: str, new: str) -> None:
        self.do(lfs.rename, self._fs.fs, old, new, _NAMES)

    def mkdir(self, path: str) -> None:
        self.do(lfs.mkdir, self._fs.fs, path, _NAMES)

    def remove(self, path: str) -> None:
        self.do(lfs.remove, self._fs.fs, path, _NAMES)

    def do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call littlefs. OSError with its number, or PowerCut."""
        if self._chip.dead:
            raise PowerCut
        try:
            return function(*arguments)
        except LittleFSError as error:
            if self._chip.dead:
                raise PowerCut from None
            raise OSError(-error.code, str(error)) from None


class File:
    """A file of MicroPython's littlefs: what is flushed or closed survives a power cut."""

    def __init__(self, flash: Flash, fs: Any, path: str, mode: str):
        self._flash = flash
        self._fs = fs
        self._text = "b" not in mode
        flags = mode.replace("b", "")
        try:
            self._handle = flash.do(lfs.file_open, fs, path, flags, _NAMES)
        except FileNotFoundError:
            if flags != "a":
                raise
            self._handle = flash.do(lfs.file_open, fs, path, "x", _NAMES)
        self._ahead = b""  # read, and not yet asked for

    def __enter__(self) -> File:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flash.do(lfs.file_close, self._fs, self._handle)

    def read(self, size: int = -1) -> Any:
        if size < 0:
            size = lfs.file_size(self._fs, self._handle)
        data = self._take(size)
        return data.decode() if self._text else data

    def readline(self, size: int) -> bytes:
        while b"\n" not in self._ahead and len(self._ahead) < size:
            more = self._flash.do(lfs.file_read, self._fs, self._handle, _PAGE)
            if not more:
                break
            self._ahead += more
        end = self._ahead.find(b"\n") + 1 or len(self._ahead)
        return self._take(min(end, size))

    def write(self, data: bytes) -> int:
        return self._flash.do(lfs.file_write, self._fs, self._handle, bytes(data))

    def flush(self) -> None:
        self._flash.do(lfs.file_sync, self._fs, self._handle)

    def seek(self, place: int, whence: int = 0) -> int:
        self._ahead = b""
        return self._flash.do(lfs.file_seek, self._fs, self._handle, place, whence)

    def tell(self) -> int:
        return self._flash.do(lfs.file_tell, self._fs, self._handle) - len(self._ahead)

    def _take(self, size: int) -> bytes:
        missing = size - len(self._ahead)
        if missing > 0:
            self._ahead += self._flash.do(lfs.file_read, self._fs, self._handle, missing)
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data
