"""The energy meter's answer to one Modbus RTU frame, for a line that keeps its own time.

pymodbus parses the request and builds the reply from the registers of registers.py; beside
`MeterSlave`, which answers in real time on a pty, this one has no clock of its own.
"""

from collections.abc import Callable

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU, ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadHoldingRegistersResponse,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

from .meter import Reading
from .registers import Registers
from .slave import MAX_REGISTERS


class MeterFrames:
    """`answer(frame)` is the reply of a `meter` of registers.py at `address`, b"" for none.

    `read` is asked for the values at every request; `requests` counts those answered.
    """

    def __init__(self, read: Callable[[], Reading], address: int = 1, meter: str = "sdm630"):
        self.requests = 0
        self._read = read
        self._address = address
        self.registers = Registers(meter)
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
        match request:
            case ReadInputRegistersRequest():
                response = ReadInputRegistersResponse
            case ReadHoldingRegistersRequest():
                response = ReadHoldingRegistersResponse
            case _:
                return ExceptionResponse(function, ExcCodes.ILLEGAL_FUNCTION, self._address)
        if request.count > MAX_REGISTERS:
            return ExceptionResponse(function, ExcCodes.ILLEGAL_VALUE, self._address)
        words = self.registers.words(self._read(), function, request.address, request.count)
        return response(dev_id=self._address, registers=words)
