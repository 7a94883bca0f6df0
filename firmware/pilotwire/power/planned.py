"""What plan.json allows at this moment (power/plan.py, which loads on demand)."""

import json

from ..loading import unload
from ..pilot.handover import NO_LIMIT_MA

_NEVER = 0xFFFFFFFF
_FILES = ("plan.json", "prices.json", "schedule.json")


class Planned:
    """`read(name)` is the bytes of a file, empty where there is none; `zone`: zone.py.

    `why` and `ready_unix` are as in plan.py, `why` "" without a plan; `until` is the unix time
    when that can change next. What is no plan lets nothing through, and `trouble` says why.
    """

    def __init__(self, read, zone):
        self._read = read
        self._zone = zone
        self._ma = NO_LIMIT_MA
        self._age_s = 0
        self.why = self.trouble = ""
        self.ready_unix = None
        self.changed()

    def changed(self):
        """There is another plan, schedule or tariff, or there are other prices."""
        self._from = self.until = 0  # the unix times between which what was asked holds

    def left_s(self, unix):
        """Seconds until it can be another one, None where nobody knows."""
        if unix is None or not self._from or not self._from <= unix < self.until < _NEVER:
            return None
        return self.until - unix

    def look(self, unix, tariff, charge):
        """mA per phase at `unix` (None: unknown); `tariff` and `charge` are for plan.allowed.

        Of a vehicle that may come the charge's age is 0.
        """
        if unix is None:
            holds = self._from is None
        else:
            holds = self._from is not None and self._from <= unix < self.until
        if not holds or charge[0] < self._age_s:
            self._ask(unix, tariff, charge)
        self._age_s = charge[0]
        return self._ma

    def _ask(self, unix, tariff, charge):
        from . import plan

        self.trouble = self.why = ""
        self.ready_unix = None
        self._from = unix
        self.until = _NEVER
        try:
            data, prices, schedule = [json.loads(self._read(name) or "null") for name in _FILES]
            if data is None:
                self._ma = NO_LIMIT_MA
            else:
                plan.check(data)
                if prices:
                    plan.check_prices(prices)
                self._ma, self.until, self.why, self.ready_unix = plan.allowed(
                    data, prices, schedule, tariff, self._zone, unix, charge
                )
        except ValueError as error:
            self.trouble = "plan: " + str(error)[:120]
            self._ma = 0
        except (OSError, MemoryError) as error:  # what held goes on to hold
            self.trouble = "plan: " + str(error)[:120]
            self.changed()
        unload("power.plan", "power.schedule", "windows", "zone")
