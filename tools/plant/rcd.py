"""The residual-current module: 30 mA AC and 6 mA smooth DC (IEC 62955), with its test input.

Its output opens the contactors in hardware and stays active until the test input resets it. The
residual current flows only while the contacts are closed, for it arises behind them. Break times:
for DC the longest that IEC 62955 allows; for AC those of IEC 61008-1 for 30 mA (general knowledge,
unverified).
"""

from .events import NEVER_US, US_PER_MS

_DC_BREAK = ((200_000, 100_000), (60_000, 300_000), (0, 10_000_000))  # at least uA, at most us
_AC_BREAK = ((150_000, 40_000), (60_000, 150_000), (0, 300_000))
_HOLD_MIN_US = 30 * US_PER_MS  # a pulse that real modules take for a test, Tinkerforge dc_fault.c
_HOLD_MAX_US = 1_200 * US_PER_MS


def _break_us(table: tuple[tuple[int, int], ...], ua: int) -> int:
    return next(us for least_ua, us in table if ua >= least_ua)


class Rcd:
    """`ac_ua` and `dc_ua` (>= 0) are the residual currents that flow once the contacts are closed.

    It trips from `ac_trip_ua` (15_000..30_000) and `dc_trip_ua` (3_000..6_000) on, after
    `pace_pm` (1..1000) thousandths of the longest break time. A pulse of 30..1200 ms on the test
    input makes the output active `test_on_us` and inactive `test_off_us` (at most 3 s) after the
    pulse's end, which also releases a trip; other pulses do nothing. The defaults are typical.
    Faults are attributes: `dead` (the output never becomes active), `test_cut` (nothing is wired
    to the test input), `stuck_tripped` and `opens`
    False (the output does not reach the coils). `trips` counts the trips by a residual current.
    """

    __slots__ = (
        "_active",
        "_off_us",
        "_on_us",
        "_onset_us",
        "_pressed",
        "_pressed_us",
        "_trip_us",
        "ac_trip_ua",
        "ac_ua",
        "dc_trip_ua",
        "dc_ua",
        "dead",
        "due_us",
        "opens",
        "pace_pm",
        "stuck_tripped",
        "test_cut",
        "test_off_us",
        "test_on_us",
        "timing",
        "trips",
    )

    def __init__(
        self,
        *,
        ac_trip_ua: int = 22_000,
        dc_trip_ua: int = 4_500,
        pace_pm: int = 500,
        test_on_us: int = 300_000,
        test_off_us: int = 2_000_000,
        opens: bool = True,
    ):
        self.ac_trip_ua = ac_trip_ua
        self.dc_trip_ua = dc_trip_ua
        self.pace_pm = pace_pm
        self.test_on_us = test_on_us
        self.test_off_us = test_off_us
        self.opens = opens
        self.ac_ua = 0
        self.dc_ua = 0
        self.dead = False
        self.test_cut = False
        self.stuck_tripped = False
        self.trips = 0
        self.timing = False  # a residual current has been seen: `look` even when it is gone
        self._pressed = False
        self._pressed_us = 0
        self.power_cycle()

    def power_cycle(self) -> None:
        """Begin anew, as after a loss of its supply: no trip, no test under way."""
        self._active = False
        self._onset_us: int | None = None
        self._trip_us = self._on_us = self._off_us = NEVER_US
        self.due_us = NEVER_US  # when the output next changes by itself

    @property
    def tripped(self) -> bool:
        """The output, as the coils and the wallbox's pin see it."""
        return self._active or self.stuck_tripped

    def press(self, now_us: int, pressed: bool) -> None:
        """Drive the test input."""
        if pressed == self._pressed or self.test_cut:
            return
        self._pressed = pressed
        if pressed:
            self._pressed_us = now_us
        elif _HOLD_MIN_US <= now_us - self._pressed_us <= _HOLD_MAX_US:
            self._on_us = now_us + self.test_on_us
            self._off_us = now_us + self.test_off_us
            self._set_due()

    def look(self, now_us: int, flows: bool) -> None:
        """Take in the residual currents, which reach the sensor when `flows`."""
        after_us = self._after_us() if flows else NEVER_US
        self.timing = after_us != NEVER_US
        if not self.timing or self._active or self.dead:
            self._onset_us = None
            self._trip_us = NEVER_US
            self._set_due()
            return
        if self._onset_us is None:
            self._onset_us = now_us
        self._trip_us = max(now_us, self._onset_us + after_us)
        self._set_due()

    def fire(self, now_us: int) -> None:
        """Do what is due now."""
        if self._trip_us <= now_us:
            self._trip_us = NEVER_US
            self._active = True
            self.trips += 1
        if self._on_us <= now_us:
            self._on_us = NEVER_US
            self._active = self._active or not self.dead
        if self._off_us <= now_us:
            self._off_us = NEVER_US
            self._active = False
        self._set_due()

    def _set_due(self) -> None:
        self.due_us = min(self._trip_us, self._on_us, self._off_us)

    def _after_us(self) -> int:
        us = NEVER_US
        if self.dc_ua >= self.dc_trip_ua:
            us = _break_us(_DC_BREAK, self.dc_ua)
        if self.ac_ua >= self.ac_trip_ua:
            us = min(us, _break_us(_AC_BREAK, self.ac_ua))
        return us if us == NEVER_US else us * self.pace_pm // 1_000
