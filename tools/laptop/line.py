"""The wire to a box: a serial port, or what pyserial has a URL for (socket://host:port)."""

import serial
from serial.tools.list_ports import comports
from telling.trouble import WRONG, Trouble, no_answer

BAUD = 115_200
_TURN_S = 0.05


class Line:
    """Use with `with`. `read` waits for a moment only. Raises Trouble where the wire ends."""

    def __init__(self, port: str):
        self.port = port
        try:
            self._serial = serial.serial_for_url(port, BAUD, timeout=_TURN_S)
            if "://" not in port:
                self._serial.exclusive = True
        except (serial.SerialException, ValueError, OSError) as error:
            raise _not_opened(port, error) from error

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_error: object) -> None:
        self._serial.close()

    def read(self) -> bytes:
        """What has come; b"" after a moment without anything."""
        try:
            return self._serial.read(1) + self._serial.read(self._serial.in_waiting)
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._lost(error) from error

    def write(self, data: bytes) -> None:
        try:
            self._serial.write(data)
        except (serial.SerialException, OSError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> Trouble:
        return no_answer(
            f"{self.port}: the connection has ended ({error})",
            "the cable was pulled, the box restarts, or the bridge has closed",
            "plug it in, wait some seconds, and type the same again",
        )


def chosen(port: str) -> str:
    """`port`, or where none is named the only board at USB. Raises Trouble."""
    if port:
        return port
    found = sorted(one.device for one in comports() if one.vid is not None)
    if len(found) == 1:
        return found[0]
    there = f"there are {', '.join(found)}" if found else "there is none at USB"
    raise Trouble(
        WRONG,
        f"no port is named, and {there}",
        "it is not known which box is meant",
        "name one, or set PILOTWIRE_PORT: /dev/ttyACM0, COM3, socket://127.0.0.1:4444; "
        "`pilotwire devices` lists them",
    )


def _not_opened(port: str, error: Exception) -> Trouble:
    text = str(error)
    if "denied" in text.lower():
        do = "sudo usermod -aG dialout $USER, then log in again"
        return no_answer(f"{port} may not be opened", text, do)
    if "exclusively lock" in text:
        return no_answer(f"{port} is in use", "another program talks to the box", "end that one")
    return no_answer(
        f"{port} cannot be opened ({text})",
        "nothing is plugged in there, it has another name, or the bridge is not running",
        "`pilotwire devices` lists what is there; a simulated box prints its own port",
    )
