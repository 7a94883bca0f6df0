"""Keys as files: a box's `device.key`, and the hashes of records that a person types."""

import binascii
from pathlib import Path

from pilotwire.record.frame import Key

from .source import SourceError

_BYTES = 32  # of a key, and of a hash
_MOST_BYTES = 1_024


def device_key(path: Path) -> Key:
    """The key in a file: 32 bytes as they lie on the box, or 64 hexadecimal digits.

    Raises SourceError.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror or error}") from error
    if len(data) == _BYTES:
        return Key(data)
    secret = _digits(data)
    if secret is None:
        raise SourceError(
            f"{path}: no device key; wanted are the 32 bytes of a box's device.key, or 64 "
            "hexadecimal digits"
        )
    return Key(secret)


def hash_of(text: str) -> bytes:
    """The hash of a record, as 64 hexadecimal digits. Raises SourceError."""
    found = _digits(text.encode("utf-8", "replace"))
    if found is None:
        raise SourceError(
            "--after: wanted are the 64 hexadecimal digits that an earlier `verify` has printed"
        )
    return found


def _digits(text: bytes) -> bytes | None:
    try:
        data = binascii.unhexlify(text.strip())
    except ValueError:
        return None
    return data if len(data) == _BYTES else None
