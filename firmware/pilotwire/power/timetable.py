"""Grants the lease "schedule" as schedule.json says (power/schedule.py, which loads on demand)."""

import json

from ..loading import unload

_NEVER = 0xFFFFFFFF


class Timetable:
    """`read()` is the bytes of schedule.json, empty where there is no schedule; `zone`: zone.py.

    What is no schedule lets nothing through, and `trouble` says why: no command has written it.
    """

    def __init__(self, leases, read, zone):
        self._leases = leases
        self._read = read
        self.zone = zone
        self._from = 0  # unix time from which what was asked last holds; None: it was unknown
        self._until = 0
        self.trouble = ""

    def changed(self):
        """There is another schedule."""
        self._from = self._until = 0

    def look(self, unix):
        """The time is `unix` (None: unknown): does the schedule say something else now?"""
        if unix is None:
            if self._from is not None:
                self._from = None
                self._ask(None)
        elif self._from is None or not self._from <= unix < self._until:
            self._from = unix
            self._until = self._ask(unix)

    def left_s(self, unix):
        """Seconds until it can say something else, None where nobody knows."""
        holds = self._from and self._from <= unix < self._until < _NEVER
        return self._until - unix if holds else None

    def _ask(self, unix):
        """Grant what it says; until when."""
        self.trouble = ""
        ma = 0
        until = _NEVER
        try:
            text = self._read()
            if not text:
                self._leases.withdraw("schedule")
                return until
            from . import schedule

            data = json.loads(text)
            schedule.check(data)
            ma, until = schedule.limit_at(data, self.zone, unix)
        except ValueError as error:
            self.trouble = "schedule.json: " + str(error)[:120]
        except (OSError, MemoryError) as error:  # what held goes on to hold; it is asked again
            self.trouble = "schedule.json: %s" % error
            self._from = 0
            return 0
        unload("power.schedule", "windows", "zone")
        self._leases.grant("schedule", ma)
        return until
