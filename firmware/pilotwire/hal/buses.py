"""The board's buses, as the app asks for them when it starts."""

from machine import I2C, UART, Pin
from micropython import const

_RX_BYTES = const(288)  # a Modbus reply with its request's echo, 264, and some noise
_I2C_HZ = const(400_000)
_TERMINAL_BAUD = const(115_200)
_PARITIES = {"N": None, "E": 0, "O": 1}


def serial(wires, baud, parity, stop):
    """See `serial` in hal/__init__.py; `wires` is "meter" or "grid" of board.json, or None."""
    if not wires:
        return None
    uart = UART(
        wires["uart"],
        baud,
        parity=_PARITIES[parity],
        stop=stop,
        tx=Pin(wires["tx"]),
        rx=Pin(wires["rx"]),
        rxbuf=_RX_BYTES,
        timeout=0,
    )
    if wires.get("de") is None:
        return uart
    from .rs485 import Rs485

    return Rs485(uart, Pin(wires["de"], Pin.OUT, value=0), baud)


def terminal(wires):
    """A console's UART; `wires` is "console" of board.json."""
    return UART(
        wires["uart"],
        _TERMINAL_BAUD,
        tx=Pin(wires["tx"]),
        rx=Pin(wires["rx"]),
        rxbuf=_RX_BYTES,
        timeout=0,
    )


def i2c(wires, timeout_us):
    """See `i2c` in hal/__init__.py; `wires` is that of board.json, or None."""
    if not wires:
        return None
    return I2C(
        wires["id"],
        sda=Pin(wires["sda"]),
        scl=Pin(wires["scl"]),
        freq=_I2C_HZ,
        timeout=timeout_us,
    )
