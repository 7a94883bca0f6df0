"""Records out of what a person has: a box's folder, its segments, or what it published.

Nothing here trusts the file: what is no sound frame becomes a Damage, what is no such file at all
a SourceError. Frames are firmware/pilotwire/record/frame.py's.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pilotwire.record import layout
from pilotwire.record.frame import SYNC, Frame, length

_MOST_BYTES = 64 << 20  # a journal has 288 KB, a record in JSON less than 2
_LINE_BYTES = 128 << 10
_SEGMENTS = [f"{index:02}" for index in range(18)]
_NAMES = {"seq", "boot", "kind"} | {name for name, _ in layout.FIELDS}


class SourceError(ValueError):
    """A file that holds no records; the text names it, the line, and what is wanted."""


@dataclass(frozen=True)
class Found:
    """A sound frame and what it says. `place` is for a person.

    `differs` are the fields that were published beside the frame and say something else. `ocmf`
    is the document that the meter itself has signed, where there is one.
    """

    frame: Frame
    place: str
    fields: dict[str, Any]
    differs: tuple[str, ...] = ()
    ocmf: str | None = None

    @property
    def number(self) -> int:
        return self.frame.seq

    @property
    def kind(self) -> str:
        """As layout.KINDS, or the number of one that this version does not know."""
        kind = self.frame.kind
        return layout.KINDS[kind] if 0 < kind < len(layout.KINDS) else str(kind)


@dataclass(frozen=True)
class Damage:
    """`size` bytes that belong to no sound frame."""

    place: str
    size: int


@dataclass(frozen=True)
class Missing:
    """The box has published that it does not have records `first` to `last` any more."""

    place: str
    first: int
    last: int


Item = Found | Damage | Missing


@dataclass(frozen=True)
class Source:
    """What is in the file, in its order. `again`: published more than once, byte for byte."""

    items: list[Item] = field(default_factory=list)
    again: int = 0

    @property
    def found(self) -> list[Found]:
        return [item for item in self.items if isinstance(item, Found)]


def load(path: Path) -> Source:
    """The records of a folder or a file. Raises SourceError."""
    try:
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            raise SourceError(f"{path}: there is no such file or folder")
        return parse(path.name, _bytes(path))
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error


def parse(name: str, data: bytes) -> Source:
    """The records of one file: JSON lines, or segments of a journal. Raises SourceError."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    is_json = data.lstrip()[:1] == b"{"
    source = _lines(name, data) if is_json else Source(list(_scan(name, data)))
    if not source.found:
        raise SourceError(
            f"{name}: no record in it; wanted is a journal's segment (a file 00 to "
            f"{_SEGMENTS[-1]}), their folder, or the JSON objects of the topic tx, one a line"
        )
    return source


def plain(text: str) -> str:
    """`text` as a terminal may show it, whoever has written it."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise SourceError(f"{path}: more than {_MOST_BYTES >> 20} MB; wanted are records")
    return data


def _folder(path: Path) -> Source:
    """Segments are a ring: which is the oldest only the numbers in them tell."""
    if (path / "journal").is_dir():  # a whole box's
        path /= "journal"
    segments = []
    for name in _SEGMENTS:
        if (path / name).is_file():
            items = list(_scan(name, _bytes(path / name)))
            first = next((item.number for item in items if isinstance(item, Found)), None)
            segments.append((first is None, first or 0, items))
    segments.sort(key=lambda segment: segment[:2])
    source = Source([item for *_, items in segments for item in items])
    if not source.found:
        raise SourceError(
            f"{path}: no record in it; wanted are the files 00 to {_SEGMENTS[-1]} of a journal"
        )
    return source


def _scan(name: str, data: bytes) -> Iterator[Item]:
    at = good = 0
    while at < len(data):
        size = length(data, at)
        if not size:
            at = data.find(SYNC, at + 1)
            at = len(data) if at < 0 else at
            continue
        if at > good:
            yield Damage(f"{name}, byte {good}", at - good)
        yield _found(data[at : at + size], f"{name}, byte {at}")
        at = good = at + size
    if at > good:
        yield Damage(f"{name}, byte {good}", at - good)


def _found(data: bytes, place: str, beside: dict[str, Any] | None = None) -> Found:
    frame = Frame(data)
    found = Found(frame, place, layout.fields_of(frame.body))
    if beside is None:
        return found
    says = {"seq": frame.seq, "boot": frame.boot, "kind": found.kind, **found.fields}
    differs = (n for n in beside if n in _NAMES and not _same(beside[n], says.get(n)))
    return Found(frame, place, found.fields, tuple(differs), beside.get("ocmf"))


def _same(published: Any, sealed: Any) -> bool:
    """JSON has no tuples, and Python takes True for 1."""
    if isinstance(sealed, list) and isinstance(published, list):
        pairs = zip(published, sealed, strict=False)
        return len(published) == len(sealed) and all(_same(*pair) for pair in pairs)
    return type(published) is type(sealed) and published == sealed


def _lines(name: str, data: bytes) -> Source:
    items: list[Item] = []
    seen: set[bytes] = set()
    again = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            item = _line(f"{name}, line {number}", line)
            if isinstance(item, Found):
                # The box sends a record until somebody has acknowledged it.
                if item.frame.data in seen and not item.differs:
                    again += 1
                    continue
                seen.add(item.frame.data)
            items.append(item)
    return Source(items, again)


def _line(place: str, line: bytes) -> Item:
    record = _object(place, line)
    if record.get("kind") == "missing":
        first, last = record.get("first"), record.get("seq")
        if type(first) is not int or type(last) is not int or not 0 < first <= last:
            raise SourceError(f"{place}: `missing` wants the numbers `first` to `seq`")
        return Missing(place, first, last)
    text = record.get("frame")
    if not isinstance(text, str):
        raise SourceError(f"{place}: `frame` is wanted, the base64 text that the box published")
    _check_document(place, record)
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        data = b""
    if not data or length(data) != len(data):
        return Damage(place, len(data))
    return _found(data, place, record)


def _check_document(place: str, record: dict[str, Any]) -> None:
    """`ocmf` has to be text that can be written out as it is."""
    if "ocmf" not in record:
        return
    text = record["ocmf"]
    try:
        good = isinstance(text, str) and text.startswith("OCMF|") and text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        good = False
    if not good:
        raise SourceError(f"{place}: `ocmf` is wanted as a text that begins with OCMF|")


def _object(place: str, line: bytes) -> dict[str, Any]:
    if len(line) > _LINE_BYTES:
        raise SourceError(f"{place}: {len(line)} bytes, no record is so long")
    try:
        record = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        text = "nested too deeply" if isinstance(error, RecursionError) else plain(str(error))
        raise SourceError(f"{place}: no JSON object, which is wanted: {text}") from error
    if not isinstance(record, dict):
        raise SourceError(f"{place}: a JSON object is wanted, one a line")
    return record


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two equal names they take."""
    pairs = list(pairs)
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a name twice")
    return record
