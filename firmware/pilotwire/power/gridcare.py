"""What the grid wants: less power by order, less in its distress, and a gentle return after it."""

from micropython import const

from ..pilot.handover import NO_LIMIT_MA
from ..ticks import since
from .slopes import Ramp, along

_ALL = const(1_000)
_USUAL_MV = const(230_000)
_SILENT_MS = const(120_000)  # of a register that gives orders: EEBus LPC waits as long


class Dimming:
    """Down to `w` for the whole box while a contact, a register or a command says so.

    Never below `least_ma` per phase, so that a charge goes on where the voltage is high. It acts
    at once and ends with a rise of `rise_ma` a minute up to `most_ma`, the board's rating.
    `reason` is "" without a limit, else "contact", "register", "silent" (the register has not
    answered for two minutes, and nobody knows what it would say), "command", or "rise".
    """

    def __init__(self, w, least_ma, rise_ma, most_ma, now_ms):
        self._w = w
        self._least_ma = least_ma
        self._ramp = Ramp(rise_ma, most_ma, now_ms)
        self._ordered_ms = None  # when a command came
        self._length_ms = 0
        self._heard_ms = now_ms
        self._silent = False
        self._phases = 0
        self._dimmed_ma = NO_LIMIT_MA  # the least since it began
        self.reason = ""

    def order(self, now_ms, seconds):
        """A command: dim for so many seconds from now on (up to a day), 0 for no longer."""
        self._ordered_ms = now_ms if seconds else None
        self._length_ms = seconds * 1000

    def look(self, now_ms, contact, register, phases, voltage_mv):
        """mA per phase with so many `phases` switched on, at the volts of L1..L3.

        `contact`: whether it is closed; `register`: what it holds, None while it is silent; both
        0 where there is none. Volts that are None or not there count as 230.
        """
        if register is not None:
            self._heard_ms = now_ms
            self._silent = False
        elif since(now_ms, self._heard_ms) >= _SILENT_MS:
            self._silent = True
        if self._ordered_ms is not None and not self._ordered_s(now_ms):
            self._ordered_ms = None
        if contact:
            self.reason = "contact"
        elif register:
            self.reason = "register"
        elif self._silent:
            self.reason = "silent"
        elif self._ordered_ms is not None:
            self.reason = "command"
        else:
            self.reason = ""
        if not self.reason:
            self._dimmed_ma = NO_LIMIT_MA
        else:
            if phases != self._phases:
                self._dimmed_ma = NO_LIMIT_MA
            # Not up and down with the volts: the highest since it began count.
            self._dimmed_ma = min(self._dimmed_ma, self._share(phases, voltage_mv))
        self._phases = phases
        ma = self._ramp.follow(self._dimmed_ma, now_ms)
        if ma < NO_LIMIT_MA and not self.reason:
            self.reason = "rise"
        return ma

    def left_s(self, now_ms):
        """Seconds until it can be another one; None where whoever orders it knows."""
        if self.reason == "command" and self._ordered_ms is not None:
            return self._ordered_s(now_ms)
        return self._ramp.left_s() if self.reason in ("", "rise") else None

    def _ordered_s(self, now_ms):
        left_ms = self._length_ms - since(now_ms, self._ordered_ms)
        return max(left_ms + 999, 0) // 1000

    def _share(self, phases, voltage_mv):
        sum_mv = 0
        for phase in range(phases):
            mv = voltage_mv[phase] if phase < len(voltage_mv) else None
            sum_mv += mv or _USUAL_MV
        return max(self._w * 1_000_000 // sum_mv, self._least_ma)


class GridCare:
    """Less current while frequency or voltage are low, and the return after that or an outage.

    `code`: a checked row of sites.jsonl; `phases`: 1 or 3, of the supply; `delay_s`: the most of
    the random delay; `random_bits`: the HAL's; `outage`: the box starts after one.

    What a reduction leaves, or nothing after an outage, holds until both have been in range for
    the code's time and the random delay has passed; then it rises. Values that nobody knows
    reduce nothing and are in range; `blind` says that there are some.
    `reason` is "" without a limit, else "frequency", "voltage", "outage", "wait", "delay" or
    "rise".
    """

    def __init__(self, code, phases, most_ma, delay_s, random_bits, now_ms, outage=False):
        self._code = code
        self._phases = phases
        self._most_ma = most_ma
        self._delay_s = delay_s
        self._random_bits = random_bits
        self._ramp = Ramp(code["rise_ma"], most_ma, now_ms)
        self._held_ma = NO_LIMIT_MA  # since the last reduction, until the return begins
        self._fine_ms = now_ms  # since when all is in range
        self._wait_s = 0  # from then on, the random delay in it
        self._fine_s = 0
        self.blind = False
        self.reason = ""
        if outage:
            self._hold(0)

    def look(self, now_ms, voltage_mv, frequency_mhz, outage=False):
        """mA per phase at the volts of L1..L3, and mHz; None where nobody knows at this moment.

        `outage`: ring 0 has found the mains missing or far out of range.
        """
        code = self._code
        volts = [mv for mv in voltage_mv[: self._phases] if mv is not None]
        self.blind = not volts or not frequency_mhz
        pu = [mv * _ALL // code["mv"] for mv in volts] or [_ALL]
        lowest = along(code["volts"], min(pu)), "voltage"
        if frequency_mhz:
            lowest = min(lowest, (along(code["hz"], frequency_mhz), "frequency"))
        if outage:
            lowest = 0, "outage"
        least_pu, most_pu, least_mhz, most_mhz, fine_s = code["back"]
        fine = least_pu <= min(pu) and max(pu) <= most_pu
        if frequency_mhz:
            fine = fine and least_mhz <= frequency_mhz <= most_mhz
        share, self.reason = lowest
        if share < _ALL:
            self._hold(self._most_ma * share // _ALL)
            fine = False
        elif self._held_ma < NO_LIMIT_MA:
            self._fine_s = since(now_ms, self._fine_ms) // 1000
            self.reason = "wait" if not fine or self._fine_s < fine_s else "delay"
            if fine and self._fine_s >= self._wait_s:
                self._held_ma = NO_LIMIT_MA
        if not fine:
            self._fine_ms = now_ms
            self._fine_s = 0
        ma = self._ramp.follow(self._held_ma, now_ms)
        if self._held_ma == NO_LIMIT_MA:
            self.reason = "rise" if ma < NO_LIMIT_MA else ""
        return ma

    def left_s(self):
        """Seconds until it can be another one if the grid stays well; None while it is not."""
        if self.reason in ("wait", "delay"):
            return self._wait_s - self._fine_s
        return self._ramp.left_s() if self.reason in ("", "rise") else None

    def _hold(self, ma):
        if self._held_ma == NO_LIMIT_MA:  # another event: one delay each
            self._held_ma = ma
            delay_s = self._random_bits(16) * (self._delay_s + 1) >> 16
            self._wait_s = self._code["back"][4] + delay_s
        self._held_ma = min(self._held_ma, ma)
