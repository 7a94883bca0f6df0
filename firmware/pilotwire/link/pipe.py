"""Two bounded buffers between MQTT's packets and the network, so that nothing can wait."""


class MalformedError(Exception):
    """The broker's bytes are not MQTT 3.1.1; the connection must be given up (section 4.8)."""


class FullError(ValueError):
    """A write that does not fit the out buffer. Nothing of it was taken."""


class Pipe:
    """`in_size` bytes of what arrives (the longest packet there may be), `out_size` to send."""

    def __init__(self, in_size, out_size):
        self._in = memoryview(bytearray(in_size))
        self._out = memoryview(bytearray(out_size))
        self.clear()

    def clear(self):
        self._held = self._skip = 0  # bytes in the in buffer; bytes still to discard on arrival
        self.unsent = 0
        self.held = False  # a message is going out in pieces: nothing may come between them

    def write(self, data):
        """Append `data` to the out buffer. Raises `FullError`."""
        size = len(data)
        if size > self.room():
            raise FullError(size, self.room())
        self._out[self.unsent : self.unsent + size] = data
        self.unsent += size

    def room(self):
        """Bytes the out buffer can still take; none while it is held."""
        return 0 if self.held else len(self._out) - self.unsent

    def take(self, limit):
        """Remove and return up to `limit` bytes to send."""
        chunk = bytes(self._out[: min(limit, self.unsent)])
        self.unsent -= len(chunk)
        self._out[: self.unsent] = self._out[len(chunk) : len(chunk) + self.unsent]
        return chunk

    def space(self):
        """Bytes the in buffer can still take."""
        return len(self._in) - self._held

    def feed(self, data):
        """Received bytes, at most `space()` of them."""
        gone = min(self._skip, len(data))
        self._skip -= gone
        size = len(data) - gone
        self._in[self._held : self._held + size] = data[gone:] if gone else data
        self._held += size

    # Framing. Positions count from the front of the in buffer.

    def header(self):
        """(first byte, header length, body length) of the front packet, None until it is whole."""
        body = 0
        for at in range(1, min(self._held, 5)):
            byte = self._in[at]
            body |= (byte & 0x7F) << 7 * (at - 1)
            if not byte & 0x80:
                return self._in[0], at + 1, body
        if self._held >= 5:  # section 2.2.3: the length has four bytes at most
            raise MalformedError("length")
        return None

    def holds(self, size):
        """Whether the first `size` bytes are there, or all that fit of them."""
        return self._held >= min(size, len(self._in))

    def fits(self, size):
        return size <= len(self._in)

    def u16(self, at):
        return self._in[at] << 8 | self._in[at + 1]

    def copy(self, start, stop):
        """A copy of what the buffer holds between two positions."""
        return bytes(self._in[start : min(stop, self._held)])

    def drop(self, size):
        """Discard the first `size` bytes, those not yet received included."""
        gone = min(size, self._held)
        self._skip += size - gone
        self._held -= gone
        self._in[: self._held] = self._in[gone : gone + self._held]
