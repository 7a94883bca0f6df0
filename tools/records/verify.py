"""Whether records are as their box has written them: all there, in order, unchanged.

Each frame holds the hash of the one before it, so what is missing, moved or put in shows in the
one after it. Whoever changes a frame can compute all later ones anew, but not their seals: those
want the device's key.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from pilotwire.record.frame import FIRST, Key, is_sealed

from .source import Damage, Found, Missing, Source

# Kinds of findings. Those of NOTES happen to a box that nobody has touched.
CHANGED = "changed"
DROPPED = "dropped"
REORDERED = "reordered"
REPEATED = "repeated"
TWICE = "twice"  # one number, two records
RESTART = "restart"
BROKEN = "broken"
ANCHOR = "anchor"  # what was to come before is not there
KEY = "key"
SKIPPED = "skipped"
TORN = "torn"
UNKNOWN = "unknown"
UNRECORDED = "unrecorded"
NOTES = {SKIPPED, TORN, UNKNOWN, UNRECORDED}


@dataclass(frozen=True)
class Finding:
    """What was found at `place`; `numbers` are the records that it is about."""

    kind: str
    numbers: tuple[int, ...]
    place: str
    text: str


@dataclass
class Verdict:
    """`sealed`: the seals were checked. `anchor`: the hash before the first record."""

    sealed: bool
    first: Found
    last: Found
    findings: list[Finding] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.failures

    @property
    def failures(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind not in NOTES]

    @property
    def anchor(self) -> bytes:
        return self.first.frame.before

    def vouches(self, found: Found) -> bool:
        """Whether a record is sealed, and in its place between its neighbours."""
        numbers = {number for finding in self.failures for number in finding.numbers}
        return self.sealed and found.number not in numbers


def verify(source: Source, key: Key | None = None, after: bytes | None = None) -> Verdict:
    """Judge the records of `source`, which has at least one.

    `after`: the hash of a record that must be among them, or come right before the first.
    """
    found = source.found
    verdict = Verdict(key is not None, found[0], found[-1])
    _Walk(source, verdict).walk()
    if key:
        _check_seals(found, key, verdict)
    for one in found:
        _check_content(one, verdict)
    _check_after(found, after, verdict)
    _check_energy(found, verdict)
    return verdict


class _Walk:
    """From frame to frame in the file's order, with what has been seen so far."""

    def __init__(self, source: Source, verdict: Verdict):
        self._source = source
        self._findings = verdict.findings
        self._numbers = sorted({one.number for one in source.found})
        self._by_number: dict[int, Found] = {}
        self._places: dict[bytes, str] = {}
        self._highest = 0
        self._previous: Found | None = None
        self._damage: list[Damage] = []  # since the previous frame
        self._missing: list[Missing] = []

    def walk(self) -> None:
        for item in self._source.items:
            if isinstance(item, Damage):
                self._damage.append(item)
            elif isinstance(item, Missing):
                self._missing.append(item)
            else:
                self._see(item)
        if self._damage:  # nothing after it says that the box had lost it
            previous = self._previous
            numbers = (previous.number,) if previous else ()
            where = f"after record {previous.number}" if previous else "before any record"
            self._damaged(numbers, f"{where}: a write that a power cut has torn, or a record")

    def _see(self, found: Found) -> None:
        data = found.frame.data
        if data in self._places:
            text = f"the same record as at {self._places[data]}"
            self._add(REPEATED, (found.number,), found.place, text)
            return
        self._places[data] = found.place
        if found.number in self._by_number:
            other = self._by_number[found.number].place
            text = f"another record of this number is at {other}"
            self._add(TWICE, (found.number,), found.place, text)
        if self._previous is None:
            self._begin(found)
        elif found.frame.before == self._previous.frame.hash():
            self._follow(found, self._previous)
        else:
            self._break(found, self._previous)
        self._by_number.setdefault(found.number, found)
        self._highest = max(self._highest, found.number)
        self._previous = found
        self._damage = []
        self._missing = []

    def _begin(self, found: Found) -> None:
        if self._damage:
            self._damaged((found.number,), f"before record {found.number}: a record was there")
        elif found.frame.before == FIRST and found.number != 1:
            self._restart(found)

    def _follow(self, found: Found, previous: Found) -> None:
        """The chain is whole: the box itself has put this record after the previous one."""
        for damage in self._damage:
            text = f"{damage.size} bytes that the box itself had lost before it wrote on"
            self._add(TORN, (previous.number, found.number), damage.place, text)
        first, last = previous.number + 1, found.number - 1
        if last >= first:
            text = (
                f"passed over by the box itself, as it does after damage: {_span(first, last)}; "
                "whether any of them ever was one, only the backend's copy tells"
            )
            self._add(SKIPPED, (found.number,), found.place, text)
        elif found.number <= previous.number:
            text = f"its number is not above that of the record before it, {previous.number}"
            self._add(REORDERED, (found.number,), found.place, text)

    def _break(self, found: Found, previous: Found) -> None:
        """This record came after another one than the previous; why it is not there."""
        first, last = previous.number + 1, found.number - 1
        numbers = (previous.number, found.number)
        if self._damage:
            between = f"between records {previous.number} and {found.number}"
            what = _span(first, last) if last >= first else "a record"
            self._damaged(numbers, f"{between}: {what} was there")
        elif found.frame.before == FIRST:
            self._restart(found, previous)
        elif found.number < self._highest and found.number not in self._by_number:
            text = f"it stands after record {previous.number}"
            self._add(REORDERED, numbers, found.place, text)
        elif last >= first:
            self._gap(found, previous)
        else:
            text = (
                f"it came after another record than {previous.number} as it is here: that one "
                "was changed, or one of the two put in"
            )
            self._add(BROKEN, numbers, found.place, text)

    def _gap(self, found: Found, previous: Found) -> None:
        first, last = previous.number + 1, found.number - 1
        numbers = (previous.number, found.number)
        here = bisect_right(self._numbers, last) - bisect_left(self._numbers, first)
        if here == last - first + 1:
            text = f"not before it but elsewhere in the file: {_span(first, last)}"
            self._add(REORDERED, numbers, found.place, text)
            return
        text = f"missing before it: {_span(first, last)}"
        if here:
            text += f" ({here} of them stand elsewhere in the file)"
        if self._missing:
            text += f"; at {self._missing[0].place} the box says that it has lost records"
        self._add(DROPPED, numbers, found.place, text)

    def _restart(self, found: Found, previous: Found | None = None) -> None:
        text = "its chain begins anew: the box found no journal, whatever had been in it"
        numbers = (previous.number, found.number) if previous else (found.number,)
        self._add(RESTART, numbers, found.place, text)

    def _damaged(self, numbers: tuple[int, ...], text: str) -> None:
        for damage in self._damage:
            whole = f"{damage.size} bytes are no sound record, {text}"
            self._add(CHANGED, numbers, damage.place, whole)

    def _add(self, kind: str, numbers: tuple[int, ...], place: str, text: str) -> None:
        self._findings.append(Finding(kind, numbers, place, text))


def _span(first: int, last: int) -> str:
    return f"record {first}" if first == last else f"records {first} to {last}"


def _check_seals(found: list[Found], key: Key, verdict: Verdict) -> None:
    unsealed = [one for one in found if not is_sealed(one.frame, key)]
    if len(unsealed) == len(found) > 1:
        numbers = tuple(one.number for one in found)
        text = "not one record is sealed with this key: it is another box's, or all were rewritten"
        verdict.findings.append(Finding(KEY, numbers, found[0].place, text))
        return
    for one in unsealed:
        text = "its seal is not the device's: it was changed after the box had written it"
        verdict.findings.append(Finding(CHANGED, (one.number,), one.place, text))


def _check_content(one: Found, verdict: Verdict) -> None:
    if one.differs:
        names = ", ".join(one.differs)
        text = f"what stands beside its frame is not what is in it: {names}"
        verdict.findings.append(Finding(CHANGED, (one.number,), one.place, text))
    if one.kind.isdigit() or (one.frame.body and not one.fields):
        text = "a newer firmware's, or another's: this version cannot read what it says"
        verdict.findings.append(Finding(UNKNOWN, (one.number,), one.place, text))


def _check_after(found: list[Found], after: bytes | None, verdict: Verdict) -> None:
    if after is None or after == verdict.anchor:
        return
    if not any(one.frame.hash() == after for one in found):
        text = f"the record {after.hex()} is neither here nor what came right before the first"
        verdict.findings.append(Finding(ANCHOR, (found[0].number,), found[0].place, text))


def _check_energy(found: list[Found], verdict: Verdict) -> None:
    """Wh that have flowed between two charges are in nobody's record."""
    charges = {one.number: one for one in found if one.kind == "charge"}
    for before, after in pairwise([charges[number] for number in sorted(charges)]):
        end_wh, start_wh = before.fields.get("end_wh"), after.fields.get("start_wh")
        if end_wh is None or start_wh is None or end_wh == start_wh:
            continue
        since = f"since record {before.number}"
        serials = {one.fields.get("meter_serial") for one in (before, after)} - {None}
        if len(serials) > 1:
            text = f"another meter {since}: what has flowed between them is in no charge"
        elif start_wh > end_wh:
            text = f"{start_wh - end_wh} Wh {since} are in no charge here"
        else:
            text = f"the register has gone back by {end_wh - start_wh} Wh {since}"
        numbers = (before.number, after.number)
        verdict.findings.append(Finding(UNRECORDED, numbers, after.place, text))
