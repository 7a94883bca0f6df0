"""The composition root: the only file that knows every room.

Control is one task, woken by ring 0 or once a second. Meter and link are tasks of their own:
where one of them ends, control starts it again, and the charge goes on meanwhile.
"""

import asyncio
from array import array

from micropython import const

from .console import serve
from .energy.access import Access
from .energy.session import Session
from .link.link import Link
from .link.state import phases_used
from .loading import unload
from .pilot import faults, handover, levels
from .pilot.guard import Guard
from .power.leases import Leases
from .power.timetable import Timetable
from .record.charges import Charges
from .record.files import Files
from .record.journal import Journal
from .record.log import COMMAND, COMPLAINT, LEASE_EXPIRED, START, TASK, Log
from .record.watch import Watch
from .record.wear import Wear
from .ticks import since
from .writes import Writes

_CONTROL_S = const(1)
_FIRST_S = 0.01
_FIRST_WAITS = const(100)
_REST_MS = const(60_000)  # for a handshake that would hold up ring 0
_RESULT_MS = const(3_000)  # before a restart: the command's result goes out

_ENABLED = handover.FLAG_AUTHORISED | handover.FLAG_RUN
_CAN_CLOSE = _ENABLED | handover.FLAG_RECORDED


class RestartWanted(Exception):
    """A command wants the box to start again; the contactor is open."""


def _forget_the_start(hal):
    from .once import forget

    forget(hal.board)
    unload("once", "start")


class App:
    """One box on `hal` (hal/__init__.py). `run()` never returns by itself."""

    def __init__(self, hal):
        from . import start

        self.hal = hal
        self.log = log = Log(hal.ticks_ms)
        log.note(START, hal.started)
        self.config, self.complaint, digest = start.configuration(hal)
        config = self.config
        self.billed = config["authorise"] != "free"
        metered = config["meter_required"] in (
            ("always", "billed") if self.billed else ("always",)
        )
        self.settings = start.guard_settings(config, hal.board, metered)
        self.guard = Guard(hal, self.settings)
        self.up = array("i", [0] * handover.N_UP)
        self._seen = array("i", [0] * handover.N_UP)
        self.changes = start.changes(hal) if config["snapshots"] else None
        self._by = ""  # whose limit was told last
        self._clear = 0
        self._handed = 0  # permissions handed down last
        self.phases = self.settings.phases  # wanted
        self.leases = Leases(config["limit_ma"], hal.ticks_ms)
        if config["site_ma"] >= 0:
            self.leases.grant("site", config["site_ma"])
        self.files = files = Files(hal.root, self.flash_free, hal.sync)
        zone = start.daylight_rule(config)
        self.access = Access(
            config["authorise"], lambda: files.read("guests.json"), zone, hal.ticks_ms
        )
        self.timetable = Timetable(self.leases, lambda: files.read("schedule.json"), zone)
        self.regulation = None
        if start.is_regulated(hal, config):
            self.regulate()
        self.fram = fram = start.find_fram(hal)
        self.tariff, complaint = start.tariff(hal, self.may_split())
        self.complaint = self.complaint or complaint
        self.session = Session(self.access.free, metered, self.tariff and self.tariff.split())
        self.journal = journal = Journal(
            hal.root, self.flash_free, hal.sync, hal.secret, bool(config["mqtt_host"]), fram
        )
        about = {"box": config["id"], "phases": hal.board["phases"]}
        about.update({"firmware": hal.firmware, "config": digest})
        charges = Charges(journal, self.session, self.tariff, config, about, fram is not None)
        self.writes = Writes(self, charges)
        self.watch = Watch(journal, log.note)
        self.watch.recall(journal.serial)
        self.wear = Wear(hal.root + "/wear.json")
        self.trace = None
        self.service = None  # pilot/service.py, while an installer tries things out
        self.tariff_changed = False
        self.uptime_ms = 0
        self._now_ms = hal.ticks_ms()
        self._rest_ms = None  # since when the link wants no current
        self._restart_ms = None  # when a command has wanted it
        charges.started(hal.started, hal.clock())
        if journal.opening:
            self.session.resume_after_reset(journal.opening)
        self.meter = self.grid = None
        self.link = Link(self) if config["mqtt_host"] else None
        self.restarts = 0

    async def run(self):
        """Start ring 0, then control, meter and link. Raises RestartWanted."""
        self.hal.start(self.guard.tick)
        jobs = self._find_meters()  # takes a fifth of a second: the pilot need not wait for it
        self._find_front(jobs)
        self._step()
        for _ in range(_FIRST_WAITS):  # nothing is published before ring 0 has said something
            if self.guard.handover.up[handover.UP_PHASES]:
                break
            await asyncio.sleep(_FIRST_S)
        if self.link:
            jobs.append(self.link.run)
            if self.config["ntp_host"]:
                jobs.append(self._keep_time)
        for port in self.hal.consoles():
            jobs.append(lambda port=port: serve(self, port))
        tasks = [asyncio.create_task(job()) for job in jobs]
        _forget_the_start(self.hal)
        while True:
            self._step()
            for i, job in enumerate(jobs):
                if tasks[i].done():
                    self.restarts += 1
                    # MicroPython's task has what ended it there.
                    self.log.note(TASK, repr(getattr(tasks[i], "data", None)))
                    tasks[i] = asyncio.create_task(job())
            await self.hal.woken(_CONTROL_S)

    def _find_meters(self):
        """Coroutine functions that poll them."""
        from . import start

        meters, jobs = start.find_meters(self)
        self.meter = meters.own
        self.grid = meters.grid
        self.complaint = self.complaint or meters.complaint
        if self.complaint:
            print("configuration refused:", self.complaint)
            self.log.note(COMPLAINT, self.complaint)
        return jobs

    def _find_front(self, jobs):
        panel = self.hal.panel()
        if panel:
            from .front.front import Front

            jobs.append(Front(self, panel).run)

    def _keep_time(self):
        from .link.daily import keep

        return keep(self.link.dial.ask_time, self.hal.random_bits)

    # Control.

    def _step(self):
        """See what ring 0 did, write what is due, hand down what it may do."""
        try:
            up = self.guard.handover.read(self.up)
        except handover.TornRead:  # then the next step sees it
            return
        self.wear.look(up)
        if self.trace:
            self.trace.look()
        now_ms = self.hal.ticks_ms()
        stamp = self.hal.clock()
        self.uptime_ms = self.log.now_ms()
        self._now_ms = now_ms
        self.access.look(stamp[0])
        self.session.free = "" if self.service else self.access.free
        self.timetable.look(stamp[0])
        if up[handover.UP_STATE] == levels.A:
            self.leases.override = False  # it was for that vehicle
        if self.regulation:
            self.regulation.look(now_ms, up, self.grid or self.meter)
            self.regulation.plan(stamp[0], up, self.session, self.tariff)
            grid_w = self.link.local.heard() if self.link and self.link.local else None
            self.regulation.sun(now_ms, up, self.meter, self.grid, grid_w)
            self.phases = self.regulation.phases or self.phases
        fresh_ms = self.fresh_ms()
        if fresh_ms is not None:
            self._look(now_ms - fresh_ms, stamp[0])
        self._watch(now_ms, stamp, up)
        if self.writes.step(now_ms, stamp, up, fresh_ms):
            self._announce()
        if self.regulation:
            self.regulation.settle(now_ms, self.session.active)
        self._hand_down()
        if self.changes and self.changes.look(self.uptime_ms, up, self._seen):
            self.log.keep()
        if self._is_news(up):
            self.log.look(up)
            self._announce()
        if self._restart_ms is not None and since(now_ms, self._restart_ms) >= _RESULT_MS:
            self._restart()

    def _restart(self):
        """Now, unless a charge is in progress or a setting waits for flash that can be written."""
        waits = self.session.active or (self.files.waiting and not self.writes.trouble)
        if self.flash_free() and not waits:
            if self.log.due_ms is not None:
                self.writes.keep_log()
            raise RestartWanted

    def _look(self, read_ms, unix):
        """What the meter said at `read_ms`, to the charge."""
        meter, session = self.meter, self.session
        reading = meter.reading
        session.read(read_ms, reading.import_wh, meter.serial, meter.resolution_wh(), unix)
        account = session.account
        account.max_power_w = max(account.max_power_w, (reading.power_mw or 0) // 1000)
        account.phases_used = max(account.phases_used, phases_used(reading))

    def _watch(self, now_ms, stamp, up):
        self.watch.look(
            now_ms,
            stamp,
            up[handover.UP_FAULTS] != 0,
            not self.link or self.link.connected,
            not up[handover.UP_FAULTS] & faults.TAMPER,
            self.meter,
        )
        for source in self.leases.expired:
            self.log.note(LEASE_EXPIRED, source)
        self.leases.expired.clear()

    def _hand_down(self):
        spare = self.guard.handover.spare()
        flags = self.session.flags()
        if self.service or self._resting():
            flags &= ~handover.FLAG_RUN
        spare[handover.DOWN_FLAGS] = self._handed = flags
        spare[handover.DOWN_CLEAR] = self._clear
        spare[handover.DOWN_PHASES] = self.phases
        dc = pm = handover.UNKNOWN
        if self.regulation and self.regulation.sensors:
            dc, pm = self.regulation.sensors.temperature_dc, self.regulation.sensors.humidity_pm
        spare[handover.DOWN_TEMPERATURE_DC] = dc
        spare[handover.DOWN_HUMIDITY_PM] = pm
        if self.meter:
            self.meter.fill(spare)
        self.leases.fill(spare)
        if self.trace:
            self.trace.hold(spare)
        self.guard.handover.publish()
        if self.trace:
            self.trace.published()

    def _resting(self):
        if self._rest_ms is None:
            return False
        if self.link.connected or since(self._now_ms, self._rest_ms) >= _REST_MS:
            self._rest_ms = None
        return self._rest_ms is not None

    def flash_free(self):
        """Whether ring 0 has neither closed the contactor nor the permission to, now or soon."""
        up = self.up
        may_close = _CAN_CLOSE in (up[handover.UP_FLAGS] & _CAN_CLOSE, self._handed & _CAN_CLOSE)
        tests = self.service and self.service.asked[0]
        return not (up[handover.UP_CLOSED] or may_close or tests)

    def _is_news(self, up):
        """Whether something but the measured values has changed since the last call."""
        news = False
        for i in range(handover.UP_STATE, handover.UP_INPUTS):
            if up[i] != self._seen[i]:
                news = True
            self._seen[i] = up[i]
        by = self.leases.source_of(up[handover.UP_BINDING])
        if by != self._by:  # another of those that share a row, with the same limit
            self._by = by
            news = True
        return news

    def _announce(self):
        if self.link:
            self.link.news()

    # What the other rooms ask of the app.

    def may_split(self):
        """Whether the Wh of a charge may belong to several periods of a tariff."""
        return not self.billed or self.fram is not None

    def stamped(self, fields) -> dict:
        """`fields` of a record, with the time."""
        fields["unix"], fields["clock"] = self.hal.clock()
        return fields

    def fresh_ms(self):
        """Age of the register in ms, None when the meter is silent or has none."""
        if not self.meter or self.meter.reading.import_wh is None:
            return None
        return self.meter.age_ms()

    def enabled(self):
        """Whether it would charge a vehicle: permitted, not paused, not switched off locally."""
        local = self.link and self.link.local
        return self.session.flags() & _ENABLED == _ENABLED and not (local and not local.enabled)

    def flash_trouble(self):
        """What is wrong with flash or FRAM, or ""."""
        return self.writes.why_not()

    def reasons(self) -> dict:
        """{source: (what of it limits, seconds until that can change or None)}, where known."""
        unix = self.hal.clock()[0]
        found = self.regulation.reasons(self.hal.ticks_ms(), unix) if self.regulation else {}
        if unix is not None:
            found["schedule"] = "", self.timetable.left_s(unix)
        return found

    def regulate(self):
        """The Regulation, from now on if not already; what it plans by has changed."""
        regulation = self.regulation
        if not regulation:
            from .power.regulation import Regulation

            zone = self.timetable.zone
            regulation = Regulation(self.hal, self.config, self.leases, self.files, zone)
            self.complaint = self.complaint or regulation.complaint
            self.regulation = regulation
        regulation.replan()

    def read_tariff(self):
        """There is another tariff.json, and no charge that has begun with the one before."""
        from .start import tariff

        self.tariff, self.complaint = tariff(self.hal, self.may_split())
        self.tariff_changed = False
        if self.regulation:
            self.regulation.replan()
        tariff = None
        unload("start")

    def clear_faults(self):
        """What only a person may clear."""
        self._clear += 1

    def known_unix(self):
        """A time that has certainly passed, that of the newest record; or None."""
        return self.journal.unix

    def rest(self):
        """Withdraw the offer until the link is back, for a minute at most."""
        self._rest_ms = self._now_ms

    def restart(self):
        """Start again, once no charge is in progress."""
        self._restart_ms = self._now_ms

    def locally(self, phases):
        """A local energy manager has set something; `phases` that it wants, or None."""
        if phases and self.settings.switches_phases:
            self.phases = phases
        self._hand_down()
        self._announce()

    def obey(self, type_, args) -> dict:
        """Do as a checked command says; what its result says. Raises Refused."""
        from .orders.obey import obey

        try:
            result = obey(self, type_, args)
        finally:
            unload("orders.obey")
        self.log.note(COMMAND, type_)
        self._hand_down()
        self._announce()
        return result
