"""All inputs of ring 0 on an ESP32: calibrated reads of ADC1, contacts; IEC 61851-1 A.4.

MicroPython has no ADC by DMA there, so the pilot is read one value after the other for two of its
periods, and nobody knows where in a period a value was taken. The highest and the lowest tell the
plateaus, if another read agrees with each: a single one may have met an edge, or be noise, and the
next is tried. The shorter plateau is looked for only where reads followed each other faster than
it passes: then it cannot have hidden, and two periods give two of it.
"""

import time
from array import array

from machine import ADC, Pin
from micropython import const

from ..pilot import signals

_MOST = const(160)  # reads, whose sum in uV stays below 2**30
_ONE_US = const(1_010)  # the port's nearest to 1 kHz is 998.4 Hz
_TWO_US = const(2_200)  # two periods and 200 us: two whole ones of any plateau shorter than that
_EDGE_US = const(10)  # until a plateau stands
_NEAR_MV = const(900)  # of the pilot: what differs by no more is one plateau, and noise
_AGREE = const(2)
_TRIES = const(2)
_HOLD_MS = const(30)  # a plateau that has not been seen for longer is no sample
_NEVER_MS = const(60_000)
_NEVER_MV = const(60_000)
_LONGEST_MS = const(1_000)
_PIN_MV = const(3_300)
_TOP_MV = const(12_000)
_OPEN_MV = const(2_900)  # ADC1 ends somewhere above
_OPEN_OHM = const(30_000)
_STEADY = const(10_000)
_HALF = const(5_000)


class Sampler:
    """`pilot` and `pp` are board.json's; `contacts` (Pin, active level) or None of the inputs from
    FEEDBACK on. Raises ValueError outside 1..65,535 mV apart and 1..32,767 ohm.
    """

    def __init__(self, pilot, pp, contacts):
        self._zero_mv = pilot["zero_mv"]
        self._span_mv = pilot["full_mv"] - self._zero_mv
        self._pull_up_ohm = pp["pull_up_ohm"]
        if not (0 < self._span_mv < 65_536 and 0 < self._pull_up_ohm < 32_768):
            raise ValueError("a span in mV or a pull-up in ohm is outside 1 to 65535 or 32767")
        self._near_uv = _NEAR_MV * _PIN_MV * 1_000 // self._span_mv
        self._top_uv = pilot.get("top_mv", _NEVER_MV) * 1_000
        self._read = ADC(Pin(pilot["adc"]), atten=ADC.ATTN_11DB).read_uv
        self._read_pp = ADC(Pin(pp["adc"]), atten=ADC.ATTN_11DB).read_uv
        self._pins = tuple([wire and wire[0] for wire in contacts])
        self._idle = array("i", [0 if wire is None or wire[1] else 1 for wire in contacts])
        self._reads = array("i", [0] * _MOST)
        self._at_us = array("i", [0] * _MOST)
        self._then_ms = time.ticks_ms()
        self._high_ms = self._low_ms = _NEVER_MS  # since the plateau was seen

    def measure(self, inputs, duty):
        """Ring 0: fill `inputs` (signals.py) while the pilot drives `duty`; the ms since the last
        call (0..1_000), or -1 where a plateau has not been seen for 30 ms.
        """
        now_ms = time.ticks_ms()
        dt_ms = time.ticks_diff(now_ms, self._then_ms)
        self._then_ms = now_ms
        if not 0 <= dt_ms <= _LONGEST_MS:
            dt_ms = _LONGEST_MS
        i = signals.FEEDBACK
        while i < signals.N_INPUTS:
            pin = self._pins[i - signals.FEEDBACK]
            if pin:
                inputs[i] = pin() ^ self._idle[i - signals.FEEDBACK]
            else:
                inputs[i] = signals.NOT_FITTED
            i += 1
        pp_mv = self._read_pp() // 1_000
        if pp_mv < _OPEN_MV:
            inputs[signals.PP_OHM] = pp_mv * self._pull_up_ohm // (_PIN_MV - pp_mv)
        else:
            inputs[signals.PP_OHM] = _OPEN_OHM
        inputs[signals.CP_DUTY] = signals.NOT_FITTED
        self._high_ms += dt_ms
        self._low_ms += dt_ms
        self._look(inputs, duty, self._take(_TWO_US if 0 < duty < _STEADY else _ONE_US))
        return -1 if self._high_ms > _HOLD_MS or self._low_ms > _HOLD_MS else dt_ms

    def _take(self, span_us):
        """Read for `span_us`; how many reads there are now."""
        read = self._read
        reads = self._reads
        at_us = self._at_us
        ticks_us = time.ticks_us
        ticks_diff = time.ticks_diff
        begun_us = ticks_us()
        us = n = 0
        while us < span_us and n < _MOST:
            reads[n] = read()
            us = ticks_diff(ticks_us(), begun_us)
            at_us[n] = us
            n += 1
        return n

    def _look(self, inputs, duty, n):
        """Find the plateaus in `n` reads."""
        reads = self._reads
        at_us = self._at_us
        high = low = reads[0]
        widest_us = before_us = i = 0
        while i < n:
            uv = reads[i]
            if uv > high:
                high = uv
            elif uv < low:
                low = uv
            if at_us[i] - before_us > widest_us:
                widest_us = at_us[i] - before_us
            before_us = at_us[i]
            i += 1
        shorter_us = min(duty, _STEADY - duty) // 10  # plateau; 0 while the pilot is steady
        hides = shorter_us and widest_us > shorter_us - _EDGE_US
        middle = (high + low) // 2
        high = -1 if hides and duty <= _HALF else self._level(n, high, 1, middle)
        low = -1 if hides and duty > _HALF else self._level(n, low, -1, middle)
        if not shorter_us:  # what stands alone is noise
            if high < 0:
                high = low
            elif low < 0:
                low = high
        if high >= 0:
            inputs[signals.CP_HIGH_MV] = self._mv(high)
            self._high_ms = 0
        if low >= 0:
            inputs[signals.CP_LOW_MV] = self._mv(low)
            self._low_ms = 0

    def _level(self, n, extreme, sign, middle):
        """Mean of the reads that agree with the `extreme`, or with the next one on this side of
        the `middle` where that stands alone; -1 where that does, too.
        """
        reads = self._reads
        near_uv = self._near_uv
        tries = 0
        while tries < _TRIES:
            following = middle
            total = count = i = 0
            while i < n:
                uv = reads[i]
                off = (extreme - uv) * sign
                if off > near_uv:
                    if (uv - following) * sign > 0:
                        following = uv
                elif off >= 0:
                    total += uv
                    count += 1
                i += 1
            if count >= _AGREE:
                return total // count
            if following == middle:
                return -1
            extreme = following
            tries += 1
        return -1

    def _mv(self, uv):
        if uv >= self._top_uv:  # this board's ADC ends below +12 V
            return _TOP_MV
        return self._zero_mv + uv // 1_000 * self._span_mv // _PIN_MV
