"""A board to flash, without one: MicroPython's unix port behind a pty, with a flash of its own.

What is real: mpremote, MicroPython and its raw REPL, littlefs, boot.py and main.py. What is not:
the chip. A cable can be pulled and the power cut after so many bytes.
"""

import os
import select
import signal
import subprocess
import threading
import tty
from pathlib import Path

from rig.interpreter import interpreter

BYTES = 212 * 4_096
PICO_W = {
    "platform": "rp2",
    "name": "micropython",
    "version": [1, 28, 0],
    "machine": "Raspberry Pi Pico W with RP2040",
    "mpy": 6 | 3 << 8 | 4 << 10,
    "missing": [],
}
_SCRIPT = Path(__file__).with_name("chip.py")
_RESET = 42
_CTRL_A, _CTRL_B = b"\x01", b"\x02"
_PATIENCE_S = 20
_UP = b"USB is up\n"  # before that no Ctrl-C comes through


class StandIn:
    """`folder` keeps the flash. Use with `with`; `port` is what mpremote opens.

    `disguise` changes what the image says of itself.
    """

    def __init__(self, folder: Path, **disguise):
        self._flash = folder / "flash"
        self._registers = folder / "registers"
        if not self._flash.exists():
            self._flash.write_bytes(b"\xff" * BYTES)
        self._disguise = {**PICO_W, **disguise}
        self.said = bytearray()  # on the console, since power-on
        self.pull_after = None  # bytes to the board, after which the cable is pulled
        self.cut_after = None  # and after which the power goes
        self.resets = 0
        self._outer = self._slave = -1
        self._thread = None

    def __enter__(self):
        self.power_on()
        return self

    def __exit__(self, *_exc):
        self.power_off()

    def power_on(self):
        self._registers.write_bytes(b"0")
        self.said.clear()
        self._start(raw=False)
        self.plug()

    def power_off(self):
        """At once, whatever it does."""
        self.pull()
        self._process.kill()
        self._process.wait()
        os.close(self._inner)
        self._inner = -1

    def plug(self):
        """The cable: a port of its own."""
        if self._thread:
            self._thread.join()  # it may still be letting go of the one before
        self.pull_after = self.cut_after = None
        self._outer, slave = os.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def pull(self):
        self._stop.set()
        self._thread.join()
        self._unplug()

    def image(self):
        """The flash, byte for byte."""
        return self._flash.read_bytes()

    def wait_for(self, text, limit_s=30):
        """Until the board has said `text`, with the cable in."""
        if not self._until(lambda: text in self.said, limit_s):
            raise TimeoutError(f"{text!r} did not come; the board said {bytes(self.said)!r}")

    def _until(self, condition, limit_s):
        waited = threading.Event()
        for _ in range(int(limit_s / 0.02)):
            if condition():
                return True
            waited.wait(0.02)
        return condition()

    # The board's side.

    def _start(self, raw):
        self._inner, console = os.openpty()
        command = [str(interpreter()), "-X", "heapsize=4M"]
        self._process = subprocess.Popen(
            command,
            stdin=console,
            stdout=console,
            stderr=console,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(console)
        self._await(b">>> ")
        what = [str(self._flash), str(self._registers), self._disguise, raw]
        os.write(self._inner, _CTRL_A)
        self._await(b"to exit\r\n>")
        start = f"import sys\nsys.argv[:] = {what}\nexec(open({str(_SCRIPT)!r}).read())\x04"
        os.write(self._inner, start.encode())
        self._await(b"OK")
        self._to_host(self._await(_UP))
        os.write(self._inner, _CTRL_A if raw else _CTRL_B)  # read once main.py has ended

    def _await(self, end):
        """What the process says until `end`, without it."""
        said = b""
        while not said.endswith(end):
            ready, _, _ = select.select([self._inner], [], [], _PATIENCE_S)
            if not ready:
                raise TimeoutError(f"{end!r} did not come, but {said!r}")
            said += os.read(self._inner, 1)
        return said.removesuffix(end)

    def _restart(self):
        """The process has ended: by Ctrl-D in the raw REPL, a soft reset, or by a reset."""
        hard = self._process.wait() == _RESET
        os.close(self._inner)
        self.resets += 1
        if not hard:
            self._to_host(b"MPY: soft reboot\r\n")
        self._start(raw=not hard)

    # The cable.

    def _carry(self):
        while not self._stop.is_set():
            ready, _, _ = select.select([self._inner, self._outer], [], [], 0.02)
            if self._inner in ready:
                try:
                    self._to_host(os.read(self._inner, 4_096))
                except OSError:
                    self._restart()
            elif self._outer in ready:
                data = os.read(self._outer, 256)
                os.write(self._inner, data)
                if self._is_over("cut_after", len(data)):
                    self._process.kill()
                    self._process.wait()
                    self._unplug()
                    return
                if self._is_over("pull_after", len(data)):
                    self._unplug()
                    return

    def _is_over(self, which, size):
        left = getattr(self, which)
        if left is None:
            return False
        setattr(self, which, left - size)
        return left - size <= 0

    def _to_host(self, data):
        self.said += data
        if self._outer >= 0:
            os.write(self._outer, data)

    def _unplug(self):
        for end in ("_outer", "_slave"):
            if getattr(self, end) >= 0:
                os.close(getattr(self, end))
                setattr(self, end, -1)


def _take_terminal():
    """So that Ctrl-C is a signal while code runs, as it is on a board."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    mode = termios.tcgetattr(0)
    mode[1] &= ~termios.OPOST
    mode[3] = termios.ISIG | termios.NOFLSH
    termios.tcsetattr(0, termios.TCSANOW, mode)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
