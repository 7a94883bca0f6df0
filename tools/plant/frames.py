"""The energy meter's answer to one Modbus RTU frame, for a line that keeps its own time.

pymodbus parses the request and builds the reply from the registers of slave.py; beside
`MeterSlave`, which answers in real time on a pty, this one has no clock of its own.
"""

import struct
from collections.abc import Callable

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import ReadInputRegistersRequest, ReadInputRegistersResponse

from .meter import Reading
from .slave import MAX_REGISTERS, sdm630


class MeterFrames:
    """`answer(frame)` is the reply of an SDM630 at `address`, b"" for none.

    `read` is asked for the values at every request; `requests` counts those answered.
    """

    def __init__(self, read: Callable[[], Reading], address: int = 1):
        self.requests = 0
        self._read = read
        self._address = address
        self._framer = FramerRTU(DecodePDU(True))

    def answer(self, frame: bytes) -> bytes:
        """Never raises for what a line may carry."""
        try:
            _, request = self._framer.handleFrame(frame, self._address, 0)
        except ModbusException:
            return b""
        if request is None:
            return b""
        self.requests += 1
        return self._framer.buildFrame(self._reply(request))

    def _reply(self, request: ModbusPDU) -> ModbusPDU:
        function = request.function_code
        if not isinstance(request, ReadInputRegistersRequest):
            return ExceptionResponse(function, ExcCodes.ILLEGAL_FUNCTION, self._address)
        if request.count > MAX_REGISTERS:
            return ExceptionResponse(function, ExcCodes.ILLEGAL_VALUE, self._address)
        values = sdm630(self._read())
        registers: list[int] = []
        for address in range(request.address & ~1, request.address + request.count + 1, 2):
            registers += struct.unpack(">HH", struct.pack(">f", values.get(address, 0.0)))
        skip = request.address & 1
        wanted = registers[skip : skip + request.count]
        return ReadInputRegistersResponse(dev_id=self._address, registers=wanted)
