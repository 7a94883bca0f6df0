"""How a new pack comes to be on the board: what the old one has already is copied there."""

from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from packing.pack import Piece, pieces, size_of_index

BLOCK_BYTES = 4_096
_USED_BYTES = (
    BLOCK_BYTES - 8
)  # of a block of a file: littlefs keeps two pointers in it, on average


class Copy(NamedTuple):
    """`size` bytes of the old pack, from `start`."""

    start: int
    size: int

    def rest(self, skipped: int) -> "Copy":
        return Copy(self.start + skipped, self.size - skipped)


class Send(NamedTuple):
    """`size` bytes of the new pack, from `start`."""

    start: int
    size: int

    def rest(self, skipped: int) -> "Send":
        return Send(self.start + skipped, self.size - skipped)


Step = Copy | Send


def candidates(new: bytes, old: Mapping[bytes, Piece]) -> dict[bytes, tuple[Piece, Piece]]:
    """{key: (new, old)} of the files that may be the same in both packs: those of one size."""
    return {
        key: (piece, old[key])
        for key, piece in pieces(new[: size_of_index(new)]).items()
        if key in old and old[key].size == piece.size
    }


def steps(new: bytes, old: Mapping[bytes, Piece], same: Container[bytes]) -> list[Step]:
    """In order, for all of `new`; `same` are the keys whose files the old pack has as well."""
    found: list[Step] = [Send(0, size_of_index(new))]
    for key, piece in pieces(new[: found[0].size]).items():
        step = Copy(old[key].start, piece.size) if key in same else Send(*piece)
        last = found[-1]
        if type(last) is type(step) and last.start + last.size == step.start:
            found[-1] = type(step)(last.start, last.size + step.size)
        else:
            found.append(step)
    return found


def after(all_: list[Step], size: int) -> Iterator[Step]:
    """What is left of the steps once the first `size` bytes are there."""
    for step in all_:
        if step.size > size:
            yield step.rest(size)
        size = max(size - step.size, 0)


def sent(all_: list[Step]) -> int:
    """Bytes that go through the cable."""
    return sum(step.size for step in all_ if isinstance(step, Send))


def blocks(size: int) -> int:
    """Of the flash, for a file of so many bytes."""
    return 0 if size <= 512 else -(-size // _USED_BYTES)
