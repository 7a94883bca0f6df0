"""The meter's energy register, watched: what none may do is never turned into energy."""

from micropython import const

from ..ticks import since

_MOST_W = const(100_000)  # no box draws that much: what grew faster is another meter's
_MOST_WH = const(1_000_000)  # nor that, in a time that nobody knows
_NEAR_WH = const(10_000)  # of a top or of zero, in a time that nobody knows
_MS_PER_H = const(3_600_000)


class Register:
    """`wh` is the last reading, None before the first after a reset. `broken` is the first thing
    since `mend` that it must not do, {"kind", "before_wh", "after_wh"}, or None. Kinds:

    `exchanged` another meter answers, `wrapped` past a power of ten, `reset` to nothing,
    `back` to some other reading, `leaped` further than a box can draw.
    """

    def __init__(self):
        self.wh = None
        self.broken = None
        self._last_wh = None  # as `wh`, or of the time before a reset
        self._serial = ""
        self._at_ms = None  # when it was read; None: in another life

    def mend(self):
        """A charge begins: what was is of no matter."""
        self.broken = None

    def recall(self, wh, serial):
        """What a record says of the time before a reset."""
        self._last_wh = wh
        self._serial = serial

    def see(self, at_ms, wh, serial, step_wh):
        """The meter called `serial` ("" unknown) said `wh` at `at_ms`, in steps of `step_wh`."""
        last_wh = self._last_wh
        if last_wh is not None and not self.broken:
            kind = self._kind(at_ms, last_wh, wh, serial, step_wh)
            if kind:
                self.broken = {"kind": kind, "before_wh": last_wh, "after_wh": wh}
        self.wh = self._last_wh = wh
        self._serial = serial
        self._at_ms = at_ms

    def _kind(self, at_ms, last_wh, wh, serial, step_wh):
        if serial and self._serial and serial != self._serial:
            return "exchanged"
        most_wh = _MOST_WH
        near_wh = _NEAR_WH
        elapsed_ms = -1 if self._at_ms is None else since(at_ms, self._at_ms)
        if elapsed_ms >= 0:  # else the clock went around: days of silence
            most_wh = near_wh = elapsed_ms * _MOST_W // _MS_PER_H + 2 * step_wh
        if wh >= last_wh:
            return "leaped" if wh - last_wh > most_wh else ""
        top_wh = 10
        while top_wh <= last_wh:
            top_wh *= 10
        if top_wh - last_wh + wh <= near_wh:
            return "wrapped"
        return "reset" if wh <= near_wh else "back"
