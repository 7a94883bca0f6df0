"""A slave on a UART whose frames end by silence (Modbus over serial line V1.02, 2.5.1.1)."""

_BITS = 10  # 8N1; 8E1 and 8N2 have 11, and the silence is only longer for it
_END_CHARACTERS = 3.5
_BAUD_TOLERANCE = 0.03  # beyond it an asynchronous receiver samples the wrong bits


class SerialSlave:
    """`answer(frame)` gets a whole frame and returns the reply, b"" for none.

    The reply starts `latency_us` after the frame's end and comes byte by byte at `baud`. A board
    that talks at another baud rate is not understood.
    """

    def __init__(self, uart, answer, baud=9600, latency_us=2_000):
        self._number = uart
        self._answer = answer
        self._byte_ns = _BITS * 1e9 / baud
        self._baud = baud
        self._latency_ns = latency_us * 1000
        self._frame = bytearray()
        self._reply = bytearray()
        self.frames = []  # (ns, bytes) as they ended

    def attach(self, chip):
        self._clock = chip.clock
        self._uart = chip.uart[self._number]
        self._uart.on_byte = self._heard
        self._silence = chip.clock.create_alarm(self._frame_over)
        self._pump = chip.clock.create_alarm(self._send)

    def _heard(self, byte):
        if abs(self._uart.baud_rate / self._baud - 1) < _BAUD_TOLERANCE:
            self._frame.append(byte)
            self._silence.schedule(_END_CHARACTERS * self._byte_ns)

    def _frame_over(self):
        frame = bytes(self._frame)
        self._frame.clear()
        self.frames.append((self._clock.nanos, frame))
        self._reply += self._answer(frame)
        if self._reply:
            self._pump.schedule(max(self._latency_ns, self._byte_ns))

    def _send(self):
        self._uart.feed_byte(self._reply.pop(0))
        if self._reply:
            self._pump.schedule(self._byte_ns)
