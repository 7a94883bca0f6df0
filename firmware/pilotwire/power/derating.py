"""Less current where it is hot, damp or very cold, before ring 0 trips (pilot/climate.py).

The curves are data: sites.jsonl. They slow a charge down to 6 A and never stop one.

The sensors are on the board's I2C bus. At 0x44 an SHT3x (Sensirion SHT30, SHT31, SHT35): it
measures once a second by itself (datasheet 4.5), so nobody waits. At 0x48 and 0x49, at the
contactor and at the socket, what holds 1/256 degree C in register 0: LM75, TMP102, TMP112,
TMP1075 and the like. A board may have a thermometer of its own beside.
"""

from micropython import const

from ..pilot.handover import NO_LIMIT_MA, UNKNOWN
from ..ticks import since
from .slopes import LEAST_MA, Ramp, along

_SHT = const(0x44)
_FETCH = const(0xE000)
_START = (b"\x93", 0x30), (b"\x30", 0x21)  # stop what it does; measure once a second
_OWN = const(0)
_PLACES = (_SHT, 0x48, 0x49, _OWN)
_TURN_MS = const(1_000)  # one sensor each: every one every three or four seconds
_SILENT_MS = const(10_000)

_ALL = const(1_000)  # of what lies between 6 A and the board's rating
_COOLER_DC = const(30)  # it must be so much cooler, or drier, before there is more again
_DRIER_PM = const(20)
_PATIENT_MS = const(10_000)  # from the start to a sensor's first word


class Sensors:
    """`temperature_dc`, the hottest place, and `humidity_pm`; UNKNOWN where nobody says.

    `lost`: one that has spoken since the start is silent. Whoever is not there costs a tenth of a
    ms; one that holds the bus low, the HAL's time-out. `i2c`: machine.I2C, or None; `own`: the
    HAL's thermometer, or None.
    """

    def __init__(self, i2c, now_ms, own=None):
        self._i2c = i2c
        self._own = own
        n_places = len(_PLACES) if own else len(_PLACES) - 1
        self._turn = 0
        self._at_ms = now_ms
        self._dc = [UNKNOWN] * n_places  # type: list[int | None]
        self._heard_ms = [now_ms] * n_places
        self._failed = 0  # fetches in a row
        self.temperature_dc = self.humidity_pm = UNKNOWN
        self.lost = False

    def look(self, now_ms):
        """Ask the next one, if a second has passed; whether it was asked."""
        if not (self._i2c or self._own) or since(now_ms, self._at_ms) < _TURN_MS:
            return False
        self._at_ms = now_ms
        self._turn = turn = (self._turn + 1) % len(self._dc)
        try:
            self._dc[turn] = self._ask(_PLACES[turn])
            self._heard_ms[turn] = now_ms
        except OSError:
            pass
        lost = False  # so is one whose place in the list is None
        hottest = UNKNOWN
        for i, dc in enumerate(self._dc):
            if dc is None or (dc > UNKNOWN and since(now_ms, self._heard_ms[i]) >= _SILENT_MS):
                self._dc[i] = None
                lost = True
            elif dc > hottest:
                hottest = dc
        if self._dc[0] is None:
            self.humidity_pm = UNKNOWN
        self.temperature_dc = hottest
        self.lost = lost
        return True

    def _ask(self, place):
        """1/10 degree C. Raises OSError where nobody answers, or wrongly."""
        if place == _OWN:
            return self._own()  # pyright: ignore[reportOptionalCall] - it has no such place
        i2c = self._i2c
        if not i2c:
            raise OSError
        if place != _SHT:
            data = i2c.readfrom_mem(place, 0, 2)
            raw = data[0] << 8 | data[1]
            return (raw - (raw >> 15 << 16)) * 10 >> 8
        try:
            data = i2c.readfrom_mem(place, _FETCH, 6, addrsize=16)
            if _crc8(data[:3]) or _crc8(data[3:]):
                raise OSError
        except OSError:
            # After a power cut of its own it only waits. It takes no order while it measures.
            self._failed += 1
            low, high = _START[self._failed & 1]
            i2c.writeto_mem(place, high, low)
            raise
        self._failed = 0
        self.humidity_pm = (data[3] << 8 | data[4]) * 1_000 // 65_535
        return (data[0] << 8 | data[1]) * 1_750 // 65_535 - 450


class Derating:
    """`climate`: a checked row of sites.jsonl; `most_ma`: the board's rating; `trip_dc`: ring 0's.

    `reason` is "" without a limit, else "heat", "damp", "cold", "sensor" (one is broken or
    silent) or "rise" (it is over).
    """

    def __init__(self, climate, most_ma, trip_dc, now_ms):
        self._climate = climate
        self._span_ma = max(most_ma - LEAST_MA, 0)
        self._trip_dc = trip_dc
        self._ramp = Ramp(climate["rise_ma"], most_ma, now_ms)
        self._hot_dc = self._damp_pm = UNKNOWN  # as the curves see it, that is with hysteresis
        self._heard_ms = now_ms
        self._silent = False
        self._cold_ms = None  # when current began to flow in the cold, or may begin
        self.reason = ""

    def look(self, now_ms, dc, pm, closed, lost=False):
        """mA per phase at `dc` (1/10 degree C, the hottest place) and `pm` (humidity).

        Both may be UNKNOWN, OPEN or SHORTED, see handover.py. `closed`: the contactor is. `lost`:
        a sensor that was there has fallen silent, whatever the others say.

        Nobody has a humidity sensor unless it speaks; but who asks for derating has one for the
        temperature, so with none, as with one that is broken or lost, it is 6 A.
        """
        if dc > UNKNOWN:
            self._heard_ms = now_ms
            self._silent = False
            self._hot_dc = _lagging(self._hot_dc, dc, _COOLER_DC)
            self._look_for_cold(now_ms, dc, closed)
        elif since(now_ms, self._heard_ms) >= _PATIENT_MS:
            self._silent = True  # kept, because the clock goes around
        if pm > UNKNOWN:
            self._damp_pm = _lagging(self._damp_pm, pm, _DRIER_PM)
        least, self.reason = min(self._allowed(lost or dc < UNKNOWN or pm < UNKNOWN))
        wanted_ma = NO_LIMIT_MA
        if least < _ALL:
            wanted_ma = LEAST_MA + self._span_ma * least // _ALL
        ma = self._ramp.follow(wanted_ma, now_ms)
        if ma == NO_LIMIT_MA:
            self.reason = ""
        elif least == _ALL:
            self.reason = "rise"
        return ma

    def left_s(self):
        """Seconds until it is no limit, if it stays as it is; None where the weather says."""
        return self._ramp.left_s() if self.reason in ("", "rise") else None

    def _allowed(self, broken):
        """(per mille, reason) of each cause."""
        climate = self._climate
        found = [(_ALL, "")]
        if broken or self._silent:
            found.append((0, "sensor"))
        if self._hot_dc > UNKNOWN:
            found.append((along(climate["heat"], self._hot_dc - self._trip_dc), "heat"))
        if self._damp_pm > UNKNOWN:
            found.append((along(climate["damp"], self._damp_pm), "damp"))
        if self._cold_ms is not None:
            found.append((climate["cold"][1], "cold"))
        return found

    def _look_for_cold(self, now_ms, dc, closed):
        cold_dc, _, seconds = self._climate["cold"]
        if not closed:
            self._cold_ms = now_ms if dc < cold_dc else None
        elif self._cold_ms is not None:
            warm = dc >= cold_dc + _COOLER_DC
            if warm or since(now_ms, self._cold_ms) >= seconds * 1000:
                self._cold_ms = None


def _lagging(was, now, play):
    """Upward at once; downward only behind what is `play` lower."""
    return max(now, min(was, now + play))


def _crc8(data):
    """CRC-8 of the datasheet's 4.12, 0x31 from 0xFF on; 0 over two bytes and their own."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ (0x131 if crc & 0x80 else 0)) & 0x1FF
    return crc
