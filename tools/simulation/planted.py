"""Defects of the kinds that chargers in the field really had, and this one; planted one at a time.

Each is a change of the firmware's text, and must be found by a rule. The text is looked for in
the file as it stands: a change there that moves it makes the proof fail, and say which.
"""

from typing import NamedTuple


class Bug(NamedTuple):
    """In `file`, below firmware/pilotwire, `old` (there once) becomes `new`."""

    name: str
    file: str
    old: str
    new: str


PLANTED = (
    Bug(
        "duty in whole per cent: 63 A are offered as 58",
        "pilot/duty.py",
        "        return min(limit_ma, _KNEE_MA) // 6\n",
        "        return min(limit_ma, _KNEE_MA) // 600 * 100\n",
    ),
    Bug(
        "weld missed",
        "pilot/contacts.py",
        "        elif feedback == 1:\n            seen |= faults.WELD\n",
        "",
    ),
    Bug(
        "charging goes on at 3 V",
        "pilot/sequence.py",
        "        elif state == levels.D and not self._ventilated:\n",
        "        elif state == levels.INVALID and not self._ventilated:\n",
    ),
    Bug(
        "one sample decides: a glitch opens",
        "pilot/vehicle.py",
        "            if state == was:\n",
        "            if state == state:\n",
    ),
    Bug(
        "opens 250 ms after S2",
        "pilot/vehicle.py",
        "            if state == was:\n                self._change(state, duty)\n"
        "            elif _powered(self.state)",
        "            if state == was:\n"
        "                self._late = getattr(self, '_late', 0) + 1\n"
        "                if self._late >= 24 or not _powered(self.state):\n"
        "                    self._late = 0\n"
        "                    self._change(state, duty)\n"
        "            elif _powered(self.state)",
    ),
    Bug(
        "fault cleared by itself",
        "pilot/guard.py",
        "        return faults & ~_faults.HEALS_ITSELF\n",
        "        return 0\n",
    ),
    Bug(
        "any fault heals for ever",
        "pilot/guard.py",
        "            self._heals += 1\n",
        "            self._heals += 0\n",
    ),
    Bug(
        "relay chatter: no rest between closings",
        "pilot/sequence.py",
        "        return self.closed or (fits and self.switched_ms >= self._rest_ms)\n",
        "        return True\n",
    ),
    Bug(
        "duty raised at once",
        "pilot/sequence.py",
        "        if wanted < self.duty or self._duty_ms >= RAISE_MS:\n",
        "        if True:\n",
    ),
    Bug(
        "no test of the residual-current device before the next vehicle",
        "pilot/selftest.py",
        "            if day or not vehicle:\n",
        "            if day:\n",
    ),
    Bug(
        "plug let go under power",
        "pilot/lock.py",
        "        if closed or wanted:",
        "        if wanted:",
    ),
    Bug(
        "overcurrent borne",
        "pilot/supply.py",
        "        return self._over_ms >= OVER_MS\n",
        "        return False\n",
    ),
    Bug(
        "ring 1 may be silent for ever",
        "pilot/guard.py",
        "        if self._silent_ms >= SILENT_MS:\n",
        "        if self._silent_ms >= 10 * SILENT_MS:\n",
    ),
    Bug(
        "limit that never expires",
        "power/leases.py",
        "        if left_ms > 0:\n",
        "        left_ms = max(left_ms, 1_000)\n        if left_ms > 0:\n",
    ),
    Bug(
        "clock jump ends a lease",
        "app.py",
        'Leases(config["limit_ma"], hal.ticks_ms)\n',
        'Leases(config["limit_ma"], lambda: 1_000 * (hal.clock()[0] or 0))\n',
    ),
    Bug(
        "full current when the source of a limit dies",
        "power/leases.py",
        "ttl_ms, fallback_ma, ramp_ma_min\n\n    def withdraw",
        "ttl_ms, NO_LIMIT_MA, ramp_ma_min\n\n    def withdraw",
    ),
    Bug(
        "energy only in RAM",
        "energy/session.py",
        "        self._first = opening\n",
        "        self._first = {}\n",
    ),
    Bug(
        "end of a record read before the contactor was open",
        "energy/session.py",
        "        return fresh_ms is not None and fresh_ms < self._waited_ms\n",
        "        return fresh_ms is not None\n",
    ),
    Bug(
        "register that goes backwards believed",
        "energy/register.py",
        '        return "reset" if wh <= near_wh else "back"',
        '        return ""',
    ),
    Bug(
        "an exchanged meter's register believed",
        "energy/register.py",
        '            return "exchanged"\n',
        '            return ""\n',
    ),
    Bug(
        "a lost meter is never asked again",
        "energy/meter.py",
        "            self._pause = self._skip = min(2 * self._pause + 1, _MAX_SKIPPED)\n",
        "            self._pause = self._skip = 1_000_000\n",
    ),
    Bug(
        "record dropped after 3 tries",
        "link/link.py",
        "            self._sent_ms = now_ms\n        return True\n\n    def _due",
        "            self._sent_ms = now_ms\n"
        "            self._tries = getattr(self, '_tries', 0) + 1\n"
        "            if self._tries % 3 == 0:\n"
        "                self._journal.acknowledge(record['seq'])\n"
        "        return True\n\n    def _due",
    ),
    Bug(
        "an acknowledgement of what was never sent is believed",
        "record/journal.py",
        "        if upto > self._shown:\n            raise ValueError(upto)\n",
        "",
    ),
    Bug(
        "numbers begin anew after a restart",
        "record/recovery.py",
        "            self.seq = last.seq\n",
        "            self.seq = 0\n",
    ),
    Bug(
        "the chain begins anew after a restart",
        "record/recovery.py",
        "            self.head = last.hash()\n",
        "            self.head = frame.FIRST\n",
    ),
    Bug(
        "the last checkpoint is taken for the end",
        "energy/session.py",
        '        return self._first.get("end_wh") if self.register.wh is None else ',
        '        return self._first.get("end_wh") if "end_wh" in self._first else ',
    ),
    Bug(
        "a charge that could not be written is forgotten",
        "record/charges.py",
        "            self._journal.note(fields, CHARGE)  # written when flash is well again\n",
        "            pass\n",
    ),
    Bug(
        "closing without an opening record",
        "energy/session.py",
        "        if self.active:\n            flags |= handover.FLAG_RECORDED\n",
        "        flags |= handover.FLAG_RECORDED\n",
    ),
    Bug(
        "flash written while closed",
        "app.py",
        "        return not (up[handover.UP_CLOSED] or may_close or tests)\n",
        "        return True\n",
    ),
    Bug(
        "full flash ends the app",
        "writes.py",
        "        except (OSError, MemoryError) as error:  # nobody is stopped for that;"
        " it is tried again\n",
        "        except ZeroDivisionError as error:\n",
    ),
    Bug(
        "retained command obeyed",
        "link/commands.py",
        "        if retained:  # it would be obeyed again at every reconnect\n",
        "        if False:\n",
    ),
    Bug(
        "expired command obeyed",
        "link/commands.py",
        "        if exp is not None and unix_s is not None and unix_s > exp:\n",
        "        if False:\n",
    ),
    Bug(
        "repeated command obeyed again",
        "link/commands.py",
        "        if id_ in self._seen:\n",
        "        if False:\n",
    ),
    Bug(
        "value out of range obeyed",
        "link/arguments.py",
        "        if type(value) is not int or not least <= value <= most:\n",
        "        if type(value) is not int:\n",
    ),
    Bug(
        "refused without a reason",
        "link/commands.py",
        '            raise Refused(id_, "expired", "")\n',
        '            raise Refused(id_, "", "")\n',
    ),
    Bug(
        "packet id overflow",
        "link/mqtt.py",
        "            self._pid = self._pid % 0xFFFF + 1\n",
        "            self._pid += 1\n",
    ),
    Bug(
        "no more tries to connect after five failures",
        "link/mqtt.py",
        "            self._failures += 1\n",
        "            self._failures += 1\n"
        "            while self._failures > 4:\n"
        "                await asyncio.sleep(3_600)\n",
    ),
    Bug(
        "half-open connection never noticed",
        "link/mqtt.py",
        "        patience_ms = self._keepalive_ms * 5 // 4\n",
        "        patience_ms = 1 << 28\n",
    ),
    Bug(
        "state published as a heartbeat only",
        "app.py",
        "                news = True\n",
        "                news = False\n",
    ),
    Bug(
        "a local limit outlives its time to live",
        "link/local.py",
        '        self._leases.grant("local", ma, self._ttl_ms, self._fallback_ma)\n',
        '        self._leases.grant("local", ma, 1 << 28, self._fallback_ma)\n',
    ),
    Bug(
        "a local limit is obeyed though local control is off",
        "link/link.py",
        '        if config["local_ttl_s"]:\n',
        '        config["local_ttl_s"] = config["local_ttl_s"] or 60\n        if True:\n',
    ),
    Bug(
        "a local limit is shown and not obeyed",
        "link/local.py",
        "        ma = NO_LIMIT_MA if self._limit_ma is None else self._limit_ma\n",
        "        ma = NO_LIMIT_MA\n",
    ),
    Bug(
        "a local limit is not heard",
        "link/local.py",
        "            self._limit_ma = int(text)\n",
        "            int(text)\n",
    ),
    Bug(
        "a retained word of a local manager is news at every reconnect",
        "link/link.py",
        "            if retained:  # it would be taken for news at every reconnect\n",
        "            if False:\n",
    ),
    Bug(
        "a reservation is ignored",
        "energy/access.py",
        '        self.free = "" if self.reserved else self._open\n',
        "        self.free = self._open\n",
    ),
    Bug(
        "a reservation lets another token through",
        "energy/access.py",
        '                return "reserved"\n',
        '                return ""\n',
    ),
    Bug(
        "a guest is let in outside of the window",
        "energy/guests.py",
        '            return "outside-window"\n',
        '            return ""\n',
    ),
    Bug(
        "a guest is let in whose time is over",
        "energy/guests.py",
        '            return "expired"\n',
        '            return ""\n',
    ),
    Bug(
        "a box stays open after the guests' window",
        "energy/access.py",
        '            is_open, self._until = self._ask("open_now", unix)\n',
        '            is_open, self._until = self._ask("open_now", unix)[0], 1 << 32\n',
    ),
    Bug(
        "a schedule is ignored",
        "power/timetable.py",
        '        self._leases.grant("schedule", ma)\n',
        "",
    ),
    Bug(
        "an owner's override passes by the operator's limit",
        "power/leases.py",
        "_COMFORT = const(7)",
        "_COMFORT = const(5)",
    ),
    Bug(
        "an owner's override passes by dimming",
        "power/leases.py",
        "_COMFORT = const(7)",
        "_COMFORT = const(3)",
    ),
    Bug(
        "the contact that orders dimming is not looked at",
        "power/gridcare.py",
        "        if contact:\n",
        "        if False:\n",
    ),
    Bug(
        "a limit of the site takes the operator's place",
        "orders/obey.py",
        "app.leases.grant(source, ",
        'app.leases.grant("operator", ',
    ),
    Bug(
        "a schedule is not asked again after the clock has jumped back",
        "power/timetable.py",
        "        elif self._from is None or not self._from <= unix < self._until:\n",
        "        elif self._from is None or not unix < self._until:\n",
    ),
    Bug(
        "a result is lost at a reconnect",
        "link/queue.py",
        '        """What was under way goes again."""\n',
        '        if self._topic == "cmdres":\n            self._messages.clear()\n',
    ),
    Bug(
        "a restart does not wait for the end of a charge",
        "app.py",
        "        if self.flash_free() and not waits:\n",
        "        if True:\n",
    ),
    # What the simulation itself has found: regressions.txt.
    Bug(
        "a meter that is silent after a power cut has no name on record",
        "record/charges.py",
        " and meter and meter.resolution_wh() is not None:\n",
        ":\n",
    ),
    Bug(
        "a meter that was busy when it was asked who it is has no name",
        "energy/meter.py",
        '            if error.reason != "exception" or error.code == _BUSY:\n',
        '            if error.reason != "exception":\n',
    ),
    Bug(
        "rest and pause of the phases not served after a reset",
        "pilot/sequence.py",
        "        self.switched_ms = REST_MS ",
        "        self.switched_ms = rest_ms ",
    ),
    Bug(
        "a trip that the device holds is never let go",
        "pilot/selftest.py",
        "            if self._may_release and not closed:\n",
        "            if self._may_release and closed:\n",
    ),
    Bug(
        "a bolt that was jammed keeps the plug for ever",
        "pilot/lock.py",
        "                self._free(dt_ms)\n",
        "                pass\n",
    ),
)
