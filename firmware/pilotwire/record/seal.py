"""The seal of the installation: what commissioning has set holds, whatever config.json says.

A sealed text is a JSON object whose last member, "mac", is an HMAC with the device's key over all
bytes before it. Two copies of the seal lie in the root, and beside them the report of
commissioning; where one of these is there and no copy is sound, nothing may be charged. Loads on
demand.
"""

import json
import os
from binascii import hexlify

from micropython import const

from .frame import Key
from .segments import read_file, replace

FILE = "seal.json"
REPORT = "report.json"
_COPY = "seal.good.json"
_MOST = const(4_096)  # bytes of a file
_KEY_BYTES = const(32)
_LAST = ',"mac":"%s"}'
_LAST_BYTES = const(42)


def sign(root, values) -> bytes:
    """`values` (a dict with a member) as a sealed text. Raises OSError."""
    text = json.dumps(values).encode()[:-1]
    return text + (_LAST % _mac(root, text)).encode()


def open_sealed(root, data):
    """The dict in a sealed text; None unless the holder of the box's key has written it."""
    text = data[:-_LAST_BYTES]
    try:
        if data[len(text) :] != (_LAST % _mac(root, text)).encode():
            return None
        values = json.loads(data)
    except (ValueError, OSError):
        return None
    return values if type(values) is dict else None


def find(root):
    """(what is sealed or None, whether there is or has been a seal)."""
    there = False
    for name in (FILE, _COPY, REPORT):
        data = _read(root, name)
        there = there or bool(data)
        values = open_sealed(root, data) if name != REPORT else None
        if values and type(values.get("config")) is dict:
            return values, True
    return None, there


def hold(root, config, complaint):
    """(configuration, complaint) as the seal has them, of what config.json and the start say.

    The limit is the lower of both; a seal that is damaged, or gone, allows none.
    """
    values, there = find(root)
    if not there:
        return config, complaint
    if not values:
        config["limit_ma"] = 0
        return config, "seal: damaged or gone: nothing is charged until it is sealed anew"
    sealed = values["config"]
    for key in sealed:
        if key not in config or config[key] == sealed[key]:
            continue
        lower = key == "limit_ma" and config[key] < sealed[key]
        if not complaint:
            winner = "the lower" if lower else "the seal"
            text = "seal: %s: config.json has %.24s, sealed is %.24s: %s holds"
            complaint = text % (key, config[key], sealed[key], winner)
        if not lower:
            config[key] = sealed[key]
    return config, complaint


def close(root, values, sync):
    """Seal `values`: {"config": {key: value}, ...}. Raises OSError."""
    data = sign(root, values)
    for name in (FILE, _COPY):
        replace(root + "/" + name, data, sync)


def break_open(root):
    """There is no seal any more, nor the report that it belongs to. Raises OSError."""
    for name in (REPORT, _COPY, FILE):  # sealed until the last of them is gone
        if _read(root, name):
            os.remove(root + "/" + name)


def _read(root, name):
    try:
        return read_file(root + "/" + name, _MOST)
    except OSError:  # one that cannot be read is there
        return b"?"


def _mac(root, text):
    secret = read_file(root + "/device.key", _KEY_BYTES)
    if len(secret) != _KEY_BYTES:  # without a key nobody seals: none would be known to all
        raise OSError("device.key")
    return hexlify(Key(secret).mac(text)).decode()
