"""The board's USB cable: its console as a pty, which mpremote opens like any serial port.

While the cable is in, a thread of its own runs the board, as fast as it goes or as `set_speed`
says; once it is pulled, emulated time stands still again. Needs an operating system with ptys.
"""

import os
import select
import threading
import tty


class Cable:
    """Use with `with`; `port` is the path to open.

    `pull_after`: bytes to the board after which it is pulled in the middle of what goes on.
    """

    def __init__(self, board, pull_after=None):
        self._board = board
        self._left = pull_after
        self._told = len(board.console.received)
        self._outer, self._inner = os.openpty()
        tty.setraw(self._inner)
        self.port = os.ttyname(self._inner)
        self._pulled = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._pulled.set()
        self._thread.join()

    def wait_until(self, condition, limit_s=120):
        """Until the running board makes it true; TimeoutError after `limit_s` of wall time."""
        waited = threading.Event()
        for _ in range(int(limit_s / 0.05)):
            if condition():
                return
            waited.wait(0.05)
        raise TimeoutError(f"{condition} did not come true in {limit_s} s")

    def _run(self):
        while not self._pulled.is_set():
            if select.select([self._outer], [], [], 0)[0]:
                self._to_board(os.read(self._outer, 4_096))
            self._board.run_ms(1)
            received = self._board.console.received
            if len(received) > self._told:
                os.write(self._outer, received[self._told :])
                self._told = len(received)
        os.close(self._inner)
        os.close(self._outer)

    def _to_board(self, data):
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
            if not self._left:
                self._pulled.set()
        self._board.console.write(data)
