"""`pilotwire records`: what a person gets to see, and the exit codes.

What was asked for goes to standard output or a file, what is wrong to standard error.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from .keys import device_key, hash_of
from .source import Damage, Found, Item, Missing, Source, SourceError, load, plain
from .table import table, utc
from .verify import Finding, verify

INTACT, NOT_INTACT, UNREADABLE = 0, 1, 2
_MOST_FINDINGS = 20  # printed, of each sort


def verified(path: Path, key_path: Path | None, after: str, as_json: bool = False) -> int:
    """Print whether the records are intact, and what is not."""
    return _report(lambda: _verified(path, key_path, after, as_json))


def shown(path: Path, as_json: bool = False) -> int:
    """Print a line for each record."""
    return _report(lambda: _shown_as_json(load(path)) if as_json else _shown(load(path)))


def exported(path: Path, out: Path | None) -> int:
    """Write the charges as CSV."""
    return _report(lambda: _exported(load(path), out))


def signed(path: Path, key_path: Path, pem: Path, charge: int | None, out: Path | None) -> int:
    """Write the charges as OCMF documents, one after the other."""
    return _report(lambda: _signed(path, key_path, pem, charge, out))


def _report(work: Callable[[], int]) -> int:
    try:
        return work()
    except SourceError as error:
        _complain(str(error))
        return UNREADABLE


def _complain(text: str) -> None:
    print(plain(text), file=sys.stderr)


def _verified(path: Path, key_path: Path | None, after: str, as_json: bool) -> int:
    source = load(path)
    key = device_key(key_path) if key_path else None
    wanted = hash_of(after) if after else None
    verdict = verify(source, key, wanted)
    if as_json:
        numbers = [one.number for one in source.found]
        said = {
            "intact": verdict.intact,
            "sealed": verdict.sealed,
            "records": len(numbers),
            "first": min(numbers),
            "last": max(numbers),
            "last_hash": verdict.last.frame.hash().hex(),
            "findings": [asdict(one) for one in verdict.findings],
        }
        print(json.dumps(said))
        return INTACT if verdict.intact else NOT_INTACT
    print(_summary(source))
    _print_findings(verdict.failures, "")
    _print_findings([one for one in verdict.findings if one not in verdict.failures], "note, ")
    first, last = verdict.first, verdict.last
    if any(verdict.anchor):
        text = "is the anchor: compare it with an earlier export, or give that one's as --after"
        print(f"before record {first.number}: {verdict.anchor.hex()} {text}")
    text = "a file cannot show that nothing came after it: compare with the backend's last"
    print(f"record {last.number}, the last: {last.frame.hash().hex()}; {text}")
    if not verdict.sealed:
        print(
            "seals not checked: without --key, whoever can compute the chain anew may have "
            "changed anything"
        )
    good = "intact, but see the notes" if verdict.findings else "intact"
    print(good if verdict.intact else f"NOT intact: {_times(verdict.failures)}")
    return INTACT if verdict.intact else NOT_INTACT


def _summary(source: Source) -> str:
    found = source.found
    charges = [one for one in found if one.kind == "charge"]
    numbers = [one.number for one in found]
    wh = sum(one.fields.get("wh", 0) for one in charges)
    text = f"{len(found)} records, {min(numbers)} to {max(numbers)}; {len(charges)} of them"
    text += f" charges, {_kwh(wh)}"
    if source.again:
        text += f"; {source.again} published more than once"
    return text


def _print_findings(findings: list[Finding], prefix: str) -> None:
    for finding in findings[:_MOST_FINDINGS]:
        where = f"record {finding.numbers[-1]}, {finding.place}"
        print(plain(f"{prefix}{finding.kind}: {where}: {finding.text}"))
    if len(findings) > _MOST_FINDINGS:
        print(f"{prefix}and {_times(findings[_MOST_FINDINGS:])}")


def _times(findings: list[Finding]) -> str:
    kinds = Counter(finding.kind for finding in findings)
    return ", ".join(f"{kind} {n} times" if n > 1 else kind for kind, n in kinds.items())


def _shown(source: Source) -> int:
    for item in source.items:
        print(plain(_line(item)))
    print("as it stands there, not verified: `pilotwire records verify` does that")
    return INTACT


def _shown_as_json(source: Source) -> int:
    """The records alone: what is damaged or missing is `verify`'s to say."""
    for one in source.found:
        print(json.dumps({"number": one.number, "kind": one.kind, **one.fields}))
    return INTACT


def _line(item: Item) -> str:
    if isinstance(item, Damage):
        return f"        {item.size} bytes are no sound record ({item.place})"
    if isinstance(item, Missing):
        return f"        {item.first} to {item.last}: the box says that it has lost them"
    fields = item.fields
    unix = fields.get("end_unix", fields.get("unix"))
    time = "time unknown" if unix is None else utc(unix)
    what = _charge(item) if item.kind == "charge" else _other(item)
    return f"{item.number:6}  {time:20}  {what}"


def _charge(one: Found) -> str:
    fields = one.fields
    wh = fields.get("wh")
    parts = ["no energy" if wh is None else _kwh(wh), fields.get("energy", "")]
    if "charging_s" in fields:
        parts.append(f"{fields['charging_s'] // 60} min charging")
    parts += [fields.get("reason", ""), fields.get("by", ""), fields.get("meter_serial", "")]
    return f"charge {fields.get('charge', '?')}: " + ", ".join(filter(None, parts))


def _other(one: Found) -> str:
    """Whatever there is to say of it, by name."""
    hidden = ("unix", "event")
    says = [f"{name} {one.fields[name]}" for name in one.fields if name not in hidden]
    return " ".join([one.kind, str(one.fields.get("event", "")), *says]).replace("  ", " ")


def _kwh(wh: int) -> str:
    return f"{wh // 1000}.{wh % 1000:03} kWh"


def _exported(source: Source, out: Path | None) -> int:
    if not verify(source).intact:
        _complain("not intact: `pilotwire records verify` says what is wrong with these records")
    _write(out, table(source.found))
    return INTACT


def _signed(path: Path, key_path: Path, pem: Path, charge: int | None, out: Path | None) -> int:
    from .ocmf import Refused, document, signer  # only this one needs cryptography

    source, key, sign = load(path), device_key(key_path), signer(pem)
    verdict = verify(source, key)
    charges = [one for one in source.found if one.kind == "charge"]
    wanted = [one for one in charges if charge is None or one.fields.get("charge") == charge]
    if not wanted:
        what = "charge" if charge is None else f"charge {charge}"
        _complain(f"{path}: there is no {what} in it")
        return NOT_INTACT
    documents = []
    for one in wanted:
        name = f"charge {one.fields.get('charge', '?')}, record {one.number}"
        try:
            _check_alone(one, charges)
            documents.append(document(one, verdict, sign))
        except Refused as refused:
            _complain(f"{name}: not signed: {refused}")
            continue
        if one.ocmf is not None:
            _complain(f"{name}: passed on as the meter has signed it, not checked")
    if documents:
        _write(out, "".join(text + "\n" for text in documents))
    return INTACT if len(documents) == len(wanted) else NOT_INTACT


def _check_alone(one: Found, charges: list[Found]) -> None:
    from .ocmf import Refused

    number = one.fields.get("charge")
    others = [str(other.number) for other in charges if other.fields.get("charge") == number]
    if len(others) > 1:
        raise Refused(f"records {', '.join(others)} all say that they are this charge")


def _write(out: Path | None, text: str) -> None:
    """Bytes, because a newline that is translated breaks a signature. Raises SourceError."""
    data = text.encode()
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise SourceError(f"{out}: {error.strerror or error}") from error
