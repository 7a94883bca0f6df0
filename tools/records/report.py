"""`pilotwire records`: what a person gets to see, and the exit codes.

What was asked for goes to standard output or a file, what is wrong to standard error.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from telling.output import objects, tell
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from .keys import device_key, hash_of
from .source import Damage, Found, Item, Missing, Source, SourceError, load, plain
from .table import rows, table, utc
from .verify import Finding, verify

_MOST_FINDINGS = 20  # printed, of each sort


def verified(path: Path, key_path: Path | None, after: str, as_json: bool) -> int:
    """Print whether the records are intact, and what is not. Raises Trouble."""
    with _read():
        return _verified(path, key_path, after, as_json)


def shown(path: Path, as_json: bool) -> int:
    """Print a line for each record. Raises Trouble."""
    with _read():
        source = load(path)
    if as_json:  # the records alone: what is damaged or missing is `verify`'s to say
        found = source.found
        objects(*({"number": one.number, "kind": one.kind, **one.fields} for one in found))
        return DONE
    for item in source.items:
        print(plain(_line(item)))
    print("as it stands there, not verified: `pilotwire records verify` does that")
    return DONE


def exported(path: Path, out: Path | None, as_json: bool) -> int:
    """Write the charges as CSV, or print them as objects. Raises Trouble."""
    with _read():
        source = load(path)
        if not verify(source).intact:
            text = "not intact: `pilotwire records verify` says what is wrong with these records"
            print(text, file=sys.stderr)
        charges = list(rows(source.found))
        if out or not as_json:
            _write(out, table(source.found))
    if as_json:
        objects(*([{"file": str(out), "charges": len(charges)}] if out else charges))
    return DONE


def signed(
    path: Path, key_path: Path, pem: Path, charge: int | None, out: Path | None, as_json: bool
) -> int:
    """Write the charges as OCMF documents, one after the other. Raises Trouble."""
    with _read():
        return _signed(path, key_path, pem, charge, out, as_json)


@contextmanager
def _read() -> Iterator[None]:
    """Files that are not what they should be are a Trouble."""
    try:
        yield
    except SourceError as error:
        do = "docs/records.md says which files of a box hold records, docs/ocmf.md which keys"
        raise Trouble(WRONG, plain(str(error)), "nothing can be said of it", do) from error


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
        objects(said)
        return DONE if verdict.intact else REFUSED
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
    return DONE if verdict.intact else REFUSED


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


def _signed(
    path: Path, key_path: Path, pem: Path, charge: int | None, out: Path | None, as_json: bool
) -> int:
    from .ocmf import Refused, document, signer  # only this one needs cryptography

    source, key, sign = load(path), device_key(key_path), signer(pem)
    verdict = verify(source, key)
    charges = [one for one in source.found if one.kind == "charge"]
    wanted = [one for one in charges if charge is None or one.fields.get("charge") == charge]
    if not wanted:
        what = "charge" if charge is None else f"charge {charge}"
        do = "`pilotwire records show` lists what there is"
        raise Trouble(REFUSED, f"{path}: there is no {what} in it", "nothing was signed", do)
    documents = {}
    for one in wanted:
        name = f"charge {one.fields.get('charge', '?')}, record {one.number}"
        try:
            _check_alone(one, charges)
            documents[one.number] = document(one, verdict, sign)
        except Refused as refused:
            happened = plain(f"{name}: not signed: {refused}")
            means = "nobody should be billed by it"
            trouble = Trouble(REFUSED, happened, means, "pilotwire records verify")
            tell("records ocmf", trouble, as_json)
            continue
        if one.ocmf is not None:
            print(f"{name}: passed on as the meter has signed it, not checked", file=sys.stderr)
    if documents and (out or not as_json):
        _write(out, "".join(text + "\n" for text in documents.values()))
    if as_json and out:
        objects({"file": str(out), "signed": len(documents), "wanted": len(wanted)})
    elif as_json:
        objects(*({"number": number, "ocmf": text} for number, text in documents.items()))
    return DONE if len(documents) == len(wanted) else REFUSED


def _check_alone(one: Found, charges: list[Found]) -> None:
    from .ocmf import Refused

    number = one.fields.get("charge")
    others = [str(other.number) for other in charges if other.fields.get("charge") == number]
    if len(others) > 1:
        raise Refused(f"records {', '.join(others)} all say that they are this charge")


def _write(out: Path | None, text: str) -> None:
    """Bytes, because a newline that is translated breaks a signature. Raises Trouble."""
    data = text.encode()
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        happened, do = f"{out}: {error.strerror or error}", "see that it can be written there"
        raise Trouble(WRONG, happened, "nothing was written", do) from error
