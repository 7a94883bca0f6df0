"""What differs between two versions of the contract, and what of it breaks the rules for `v1`.

`python -m contract.compare OLD NEW`: each a folder of the project or a git revision. Prints a line
for each difference; exit code 1 if one breaks a rule, 2 if a version cannot be read.

The rules are those of the section Versions in asyncapi.yaml. Not looked at: texts, examples, and
the keywords `not`, `if` and `dependentRequired`, which no rule is about.
"""

import json
import posixpath
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rig.interpreter import ROOT

from .document import FILE, Topic, topics_of
from .shape import LEAST, MOST, OTHERS, Shape, shape

_DOCUMENT = FILE.relative_to(ROOT).as_posix()


class Unreadable(Exception):
    """There is no contract; the text names what was looked for."""


@dataclass(frozen=True)
class Difference:
    """`what` has changed at `place`; `breaks`: it must not within one major version."""

    place: str
    what: str
    breaks: bool

    def __str__(self) -> str:
        return f"{'BREAKS' if self.breaks else 'allowed'}: {self.place}: {self.what}"


@dataclass(frozen=True)
class Contract:
    """One version: its number, and for each topic how it is sent and the shape of its payload."""

    version: str
    topics: dict[str, tuple[Topic, Shape]]


def load(source: str) -> Contract:
    """Of a folder or a git revision. Raises Unreadable."""
    folder = Path(source)
    return contract(_in_folder(folder) if folder.is_dir() else _in_git(source))


def contract(read: Callable[[str], str]) -> Contract:
    """`read(path)` gives the text of a file by its path in the project."""
    document = yaml.safe_load(read(_DOCUMENT))
    files: dict[str, Any] = {}

    def follow(base: str, ref: str) -> tuple[str, Any]:
        name, _, pointer = ref.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(base), name)) if name else base
        if path not in files:
            files[path] = json.loads(read(path))
        found = files[path]
        for step in pointer.split("/")[1:]:
            found = found[step]
        return path, found

    found = {}
    for name, topic in topics_of(document).items():
        ref = {"$ref": topic.schema.relative_to(ROOT).as_posix()}
        found[name] = topic, shape("", ref, follow)
    return Contract(document["info"]["version"], found)


def differences(old: Contract, new: Contract) -> Iterator[Difference]:
    """All of them, topic by topic."""
    found = list(_differences(old, new))
    yield from found
    if old.version == new.version and any(not one.breaks for one in found):
        text = f"still {new.version}, though something was added: count the minor version up"
        yield Difference("version", text, True)


def _differences(old: Contract, new: Contract) -> Iterator[Difference]:
    for name, (topic, before) in old.topics.items():
        if name not in new.topics:
            yield Difference(name, "removed", True)
            continue
        other, after = new.topics[name]
        for fact in ("by_box", "qos", "retained", "plain"):
            was, is_ = getattr(topic, fact), getattr(other, fact)
            if was != is_:
                yield Difference(name, f"{fact} was {was}, is {is_}", True)
        yield from _shapes(name, before, after, topic.by_box)
    for name in new.topics.keys() - old.topics.keys():
        yield Difference(name, "added", False)


def _shapes(place: str, old: Shape, new: Shape, by_box: bool) -> Iterator[Difference]:
    for type_ in sorted(old.types - new.types):
        yield Difference(place, f"type {type_} removed", True)
    for type_ in sorted(new.types - old.types):
        yield Difference(place, f"type {type_} added", by_box)  # readers do not expect it
    yield from _words(place, old.words, new.words)
    yield from _facts(place, old.facts, new.facts)
    for key in old.keys.keys() - new.keys.keys():
        yield Difference(f"{place}.{key}", "removed, or renamed", True)
    for key in new.keys.keys() - old.keys.keys():
        if key not in new.required or by_box:
            yield Difference(f"{place}.{key}", "added", False)
    if by_box:
        for key in sorted((old.required - new.required) & new.keys.keys()):
            yield Difference(f"{place}.{key}", "was always there, is optional", True)
    for key in sorted(new.required - old.required):
        if not by_box:
            yield Difference(f"{place}.{key}", "has become required", True)
        elif key in old.keys:
            yield Difference(f"{place}.{key}", "is always there now", False)
    if not by_box and new.closed and not old.closed:
        yield Difference(place, "unknown keys are refused now", True)
    for key in old.keys.keys() & new.keys.keys():
        yield from _shapes(f"{place}.{key}", old.keys[key], new.keys[key], by_box)
    yield from _lists(place, old, new, by_box)
    for name in old.forms.keys() - new.forms.keys():
        yield Difference(f"{place} ({name})", "removed, or renamed", True)
    for name in new.forms.keys() - old.forms.keys():
        yield Difference(f"{place} ({name})", "added", False)
    for name in old.forms.keys() & new.forms.keys():
        yield from _shapes(f"{place} ({name})", old.forms[name], new.forms[name], by_box)


def _lists(place: str, old: Shape, new: Shape, by_box: bool) -> Iterator[Difference]:
    if old.items and new.items:
        yield from _shapes(f"{place}[]", old.items, new.items, by_box)
    elif new.items or old.items:
        yield Difference(f"{place}[]", "its items are described otherwise", True)
    if len(old.columns) != len(new.columns):
        text = f"{len(old.columns)} columns, now {len(new.columns)}"
        yield Difference(f"{place}[]", text, True)
    for i, (before, after) in enumerate(zip(old.columns, new.columns, strict=False)):
        yield from _shapes(f"{place}[{i}]", before, after, by_box)


def _words(
    place: str, old: frozenset[Any] | None, new: frozenset[Any] | None
) -> Iterator[Difference]:
    if old is None and new is None:
        return
    if old is None or new is None:
        yield Difference(place, "any value" if new is None else "only some words", old is None)
        return
    for word in sorted(old - new, key=repr):
        yield Difference(place, f"{word[1]!r} removed, or renamed", True)
    for word in sorted(new - old, key=repr):
        yield Difference(place, f"{word[1]!r} added", False)


def _facts(place: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Difference]:
    for keywords, sign in ((LEAST, 1), (MOST, -1)):
        for keyword in keywords:
            was, is_ = old.get(keyword), new.get(keyword)
            if was == is_:
                continue
            narrower = is_ is not None and (was is None or sign * (is_ - was) > 0)
            yield Difference(place, f"{keyword} was {was}, is {is_}", narrower)
    for keyword in OTHERS:
        was, is_ = old.get(keyword), new.get(keyword)
        if was != is_:
            yield Difference(place, f"{keyword} was {was}, is {is_}", True)


def _in_folder(folder: Path) -> Callable[[str], str]:
    def read(path: str) -> str:
        try:
            return (folder / path).read_text()
        except OSError as error:
            raise Unreadable(f"{folder}: no {path}") from error

    return read


def _in_git(revision: str) -> Callable[[str], str]:
    def read(path: str) -> str:
        command = ["git", "-C", str(ROOT), "show", f"{revision}:{path}"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise Unreadable(f"{revision} is no folder, and git has no {path} there")
        return result.stdout

    return read


def released() -> str:
    """The tag of the last version that was released, as contract-1.3; "" if there is none."""
    command = ["git", "-C", str(ROOT), "tag", "--list", "contract-1.*", "--sort=-version:refname"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.partition("\n")[0]


def main(old: str, new: str) -> int:
    try:
        found = list(differences(load(old), load(new)))
    except Unreadable as error:
        print(error)
        return 2
    for one in found:
        print(one)
    return int(any(one.breaks for one in found))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("python -m contract.compare OLD NEW: two folders or git revisions wanted")
    sys.exit(main(*sys.argv[1:]))
