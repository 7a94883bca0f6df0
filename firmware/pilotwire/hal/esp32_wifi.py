"""The same by the radio of an ESP32: ports/esp32/network_wlan.c of MicroPython 1.28."""

from micropython import const

from .wifi import Wifi

_JOINING = const(1_001)
_FRESH_POLLS = const(20)  # 5 s: until then `status` may still be that of an earlier join
_WHY = {  # network.STAT_*, and what else the radio gives as a reason
    _JOINING: "joining",
    15: "wrong-key",  # no end of the four-way handshake
    201: "not-found",
    202: "wrong-key",
    204: "wrong-key",
}


class Esp32Wifi(Wifi):
    """See Wifi; the port looks for the best security by itself."""

    why = _WHY

    def connect(self, wlan, ssid, key, way):
        """Begin to join. The port would try again for ever, and never another network."""
        wlan.config(reconnects=0)
        if key:
            wlan.connect(ssid, key)
        else:
            wlan.connect(ssid)

    def has_failed(self, wlan, polls):
        """Whether a join that began `polls` looks ago has failed for certain."""
        return polls >= _FRESH_POLLS and wlan.status() != _JOINING

    def report(self):
        """See `network` in hal/__init__.py."""
        try:
            return Wifi.report(self)
        except OSError:  # it was lost between two questions
            return "wifi", "", None, "lost"
