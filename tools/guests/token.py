"""A card's or app's id as a box knows it: a hash, so that the id itself never gets there."""

import hashlib

from pilotwire.config import ConfigError, check

_DIGITS = 16


class NoToken(ValueError):
    """One of the two is not what it should be; the text says which, and what is wanted."""


def token(box: str, card: str) -> str:
    """16 hex digits for the card `card` at the box whose configuration has the id `box`.

    The first 8 bytes of SHA-256 over both with a colon between, in UTF-8: another box knows the
    same card by another token. `card` counts letter by letter, as the reader or app reports it.
    Raises NoToken.
    """
    try:
        check({"id": box})
    except ConfigError as error:
        raise NoToken(f"{box}: no box's {error}") from error
    if not card:
        raise NoToken("card: at least one character wanted")
    return hashlib.sha256(f"{box}:{card}".encode()).hexdigest()[:_DIGITS]
