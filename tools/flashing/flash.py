"""A build onto a board that can start at every moment: with the old firmware or the new one.

The slot that runs is left alone. The other one's pack is written beside, as NAME.part, read back
by its hash, and takes its name by a rename; then the file `slot` names it by another. What is
found half done is gone on with: a cable that is pulled, or power that goes, costs what was not yet
on the flash.
"""

from collections.abc import Callable
from typing import NamedTuple

from packing.pack import HEAD, PackError, Piece, pieces, size_of_index

from .console import Console, Facts
from .fits import refusals
from .made import STARTERS, Made, digest
from .plan import BLOCK_BYTES, Copy, after, blocks, candidates, sent, steps

SLOTS = ("a", "b")
_BESIDE = ("/a.part", "/b.part", "/slot.new", *(f"/{name}.new" for name in STARTERS))
_SPARE_BLOCKS = 8  # littlefs itself, main.py and boot.py beside the old ones, and `slot`

Progress = Callable[[str, int, int], None]  # what, bytes done, bytes in all


class Refused(Exception):
    """The board is not touched; the text says why, one reason a line."""


class NotVerified(Exception):
    """What the flash gives back is not what was written: it is worn out, or was written to."""


class Done(NamedTuple):
    """What was done."""

    slot: str  # that starts now
    sent: int  # bytes of the pack that went through the cable
    kept: int  # bytes of it that the board had already
    starters: list[str]  # put on, too
    changed: bool  # whether anything was written


class _Slots(NamedTuple):
    kept: str  # that can start, "" if none can
    target: str  # to be written

    @property
    def old(self) -> str:
        return f"/{self.kept}.pack"

    @property
    def new(self) -> str:
        return f"/{self.target}.pack"

    @property
    def part(self) -> str:
        return f"/{self.target}.part"


def flash(console: Console, made: Made, progress: Progress) -> Done:
    """Put `made` on, and leave the board in maintenance mode.

    Raises Refused, NotVerified, and what Console raises.
    """
    facts = console.facts()
    problems = refusals(facts, made)
    if problems:
        raise Refused("\n".join(problems))
    whole = digest(made.pack)
    slots = _slots(console, facts, len(made.pack), whole)
    if slots.kept and console.digest(slots.old, len(made.pack)) == whole:
        starters = _put_starters(console, made)
        named = _put(console, "/slot", slots.kept.encode())
        return Done(slots.kept, 0, len(made.pack), starters, named or bool(starters))
    went = 0
    if console.digest(slots.new, len(made.pack)) != whole:
        _make_room(console, facts, slots, made)
        if slots.kept:
            _put(console, "/slot", slots.kept.encode())  # whatever it named, that one stays
        went = _write(console, slots, made, progress)
    starters = _put_starters(console, made)
    _put(console, "/slot", slots.target.encode())
    return Done(slots.target, went, len(made.pack) - went, starters, True)


def _slots(console: Console, facts: Facts, size: int, whole: str) -> _Slots:
    """The slot from which the board had started is kept; one that has crashed is not."""
    ran = console.interrupted.started_from.lstrip("/")
    if ran in SLOTS:
        return _Slots(ran, _other(ran))
    for slot in SLOTS:
        if console.digest(f"/{slot}.pack", size) == whole:  # the cable was pulled just after it
            return _Slots("", slot)
    if "a.pack" not in facts.files:
        return _Slots("", "a")
    named = console.read("/slot", 1).decode() if "slot" in facts.files else ""
    return _Slots("", _other(named if named in SLOTS else "a"))


def _other(slot: str) -> str:
    return SLOTS[1 - SLOTS.index(slot)]


def _make_room(console: Console, facts: Facts, slots: _Slots, made: Made) -> None:
    """Remove what was left behind, and the spare slot where it must go first. Raises Refused."""
    files = {f"/{name}": size for name, size in facts.files.items()}
    left = [path for path in _BESIDE if path in files and path != slots.part]
    free = facts.free_blocks + sum(blocks(files[path]) for path in left)
    wanted = blocks(len(made.pack)) + _SPARE_BLOCKS - blocks(files.get(slots.part, 0))
    spare = blocks(files.get(slots.new, 0))
    if free + spare < wanted:
        raise Refused(
            f"the flash has {_kb(free + spare)} for the firmware and it takes {_kb(wanted)}: it "
            "would not fit beside the one that runs; remove what is not ours (mpremote ls, "
            f"mpremote rm), largest: {_largest(files)}"
        )
    for path in left:
        console.remove(path)
    if free < wanted:
        console.remove(slots.new)


def _write(console: Console, slots: _Slots, made: Made, progress: Progress) -> int:
    """The new pack under its name; how many bytes went through the cable."""
    new = made.pack
    old = _old_pieces(console, slots)
    all_ = steps(new, old, _same(console, slots.old, new, old))
    there = _size(console, slots.part)
    if not 0 < there <= len(new) or console.digest(slots.part, there) != digest(new[:there]):
        there = 0
    left = list(after(all_, there))
    done = there
    console.begin(slots.part, go_on=there > 0)
    for step in left:
        if isinstance(step, Copy):
            console.copy(slots.old, step)
            done += step.size
            progress("copying", done, len(new))
        else:
            for size in console.send(new[step.start : step.start + step.size]):
                done += size
                progress("sending", done, len(new))
    console.end()
    _check(console, slots.part, new)
    console.rename(slots.part, slots.new)
    return sent(left)


def _old_pieces(console: Console, slots: _Slots) -> dict[bytes, Piece]:
    """Where the files of the slot that runs stand; empty where none does."""
    if not slots.kept:
        return {}
    try:
        size = size_of_index(console.read(slots.old, HEAD.size))
        return pieces(console.read(slots.old, size))
    except PackError:
        return {}


def _same(console: Console, path: str, new: bytes, old: dict[bytes, Piece]) -> set[bytes]:
    """Keys of the files that are the same on the board, by hashes worked out there."""
    pairs = candidates(new, old)
    found = console.digests(path, [piece for _, piece in pairs.values()]) if pairs else []
    return {
        key
        for (key, (piece, _)), seen in zip(pairs.items(), found, strict=True)
        if digest(new[piece.start : piece.start + piece.size]) == seen
    }


def _put_starters(console: Console, made: Made) -> list[str]:
    """main.py and boot.py, each beside the old one and then in its place; which were put."""
    return [name for name in STARTERS if _put(console, f"/{name}", made.files[name])]


def _put(console: Console, path: str, content: bytes) -> bool:
    """A small file, unless it is there."""
    if _size(console, path) == len(content) and console.digest(path, len(content)) == digest(
        content
    ):
        return False
    beside = path + ".new"
    console.begin(beside)
    for _ in console.send(content):
        pass
    console.end()
    _check(console, beside, content)
    console.rename(beside, path)
    return True


def _check(console: Console, path: str, content: bytes) -> None:
    if console.digest(path, len(content)) != digest(content):
        console.remove(path)
        raise NotVerified(
            f"{path} reads back otherwise than it was written: it is removed and the board starts "
            "what it had; try again, and replace the board if that happens again"
        )


def _size(console: Console, path: str) -> int:
    """-1 where there is none."""
    return console.facts().files.get(path[1:], -1)


def _largest(files: dict[str, int]) -> str:
    others = {path: size for path, size in files.items() if not path.endswith(".pack")}
    rows = sorted(others.items(), key=lambda row: -row[1])[:3]
    return ", ".join(f"{path} ({size} bytes)" for path, size in rows) or "in folders"


def _kb(count: int) -> str:
    return f"{count * BLOCK_BYTES // 1_024} KB"
