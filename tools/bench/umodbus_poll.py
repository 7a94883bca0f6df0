"""MicroPython: the same poll as meter_poll.py with micropython-modbus, to compare with.

It wants a UART; `Uart` makes one of the serial line. Arguments as for meter_poll.py.
"""

# pyright: reportAttributeAccessIssue=false, reportMissingImports=false, reportArgumentType=false

import gc
import json
import sys
import time

from pilotwire.energy import mapfile


class Uart:
    """What micropython-modbus uses of machine.UART."""

    def __init__(self, path, **_settings):
        self._port = open(path, "r+b")  # noqa: SIM115
        self._waiting = b""

    def any(self):
        self._waiting += self._port.read(256) or b""
        return len(self._waiting)

    def read(self):
        self.any()
        data, self._waiting = self._waiting, b""
        return data or None

    def write(self, data):
        return self._port.write(data)


class machine:  # noqa: N801
    UART = Uart
    Pin = None


def main(path, name, pause_ms):
    sys.modules["machine"] = machine
    from umodbus.serial import Serial

    table = mapfile.load(name, ".")
    serial = table.serial
    host = Serial(uart_id=path, baudrate=serial["baud"], stop_bits=serial["stop"], pins=(0, 0))
    while True:
        time.sleep_ms(pause_ms)
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        begun_us = time.ticks_us()
        good = True
        reason = ""
        try:
            for function, first, count, _ in table.blocks:
                if function == 3:
                    host.read_holding_registers(serial["address"], first, count)
                else:
                    host.read_input_registers(serial["address"], first, count)
        except (OSError, ValueError) as error:
            good, reason = False, str(error)
        took_us = time.ticks_diff(time.ticks_us(), begun_us)
        alloc_bytes = gc.mem_alloc() - before
        gc.enable()
        line = {"good": good, "reason": reason, "took_us": took_us, "alloc_bytes": alloc_bytes}
        print(json.dumps(line))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
