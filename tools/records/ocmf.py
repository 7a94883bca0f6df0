"""A charge as an OCMF document (S.A.F.E. e.V.), signed with the operator's key: docs/ocmf.md.

The payload is bytes that nobody may write anew: it is built once, as text, and signed as it is.
Tables are those of OCMF 1.4.1.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .source import Found, SourceError
from .verify import Verdict

Sign = Callable[[bytes], bytes]

_MOST_BYTES = 16 << 10  # of a PEM file
# All that we write is in 1.3 already, and S.A.F.E.'s own software, release 1.4.1, refuses "1.4".
_VERSION = "1.3"
_IMPORT = "01-00:01.08.00*FF"  # the register of imported energy; no loss in a cable is taken off
_CF_CHARS = 25
_CLOCKS = {"none": "U", "set": "I", "synchronised": "S"}  # table 19

# Table 7. Whoever pulls the plug, or lets the car unlock it, ends the charge at the box (L).
_ENDS = {"unplugged": "L", "remote": "R", "power-lost": "P"}
_ABORTED = "A"

# Table 10. X is the format's own word; a leap is out of range; of a register that was reset, has
# wrapped or gone back the box does not know why (E).
_REGISTERS = {"exchanged": "X", "leaped": "O", "wrapped": "E", "reset": "E", "back": "E"}
_GOOD = "G"
_SUBSTITUTE = "S"  # the reading before the meter fell silent stands in


class Refused(Exception):
    """Nothing can be signed for this charge; the text says why and what to do."""


def signer(path: Path) -> Sign:
    """What signs with the ECDSA key of curve P-256 in a PEM file. Raises SourceError."""
    try:
        with path.open("rb") as file:
            key = serialization.load_pem_private_key(file.read(_MOST_BYTES), None)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    except TypeError as error:
        raise SourceError(f"{path}: the key is encrypted: take that off first") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SourceError(f"{path}: no private key; wanted is one of P-256 as PEM") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise SourceError(f"{path}: another kind of key; wanted is ECDSA with curve P-256")
    return lambda data: key.sign(data, ec.ECDSA(hashes.SHA256()))


def document(one: Found, verdict: Verdict, sign: Sign) -> str:
    """The document of one charge record. Raises Refused.

    What the meter itself has signed is passed on as it is: it is worth more than our signature,
    and any other byte would break it.
    """
    if not verdict.vouches(one):
        raise Refused("it is not verified: see what `pilotwire records verify` says with this key")
    if one.ocmf is not None:
        return one.ocmf
    text = _json(payload(one))
    signature = sign(text.encode()).hex()
    return f"OCMF|{text}|{_json({'SA': 'ECDSA-secp256r1-SHA256', 'SD': signature})}"


def payload(one: Found) -> dict[str, Any]:
    """What is signed of a charge; RV is a _Number. Raises Refused."""
    fields = one.fields
    if not fields.get("charge"):
        raise Refused("it has no number")
    if not fields.get("meter_serial"):
        raise Refused(
            "its meter has not told its serial number, which OCMF demands (MS): use a meter whose "
            "map reads it, docs/meters.md"
        )
    return {
        "FV": _VERSION,
        "GI": "Pilotwire records",
        **_if("GS", fields.get("box")),
        "GV": _version(),
        "PG": f"T{fields['charge']}",
        **_if("MM", fields.get("meter")),
        "MS": fields["meter_serial"],
        **_if("MF", fields.get("meter_firmware")),
        **_user(fields),
        **_if("CF", fields.get("firmware", "")[:_CF_CHARS]),
        "RD": _readings(fields),
        # Ours, as table 7 allows: which sealed record this is, so that the two can be compared.
        "XP": {"record": one.number, "hash": one.frame.hash().hex(), **_quality(fields)},
    }


def _if(key: str, value: Any) -> dict[str, Any]:
    return {key: value} if value else {}


def _user(fields: dict[str, Any]) -> dict[str, Any]:
    """Table 4. Only whoever the operator's backend has named is a user who is known."""
    if fields.get("auth") != "remote" or not fields.get("by"):
        return {"IS": False, "IL": "NONE", "IT": "NONE"}
    return {"IS": True, "IL": "TRUSTED", "IT": "CENTRAL", "ID": fields["by"]}


def _quality(fields: dict[str, Any]) -> dict[str, Any]:
    names = ("energy", "resolution_wh", "end_after_unix", "register")
    return {name: fields[name] for name in names if name in fields}


def _readings(fields: dict[str, Any]) -> list[dict[str, Any]]:
    start_wh, end_wh = fields.get("start_wh"), fields.get("end_wh")
    register = fields.get("register")
    if start_wh is None or end_wh is None:
        raise Refused("no meter was read at its start or its end: there is no energy to sign")
    if not register and fields.get("wh") != end_wh - start_wh:
        raise Refused("its energy is not what its two readings make")
    decimals = _decimals(fields.get("resolution_wh", 1), start_wh, end_wh)
    begin = _status(fields.get("start_read"), None)
    end = _status(fields.get("end_read"), register)
    # A clock that was set in between has told one of the two times wrongly; after a power cut the
    # time is the one at which the box was back.
    jumped = (fields.get("end_unix") or 0) < (fields.get("start_unix") or 0)
    no_end = jumped or fields.get("reason") == "power-lost"
    return [
        {
            "TM": _time(fields, "start"),
            "TX": "B",
            "RV": _Number(start_wh, decimals),
            "RI": _IMPORT,
            "RU": "kWh",
            "RT": "AC",
            "EF": _errors(begin, "none" if jumped else fields.get("start_clock")),
            "ST": begin,
        },
        {
            "TM": _time(fields, "end"),
            "TX": _end(fields),
            "RV": _Number(end_wh, decimals),
            "RI": _IMPORT,
            "RU": "kWh",
            "RT": "AC",
            "EF": _errors(end, "none" if no_end else fields.get("end_clock")),
            "ST": end,
        },
    ]


def _end(fields: dict[str, Any]) -> str:
    reason = fields.get("reason")
    if reason not in _ENDS:
        raise Refused("what ended it is not on record")
    # A fault that opened the contactor for the last time ended the flow, whatever came later.
    if reason != "power-lost" and fields.get("opened") == "fault":
        return _ABORTED
    return _ENDS[reason]


def _status(read: bool | None, register: str | None) -> str:
    if register:
        return _REGISTERS.get(register, "E")
    return _GOOD if read else _SUBSTITUTE


def _errors(status: str, clock: str | None) -> str:
    """Table 7: what must not be billed by. Energy by any reading that is none; unknown time."""
    return ("" if status == _GOOD else "E") + ("t" if _CLOCKS.get(clock or "none") == "U" else "")


def _time(fields: dict[str, Any], which: str) -> str:
    """The records count whole seconds of UTC."""
    unix = fields.get(f"{which}_unix")
    try:
        time = datetime.fromtimestamp(unix, UTC) if unix is not None else None
    except (ValueError, OverflowError, OSError):
        time = None
    if time is None:
        raise Refused(
            f"the box did not know the time at its {which}, and OCMF demands one (TM): give it a "
            "clock, or a network that has one"
        )
    quality = _CLOCKS.get(fields.get(f"{which}_clock", "none"), "U")
    return time.strftime("%Y-%m-%dT%H:%M:%S,000+0000 ") + quality


class _Number:
    """Wh as kWh, with as many decimals as are valid: OCMF tells the precision by them."""

    def __init__(self, wh: int, decimals: int):
        self._text = f"{wh // 1000}.{wh % 1000:03}"[: decimals - 3 or None]

    def __str__(self) -> str:
        return self._text


def _decimals(resolution_wh: int, *readings_wh: int) -> int:
    """2 or 3: two are what the format recommends, where the meter's step allows."""
    if resolution_wh >= 10 and all(wh % 10 == 0 for wh in readings_wh):
        return 2
    return 3


def _json(value: Any) -> str:
    """Compact, exact, and without the one character that OCMF keeps for itself."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json(key)}:{_json(value[key])}" for key in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value).replace("|", "\\u007c")


def _version() -> str:
    try:
        return version("pilotwire-tools")
    except PackageNotFoundError:  # run from the folder, never installed
        return "0"
