"""`pilotwire sim box` as a process, for one test or many: its console, and hands by words."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PIN = "314159"
_LONGEST_S = 60


class Played:
    """`events` are what it printed; `url`, `pty`: the console; `port`: the broker."""

    def __init__(self, process: "subprocess.Popen[str]"):
        self.events: list[dict[str, Any]] = []
        self.process = process
        self._news: queue.Queue[dict[str, Any] | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        started = self.until(lambda event: "console" in event)
        self.url, self.pty = started["console"], started["pty"]
        self.port = self.until(lambda event: "port" in event)["port"]

    def does(self, *words: str) -> None:
        """Words of its script."""
        assert self.process.stdin
        self.process.stdin.write("".join(word + "\n" for word in words))
        self.process.stdin.flush()

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that is wanted."""
        due_s = time.monotonic() + _LONGEST_S
        while True:
            event = self._news.get(timeout=max(due_s - time.monotonic(), 0.01))
            assert event is not None, f"it has ended after {self.events[-5:]}"
            if wanted(event):
                return event

    def charging(self) -> None:
        self.until(lambda event: event.get("state", {}).get("closed", False))

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            event = json.loads(line)
            self.events.append(event)
            self._news.put(event)
        self._news.put(None)


@contextmanager
def played(*arguments: str, folder: Path | None = None) -> Iterator[Played]:
    """One that runs; ended by its word for that."""
    command = [sys.executable, "-m", "pilotwire_cli", "sim", "box", "--json", *arguments]
    process = subprocess.Popen(
        command + ([str(folder)] if folder else []),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        box = Played(process)
        yield box
        box.does("quit")
        assert process.wait(_LONGEST_S) == 0
    finally:
        process.terminate()  # it ends what it has started
        process.wait(_LONGEST_S)
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
