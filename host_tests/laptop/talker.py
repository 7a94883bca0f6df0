"""A box's console without a box, behind a TCP port: for what the real one does too seldom."""

import socket
import threading
from collections.abc import Mapping


class Talker:
    """Use as `with`; `url` is for pyserial. `answers` are what it says to a line; `knocked` to
    Ctrl-L. `heard` is every line.
    """

    def __init__(
        self, answers: Mapping[str, str], knocked: str = "Pilotwire, box desk.\r\ndesk> "
    ):
        self.heard: list[str] = []
        self._answers = answers
        self._knocked = knocked
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"socket://127.0.0.1:{self._server.getsockname()[1]}"

    def __enter__(self) -> "Talker":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.close()

    def _serve(self) -> None:
        connection, _ = self._server.accept()
        line = b""
        with connection:
            while key := connection.recv(1):
                if key == b"\x0c":
                    connection.sendall(self._knocked.encode())
                elif key == b"\x15":
                    line = b""
                elif key == b"\r":
                    self._answer(connection, line.decode())
                    line = b""
                else:
                    line += key
                    connection.sendall(key)

    def _answer(self, connection: socket.socket, line: str) -> None:
        self.heard.append(line)
        said = self._answers.get(line, "The console is left." if line == "exit" else "Done.")
        asks = said.endswith(": ")
        prompt = "" if asks or line == "exit" else "\r\ndesk> "
        connection.sendall(f"\r\n{said}{prompt}".encode())
