"""One record as it lies in the journal: sealed, chained to the one before it, and checked.

    sync 0x5A | kind | length of body | seq (4) | boot (2) | hash of the frame before (32) | body
    | HMAC-SHA-256 of all that, its first 16 bytes | CRC-32 of all that (4)

Little-endian. The CRC finds damage without the key, the chain (SHA-256 over whole frames) finds
what was dropped, repeated or moved, the HMAC (RFC 2104, cut as in RFC 4868) what was rewritten.
"""

import struct
from binascii import crc32
from hashlib import sha256

from micropython import const

MOST = const(256)  # bytes of a frame
BODY = const(195)  # of them, at most
LEAST = const(61)  # a frame without a body
SYNC = b"\x5a"
FIRST = b"\x00" * 32  # in the place of a hash: nothing is known of any frame before

_HEAD = "<BBBIH"
_SEQ = const(3)  # places
_BOOT = const(7)
_BEFORE = const(9)
_START = const(41)  # of the body
_MAC = const(16)
_REST = const(20)  # _MAC and the CRC
_BLOCK = const(64)  # of SHA-256


class Key:
    """A device's secret, ready for HMAC-SHA-256."""

    def __init__(self, secret):
        secret = secret + bytes(_BLOCK - len(secret))
        self._inner = bytes([byte ^ 0x36 for byte in secret])
        self._outer = bytes([byte ^ 0x5C for byte in secret])

    def mac(self, data):
        inner = sha256(self._inner)
        inner.update(data)
        return sha256(self._outer + inner.digest()).digest()[:_MAC]


class Frame:
    """The parts of a sound frame, read when they are wanted; `data` is the whole."""

    def __init__(self, data):
        self.data = data
        self.kind = data[1]

    @property
    def seq(self):
        return struct.unpack_from("<I", self.data, _SEQ)[0]

    @property
    def boot(self):
        return struct.unpack_from("<H", self.data, _BOOT)[0]

    @property
    def before(self):
        """Hash of the frame before it."""
        return self.data[_BEFORE:_START]

    @property
    def body(self):
        return self.data[_START:-_REST]

    def hash(self):
        return sha256(self.data).digest()


def is_sealed(found, key):
    """Whether the holder of `key` has written a Frame."""
    return key.mac(found.data[:-_REST]) == found.data[-_REST:-4]


def pack(kind, seq, boot, before, body, key):
    """The bytes of a frame; `body` has at most BODY of them."""
    data = struct.pack(_HEAD, SYNC[0], kind, len(body), seq, boot & 0xFFFF) + before + body
    data += key.mac(data)
    return data + struct.pack("<I", crc32(data))


def length(data, at=0):
    """The length of the sound frame that begins at `data[at]`, 0 where none does."""
    if len(data) - at < LEAST or data[at] != SYNC[0]:
        return 0
    n = LEAST + data[at + 2]
    if n > MOST or at + n > len(data):
        return 0
    end = at + n - 4
    return n if struct.unpack_from("<I", data, end)[0] == crc32(data[at:end]) else 0
