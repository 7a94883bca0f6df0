"""What flash keeps of the log: a ring of segments like the journal's, 56 KB. Loads on demand.

A frame of kind LOG has some entries in it, one of kind SNAPSHOT a piece of a snapshot. They have
numbers, a chain and a seal of their own.
"""

import struct

from micropython import const

from . import frame, segments
from .log import KEPT, LEVELS

if segments.Segments.__init__ is None:  # the start has given it back (once.py)
    from ..anew import Anew

    with Anew("record.segments"):
        from .segments import Segments, make_folder, read_file
else:
    from .segments import Segments, make_folder, read_file

LOG = const(6)  # kinds of frames; the journal has those below
SNAPSHOT = const(7)

_COUNT = const(7)
_BYTES = const(8_000)  # two blocks of 4 KB
_SECRET_BYTES = const(32)
_ENTRY = "<qIBBB"  # ms since the start; unix s, 0: unknown; how often; code; length of the text
_ENTRY_BYTES = const(15)
_LONGEST = const(120)  # bytes of a text
_PIECE = const(193)  # bytes of a snapshot, behind which piece this is and of how many


def write(log, changes, hal, boot):
    """Write what waits in the Log, and in `changes` (changes.Changes or None). Raises OSError.

    `boot` is the number of this start. Call it while flash may be written.
    """
    root = hal.root
    stamp = hal.clock()
    folder = root + "/log"
    make_folder(folder)
    ring = Segments(folder, hal.sync, _COUNT, _BYTES)
    writer = _Writer(ring, frame.Key(read_file(root + "/device.key", _SECRET_BYTES)), boot)
    body = b""
    i = max(log.kept, log.oldest)
    while i < log.n:
        entry = _packed(log.entry(i), log.now_ms(), stamp[0])
        if len(body) + len(entry) > frame.BODY:
            writer.append(LOG, body)
            log.kept = i
            body = b""
        body += entry
        i += 1
    if body:
        writer.append(LOG, body)
    log.kept = i
    while changes and changes.waiting:
        data = changes.waiting[0]
        n = (len(data) + _PIECE - 1) // _PIECE
        for piece in range(n):
            part = data[piece * _PIECE : (piece + 1) * _PIECE]
            writer.append(SNAPSHOT, bytes((piece, n)) + part)
        changes.waiting.pop(0)


def entries(root, most):
    """The last `most` entries on flash, the oldest first: (start of the box, ms since that start,
    unix s or None, how often, code, text). Raises OSError."""
    ring = Segments(root + "/log", None, _COUNT, _BYTES)
    order = _order(ring)
    first = len(order)
    n = 0
    while first and n < most:
        first -= 1
        for _ in _entries(ring, order[first]):
            n += 1
    for index in order[first:]:
        for entry in _entries(ring, index):
            if n <= most:
                yield entry
            n -= 1


def snapshots(root, most):
    """The last `most` snapshots that are whole, as bytes, the oldest first. Raises OSError."""
    ring = Segments(root + "/log", None, _COUNT, _BYTES)
    pieces = []
    found = []
    for index in reversed(_order(ring)):
        pieces = [one.body for _, one in ring.scan(index) if one.kind == SNAPSHOT] + pieces
        found = _whole(pieces)
        if len(found) >= most:
            break
    return found[-most:]


class _Writer:
    """Goes on where the newest segment ends."""

    def __init__(self, ring, key, boot):
        self._ring = ring
        self._key = key
        self._boot = boot
        self._seq = end = 0
        self._head = frame.FIRST
        last = None
        for place, last in ring.scan(ring.newest):
            end = place + len(last.data)
        if last:
            self._seq = last.seq
            self._head = last.hash()
        ring.torn = ring.size > end
        # A number that may have been in what is damaged is not given again.
        self._seq += (max(ring.size - end, 0) + ring.lost) // frame.LEAST + 1

    def append(self, kind, body):
        data = frame.pack(kind, self._seq, self._boot, self._head, body, self._key)
        self._ring.append(data, self._seq, self._seq)
        self._seq += 1
        self._head = frame.Frame(data).hash()


def _packed(entry, now_ms, unix):
    at_ms, _, count, code, about = entry
    if LEVELS[code] not in KEPT:
        return b""
    text = about.encode()[:_LONGEST]
    at_unix = 0 if unix is None else max(unix - (now_ms - at_ms) // 1000, 0)
    return struct.pack(_ENTRY, at_ms, at_unix, count, code, len(text)) + text


def _entries(ring, index):
    for _, found in ring.scan(index):
        body = found.body
        at = 0
        while found.kind == LOG and at + _ENTRY_BYTES <= len(body):
            at_ms, unix, count, code, size = struct.unpack_from(_ENTRY, body, at)
            at += _ENTRY_BYTES + size
            try:
                text = body[at - size : at].decode()
            except ValueError:  # cut in the middle of a character
                text = "?"
            yield found.boot, at_ms, unix or None, count, code, text


def _order(ring):
    """Segments, the oldest first."""
    order = []
    index = ring.oldest()
    while index is not None:
        order.append(index)
        index = ring.after(index)
    return order


def _whole(pieces):
    """Snapshots of which each piece is there."""
    found = []
    data = b""
    due = 0
    for piece in pieces:
        if len(piece) < 2 or piece[0] != due:
            due = 0
            data = b""
        if len(piece) >= 2 and piece[0] == due:
            data += piece[2:]
            due += 1
            if due == piece[1]:
                found.append(data)
                due = 0
                data = b""
    return found
