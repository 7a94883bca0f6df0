"""USB host side of the console: an idle OUT endpoint gets NAK (USB 2.0, 8.5.2), not an answer.

rp2040py's host answers an empty transmit queue with a zero-length packet every 10 us, which eats
the emulated core's time and never lets it sleep. Here the transfer is held until there are bytes.
"""

from rp2040py.usb.cdc import ENDPOINT_ZERO, USBCDC

_TURNAROUND_NS = 50_000  # a host polls a bulk endpoint about this often


class NakingCdc(USBCDC):
    """`write(data)` queues any number of bytes; `on_serial_data(chunk)` receives them."""

    def __init__(self, usb):
        super().__init__(usb)
        self._outgoing = bytearray()
        self._held_size = None  # the guest waits for up to this many bytes
        self._alarm = usb.rp2040.clock.create_alarm(self._serve)
        self._control_read = usb.on_endpoint_read
        usb.on_endpoint_read = self._endpoint_read

    def write(self, data):
        self._outgoing += data
        if self._held_size is not None:
            self._alarm.schedule(_TURNAROUND_NS)

    def send_serial_byte(self, data):
        self.write(bytes((data,)))

    def _endpoint_read(self, endpoint, size):
        if endpoint == ENDPOINT_ZERO or endpoint != self._out_endpoint:
            self._control_read(endpoint, size)
            return
        self._held_size = size
        if self._outgoing:
            self._serve()

    def _serve(self):
        if self._held_size is None or not self._outgoing:
            return
        size, self._held_size = self._held_size, None
        chunk = bytes(self._outgoing[:size])
        del self._outgoing[:size]
        self.usb.endpoint_read_done(self._out_endpoint, chunk)

    def _on_controller_reset(self):
        self._outgoing.clear()
        self._held_size = None
        self._alarm.cancel()
        super()._on_controller_reset()
