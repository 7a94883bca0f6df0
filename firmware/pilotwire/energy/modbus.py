"""Modbus RTU frames, as bytes: Modbus over Serial Line 1.02, 2.5.1 and annex B (CRC).

Sans-I/O: a request is written into a buffer of the caller, a reply is checked where it lies.
What the registers hold is for values.py.
"""

from micropython import const

READ_HOLDING = const(3)
READ_INPUT = const(4)
REQUEST_BYTES = const(8)
EXCEPTION_BYTES = const(5)
MAX_REGISTERS = const(125)  # Modbus Application Protocol 1.1b3, 6.3 and 6.4
DATA = const(3)  # where the registers begin in a reply

# CRC of one nibble (polynomial 0xA001): 16 entries take two look-ups a byte, and no 512 bytes.
_NIBBLE = (
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
)  # fmt: skip


class ModbusError(Exception):
    """A request that brought no registers. `reason` is one of:

    `timeout` nothing came, `short` half a frame, `crc` damaged, `address` another slave's,
    `function` or `count` not what was asked for, `exception` the slave refuses (`code` 1..255),
    `late` a second answer followed, `noise` the line is never quiet, `port` the port failed,
    `ratio` a transformer ratio of 0.
    """

    def __init__(self, reason, code=0):
        super().__init__(reason, code)
        self.reason = reason
        self.code = code


def crc16(frame, start, end):
    """CRC-16/Modbus of frame[start:end], 0..0xFFFF; it travels low byte first."""
    crc = 0xFFFF
    for i in range(start, end):
        crc ^= frame[i]
        crc = crc >> 4 ^ _NIBBLE[crc & 15]
        crc = crc >> 4 ^ _NIBBLE[crc & 15]
    return crc


def request_into(frame, address, function, register, count):
    """Write the request for `count` registers from `register` into frame[0:8].

    `address` 1..247, `function` 3 or 4, `register` 0..0xFFFF as on the wire, `count` 1..125.
    Raises ValueError outside these.
    """
    if not (
        1 <= address <= 247
        and function in (READ_HOLDING, READ_INPUT)
        and 1 <= count <= MAX_REGISTERS
        and 0 <= register <= 0x1_0000 - count
    ):
        raise ValueError("modbus request", address, function, register, count)
    frame[0] = address
    frame[1] = function
    frame[2] = register >> 8
    frame[3] = register & 0xFF
    frame[4] = 0
    frame[5] = count
    crc = crc16(frame, 0, 6)
    frame[6] = crc & 0xFF
    frame[7] = crc >> 8


def reply_bytes(request):
    """Length of the reply to `request`, when the slave does not refuse."""
    return 5 + 2 * request[5]


def check_reply(request, frame, start, end):
    """Raise ModbusError unless frame[start:end] answers `request` with its registers.

    They then lie at `start` + DATA, two bytes each. The CRC is checked before any field is
    believed; the frame's own length is used, so that another slave's answer is named as such.
    """
    got = end - start
    if not got:
        raise ModbusError("timeout")
    if got < EXCEPTION_BYTES:
        raise ModbusError("short")
    refused = frame[start + 1] & 0x80
    length = EXCEPTION_BYTES if refused else 5 + frame[start + 2]
    if length > got:
        raise ModbusError("short" if got < reply_bytes(request) else "crc")
    stop = start + length - 2
    if crc16(frame, start, stop) != frame[stop] | frame[stop + 1] << 8:
        raise ModbusError("crc")
    if frame[start] != request[0]:
        raise ModbusError("address")
    if frame[start + 1] & 0x7F != request[1]:
        raise ModbusError("function")
    if refused:
        raise ModbusError("exception", frame[start + 2])
    if length != reply_bytes(request):
        raise ModbusError("count")
