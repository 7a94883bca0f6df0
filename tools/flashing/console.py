"""A board's console, by mpremote: maintenance mode, then code of ours in the raw REPL.

Ctrl-C at the running firmware opens the contactor and stops the guard before the prompt comes
(firmware/pilotwire/update/maintenance.py). The soft reset after it frees the heap.
"""

import ast
import contextlib
import io
import struct
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mpremote.transport import TransportError, TransportExecError
from mpremote.transport_serial import SerialTransport

from .plan import Copy

try:
    import termios

    _LOST: tuple[type[Exception], ...] = (TransportError, OSError, struct.error, termios.error)
except ImportError:  # Windows
    _LOST = (TransportError, OSError, struct.error)

_PATIENCE_S = 30  # for a sign of life while the board works
_ENTER_S = 5
_ATTEMPTS = 4  # the firmware may be deaf for a moment: in a TLS handshake, or just crashed
_CHUNK_BYTES = 4_096
_SPANS = 32  # whose digests are asked for at once
_NO_SPACE = "OSError: 28"

_FACTS = """
import sys, os
def has(name):
    try:
        __import__(name)
        return 1
    except ImportError:
        return 0
import vfs
is_ = sys.implementation
print(repr((
    sys.platform, is_.name, tuple(is_.version[:3]), getattr(is_, "_machine", ""),
    getattr(is_, "_mpy", 0), sys.path[0] if sys.path else "",
    [name for name in %r if not has(name)],
    str(vfs.mount()), os.statvfs("/")[:4],
    {row[0]: row[3] for row in os.ilistdir("/") if row[1] == 0x8000},
)))
"""
_WANTED = ("asyncio", "binascii", "deflate", "hashlib", "network", "ssl")

# What the board runs on our behalf. `part` is the file that is being written.
_TOOLS = """
import os
from binascii import a2b_base64, hexlify
from hashlib import sha256
def parts(path, start, size):
    buffer = memoryview(bytearray(2048))
    with open(path, "rb") as file:
        file.seek(start)
        while size > 0:
            n = file.readinto(buffer[:min(size, 2048)])
            if not n:
                raise OSError(5)
            yield buffer[:n]
            size -= n
def digests(path, spans):
    for start, size in spans:
        hash = sha256()
        for data in parts(path, start, size):
            hash.update(data)
        print(hexlify(hash.digest()).decode())
def copy(path, start, size):
    for data in parts(path, start, size):
        part.write(data)
"""
_NO_CRASH = {  # the count of starts that did not last, by main.py: the new firmware gets a chance
    "rp2": "import machine\nmachine.mem32[0x4005800C] = 0",
    "esp32": "import machine\nmachine.mem32[0x3FF4804C] = 0",
}


class CableLost(ConnectionError):
    """The board does not answer any more, or never did."""


class BoardFailed(Exception):
    """Our code raised on the board; the text is its traceback."""


class FlashFull(BoardFailed):
    """There was no space left."""


class Facts(NamedTuple):
    """What a board says of itself."""

    platform: str
    implementation: str
    version: tuple[int, int, int]
    machine: str
    mpy: int  # version, sub-version and architecture, as sys.implementation._mpy has them
    started_from: str  # first of sys.path: the slot, if boot.py found one
    missing: list[str]  # modules of the image
    file_system: str
    space: tuple[int, int, int, int]  # block, fragment, blocks, blocks free
    files: dict[str, int]  # {name: size} in the root

    @property
    def free_blocks(self) -> int:
        return self.space[3]


class Console:
    """A board in maintenance mode. Use with `with`. Raises CableLost, BoardFailed everywhere."""

    def __init__(self, port: str):
        self.port = port
        with self._watched():
            self._transport = SerialTransport(port, timeout=_ENTER_S)
        try:
            self.interrupted = self._interrupt()  # what ran says of itself
            with self._watched():
                self._transport.enter_raw_repl(soft_reset=True, timeout_overall=_PATIENCE_S)
            self.run(_TOOLS)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """The board stays as it is, at its prompt or started."""
        with contextlib.suppress(*_LOST):
            self._transport.close()

    def facts(self) -> Facts:
        return Facts(*ast.literal_eval(self.run(_FACTS % (_WANTED,))))

    def run(self, code: str) -> str:
        """What `code` prints on the board."""
        with self._watched():
            output, error = self._transport.exec_raw(code, timeout=_PATIENCE_S)
        if error:
            text = error.decode(errors="replace").strip()
            raise FlashFull(text) if _NO_SPACE in text or "ENOSPC" in text else BoardFailed(text)
        return output.decode(errors="replace").replace("\r\n", "\n").strip()

    def read(self, path: str, size: int) -> bytes:
        """The first `size` bytes of a file."""
        code = f"with open({path!r}, 'rb') as file:\n print(hexlify(file.read({size})).decode())"
        return bytes.fromhex(self.run(code))

    def digests(self, path: str, spans: Sequence[tuple[int, int]]) -> list[str]:
        """SHA-256 of each (start, size) of a file, as the board reads it."""
        found = []
        for first in range(0, len(spans), _SPANS):
            some = [tuple(span) for span in spans[first : first + _SPANS]]
            found += self.run(f"digests({path!r}, {some})").split()
        return found

    def digest(self, path: str, size: int) -> str:
        """SHA-256 of the first `size` bytes, "" where there are not so many."""
        try:
            return self.digests(path, [(0, size)])[0]
        except BoardFailed:
            return ""

    def remove(self, path: str) -> None:
        self.run(f"os.remove({path!r})")

    def rename(self, path: str, new: str) -> None:
        """In one step, whatever `new` was before."""
        self.run(f"os.rename({path!r}, {new!r})")

    def begin(self, path: str, *, go_on: bool = False) -> None:
        """Open the file that `copy` and `send` write."""
        self.run(f"part = open({path!r}, {'ab' if go_on else 'wb'!r})")

    def copy(self, path: str, step: Copy) -> None:
        self.run(f"copy({path!r}, {step.start}, {step.size})")

    def send(self, data: bytes) -> Iterator[int]:
        """In chunks; yields the size of each once the flash holds it."""
        for at in range(0, len(data), _CHUNK_BYTES):
            chunk = data[at : at + _CHUNK_BYTES]
            self.run(f"part.write(a2b_base64({b64encode(chunk)!r}))\npart.flush()")
            yield len(chunk)

    def end(self) -> None:
        self.run("part.close()")

    def restart(self, platform: str) -> None:
        """As after power-on; starts that have crashed are forgotten. The console is gone then."""
        self.run(_NO_CRASH.get(platform, ""))
        with self._watched():
            self._transport.exec_raw_no_follow(
                "import machine, time\ntime.sleep_ms(100)\nmachine.reset()"
            )

    def _interrupt(self) -> Facts:
        for _ in range(_ATTEMPTS - 1):
            with contextlib.suppress(CableLost, BoardFailed):  # what was under way got in between
                return self._interrupt_once()
        return self._interrupt_once()

    def _interrupt_once(self) -> Facts:
        with self._watched():
            self._transport.enter_raw_repl(soft_reset=False, timeout_overall=_ENTER_S)
        return self.facts()

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # mpremote prints what was in its way
                yield
        except TransportExecError as error:
            raise BoardFailed(error.error_output) from error
        except _LOST as error:
            raise CableLost(f"{self.port}: {error}") from error
