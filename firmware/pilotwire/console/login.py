"""The installer's PIN, and the code of the level factory: kept salted and hashed, tried seldom.

The code is made and shown with the first PIN, for the box's papers: who has it may set a PIN that
nobody remembers.

Each try is counted on flash before it is judged, so that a power cut wins none; while the
contactor is closed the count waits in memory, and a power cut then loses it. After three wrong
ones each waits longer than the one before, and anew after a restart or a sitting's end.
"""

import asyncio
import json
from binascii import hexlify, unhexlify
from hashlib import sha256

from micropython import const

from ..orders.settings import put
from ..ticks import since

SHORTEST, LONGEST = 6, 12  # digits
_FILE = "pin.json"
_FREE = const(3)  # wrong ones without a wait
_FIRST_S = const(30)
_LONGEST_S = const(240)  # less than a sitting may be idle: the wait begins anew with each
_ROUNDS = const(2_048)  # of SHA-256: what each guess costs whoever has read the flash
_AT_ONCE = const(32)  # of them, before others have their turn
_SALT_BYTES = const(16)
_CODE_BYTES = const(8)
_CODE_END = const(10_000_000_000_000_000)  # 16 digits


def delay_s(fails):
    """How long the next try waits after so many wrong ones in a row."""
    if fails < _FREE:
        return 0
    return min(_FIRST_S << min(fails - _FREE, 10), _LONGEST_S)


def is_pin(text):
    """Whether the bytes can be a PIN."""
    return SHORTEST <= len(text) <= LONGEST and all(0x30 <= byte < 0x3A for byte in text)


async def digest(pin, salt):
    """Hash of a PIN (bytes), as hexadecimal digits."""
    data = salt + pin
    for i in range(_ROUNDS):
        data = sha256(data + pin).digest()
        if i % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return hexlify(data).decode()


class Pin:
    """The box's. A damaged file fits no PIN. What writes raises Refused where that fails."""

    def __init__(self, app):
        self._app = app
        text = app.files.read(_FILE)
        self.is_set = bool(text)
        try:
            kept = json.loads(text)
            self._salt, self._hash = unhexlify(kept["salt"]), kept["hash"]
            self.fails = int(kept["fails"])
            self._code = kept.get("code", "")
        except (ValueError, TypeError, KeyError):
            self._salt, self._hash, self.fails, self._code = b"", "", 0, ""
        self._since_ms = app.hal.ticks_ms()

    def wait_s(self):
        """Seconds until the next try is allowed."""
        left_ms = delay_s(self.fails) * 1000 - since(self._app.hal.ticks_ms(), self._since_ms)
        return max(left_ms + 999, 0) // 1000

    async def fits(self, pin):
        """Whether it is this one. Call it when `wait_s` is 0."""
        return await self._fits(pin, self._salt, self._hash)

    async def is_code(self, digits):
        """Whether these are the code's, with or without the spaces. Call it as `fits`."""
        salt, _, hashed = self._code.partition(" ")
        return await self._fits(digits.replace(b" ", b""), salt.encode(), hashed)

    async def _fits(self, given, salt, hashed):
        self.fails += 1
        self._since_ms = self._app.hal.ticks_ms()
        self._keep()
        if not hashed or await digest(given, salt) != hashed:
            return False
        self.fails = 0
        self._keep()
        return True

    async def change(self, pin):
        """The PIN is this one from now on. Returns the code where there was none yet, else ""."""
        code = ""
        if not self._code:
            number = int.from_bytes(self._app.hal.secret(_CODE_BYTES), "big") % _CODE_END
            code = "%016d" % number
            salt = hexlify(self._app.hal.secret(_SALT_BYTES))
            self._code = salt.decode() + " " + await digest(code.encode(), salt)
        self._salt = self._app.hal.secret(_SALT_BYTES)
        self._hash = await digest(pin, self._salt)
        self.is_set = True
        self.fails = 0
        self._keep()
        return code

    def _keep(self):
        kept = {"salt": hexlify(self._salt).decode(), "hash": self._hash, "fails": self.fails}
        kept["code"] = self._code
        put(self._app, _FILE, json.dumps(kept).encode())
