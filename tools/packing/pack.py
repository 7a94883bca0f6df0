"""A slot in one file: as files of their own its modules would leave most of the flash empty.

Little-endian: the mark, the size of all, the number of files; then a key for each (24 bits of
the CRC-32 of "/" and its path), then for each twice the place where it begins, and 1 if it is
deflated; then the files, in the same order. What is compiled, and always in the heap, stands there
as it is: that starts quicker, and the interpreter knows where it ends. All else is deflated, which
gives it an end, too. firmware/boot.py reads it.

The rooms of the package pilotwire lie at the root, which its __init__ knows: a module's path is in
the board's heap for ever.
"""

import struct
import zlib
from collections.abc import Container, Mapping
from itertools import pairwise
from typing import NamedTuple

MARK = b"PWP2"
HEAD = struct.Struct("<4sII")
_PACKAGE = "pilotwire/"
_KEY = 3
_PLACE = 4
_WINDOW_BITS = 9  # 512 bytes of the board's heap while such a file is read


class PackError(ValueError):
    """Files that cannot be packed, or bytes that are no pack."""


class Piece(NamedTuple):
    """Where a file stands in a pack."""

    start: int
    size: int


def pack(files: Mapping[str, bytes], seldom: Container[str] = ()) -> bytes:
    """{path: content} as one; `seldom`: what is compiled and deflated all the same.

    Raises PackError where two names have one key.
    """
    named = sorted(files)
    keys = b"".join(_key(name) for name in named)
    for at, name in enumerate(named):
        if keys.find(_key(name)) != _KEY * at:
            raise PackError(f"{name}: its key stands elsewhere, too; give it another name")
    deflated = [not name.endswith(".mpy") or name in seldom for name in named]
    contents = [
        _deflated(files[name]) if is_ else files[name]
        for name, is_ in zip(named, deflated, strict=True)
    ]
    places = [HEAD.size + (_KEY + _PLACE) * len(named)]
    for content in contents:
        places.append(places[-1] + len(content))
    head = HEAD.pack(MARK, places[-1], len(named))
    words = [place << 1 | is_ for place, is_ in zip(places, deflated, strict=False)]
    return head + keys + struct.pack(f"<{len(named)}I", *words) + b"".join(contents)


def size_of_index(head: bytes) -> int:
    """Bytes before the first file, by the first HEAD.size of them. Raises PackError."""
    if len(head) < HEAD.size:
        raise PackError("no pack: too short")
    mark, _, count = HEAD.unpack(head[: HEAD.size])
    if mark != MARK:
        raise PackError("no pack: it begins otherwise")
    return HEAD.size + (_KEY + _PLACE) * count


def pieces(index: bytes) -> dict[bytes, Piece]:
    """{key: where it stands}, of a pack's first size_of_index() bytes. Raises PackError."""
    if size_of_index(index) != len(index):
        raise PackError("no pack: its index is cut off")
    _, size, count = HEAD.unpack(index[: HEAD.size])
    end = HEAD.size + _KEY * count
    keys = [index[at : at + _KEY] for at in range(HEAD.size, end, _KEY)]
    places = [*(word >> 1 for word in struct.unpack(f"<{count}I", index[end:])), size]
    if any(after < before for before, after in pairwise(places)):
        raise PackError("no pack: its files do not follow each other")
    ends = pairwise(places)
    return {key: Piece(start, end - start) for key, (start, end) in zip(keys, ends, strict=True)}


def _deflated(content: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -_WINDOW_BITS)
    return deflate.compress(content) + deflate.flush()


def place(name: str) -> str:
    """The path in the pack of the file `name`."""
    return name if name == f"{_PACKAGE}__init__.mpy" else name.removeprefix(_PACKAGE)


def _key(name: str) -> bytes:
    return zlib.crc32(f"/{place(name)}".encode()).to_bytes(4, "little")[:_KEY]
