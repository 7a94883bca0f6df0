"""mosquitto's password file: a line `user:$7$iterations$salt$hash`, PBKDF2 with SHA-512.

As mosquitto_passwd of mosquitto 2 writes it, which then need not be installed here.
"""

import hashlib
import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from certificates import write_secret

_ITERATIONS = 101  # mosquitto's own: what is hashed here is 128 random bits, not a person's word
_SALT_BYTES = 12


def line(user: str, password: str) -> str:
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    parts = b64encode(salt).decode(), b64encode(digest).decode()
    return f"{user}:$7${_ITERATIONS}${parts[0]}${parts[1]}"


def users(path: Path) -> set[str]:
    """Who has a password there already."""
    return {one.partition(":")[0] for one in _kept(path)}


def add(path: Path, passwords: Mapping[str, str]) -> None:
    """Write them behind those that are there."""
    lines = _kept(path) + [line(user, password) for user, password in passwords.items()]
    write_secret(path, ("\n".join(lines) + "\n").encode())


def _kept(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
