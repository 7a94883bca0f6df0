"""The board's console: text to and from the prompt, and code run through the raw REPL.

The raw REPL is described in MicroPython's reference, "The REPL, raw mode": Ctrl-A enters it,
Ctrl-D runs what was sent, the answer is OK, output, 0x04, errors, 0x04.
"""

CTRL_A, CTRL_B, CTRL_C, CTRL_D = b"\x01", b"\x02", b"\x03", b"\x04"
_RAW_PROMPT = b"raw REPL; CTRL-B to exit\r\n>"


class RemoteError(Exception):
    """The board's code raised; the text is the board's own traceback."""


class Console:
    """All waits are in emulated time: `run_until(condition, limit_ms)` moves it."""

    def __init__(self, cdc, run_until):
        self._cdc = cdc
        self._run_until = run_until
        self.received = bytearray()  # everything since power-on
        self._read = 0
        cdc.on_serial_data = self.received.extend

    def write(self, data):
        """Send bytes as a terminal would; nothing is added to them."""
        self._cdc.write(data)

    def read(self):
        """Bytes that came since the last read or `expect`."""
        data = bytes(self.received[self._read :])
        self._read = len(self.received)
        return data

    def expect(self, marker, limit_ms=5_000):
        """Run until `marker` comes; returns all up to its end. EmulatedTimeout if it does not."""

        def seen():
            return self.received.find(marker, self._read) >= 0

        self._run_until(seen, limit_ms, f"{marker!r} on the console")
        end = self.received.find(marker, self._read) + len(marker)
        data = bytes(self.received[self._read : end])
        self._read = end
        return data

    def start(self, code, *, interrupt=True):
        """Start `code` (str) in the raw REPL and return once the board has taken it."""
        self.read()
        self.write((CTRL_C + CTRL_C if interrupt else b"") + CTRL_A)
        self.expect(_RAW_PROMPT)
        self.write(code.encode() + CTRL_D)
        self.expect(b"OK", limit_ms=60_000)

    def finish(self, limit_ms=60_000):
        """Wait for the started code and return its output as str; RemoteError if it raised."""
        output = self.expect(CTRL_D, limit_ms)[:-1]
        error = self.expect(CTRL_D)[:-1]
        if error:
            raise RemoteError(f"{output.decode()}{error.decode()}")
        return output.decode().replace("\r\n", "\n")

    def exec(self, code, limit_ms=60_000):
        """`start` and `finish`: run `code` to its end within `limit_ms` of emulated time."""
        self.start(code)
        return self.finish(limit_ms)
