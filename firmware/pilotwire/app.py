"""The composition root: the only file that knows every room.

Control is one task, woken by ring 0 or once a second. Meter and link are tasks of their own:
where one of them ends, control starts it again, and the charge goes on meanwhile.
"""

import asyncio
from array import array

from micropython import const

from .console import serve
from .energy.access import Access
from .energy.meters import Meters
from .energy.session import CLOSE, OPEN, Session
from .link.link import Link
from .link.state import phases_used
from .loading import unload
from .pilot import faults, handover, levels, settings
from .pilot.guard import Guard
from .power.leases import Leases
from .power.timetable import Timetable
from .record.charges import Charges
from .record.files import Files
from .record.journal import FlashBusy, Journal
from .record.log import COMMAND, COMPLAINT, FLASH, LEASE_EXPIRED, SESSION, START, STORED, TASK, Log
from .record.segments import read_file
from .record.watch import Watch
from .record.wear import Wear
from .ticks import since

_CONTROL_S = const(1)
_PATIENT_MS = const(60_000)  # a start that lasts so long is on record even if nothing else happens
_FIRST_S = 0.01
_FIRST_WAITS = const(100)
_REST_MS = const(60_000)  # for a handshake that would hold up ring 0
_AGAIN_MS = const(600_000)  # until flash that has failed is to keep the log
_RESULT_MS = const(3_000)  # before a restart: the command's result goes out

_WAKE = {"": settings.WAKE_NOT, "f": settings.WAKE_F, "x1": settings.WAKE_X1}
# Keys that want power/regulation.py.
_REGULATED = ("climate", "grid_code", "dim_w", "random_delay_s", "solar", "imbalance_ma")
_ENABLED = handover.FLAG_AUTHORISED | handover.FLAG_RUN
_CAN_CLOSE = _ENABLED | handover.FLAG_RECORDED


class RestartWanted(Exception):
    """A command wants the box to start again; the contactor is open."""


def _settings(config, board, metered):
    """What the configuration and the board's data are to ring 0."""
    outputs = board["outputs"]
    own = {
        "profile": config["profile"],
        "cable_ma": config["cable_ma"],
        "phases": board["phases"],
        "switches_phases": bool(outputs["three_phases"]),
        "lock": bool(outputs["lock"]) and not config["cable_ma"],
        "rcd_test": bool(outputs["rcd_test"]),
        "ventilated": config["ventilated"],
        "wake": _WAKE[config["wake"]],
        "metered": metered,
        "restart_ms": config["restart_s"] * 1000,
        "mains_ms": config["mains_ok_s"] * 1000,
        "under_mv": config["undervoltage_v"] * 1000,
        "over_mv": config["overvoltage_v"] * 1000,
        "trip_dc": config["trip_c"] * 10,
    }
    if config["simplified_ma"]:
        own["simplified_ma"] = config["simplified_ma"]
    return settings.Settings(**own)


def _configuration(hal):
    """(configuration, complaint, digest), see config.py; where there is a seal, as that has it."""
    from .config import load

    config, complaint, digest = load(hal.root, hal.board["rated_ma"])
    seals = ("/seal.json", "/seal.good.json", "/report.json")
    if any(read_file(hal.root + name, 1) for name in seals):
        from .record.seal import hold

        config, complaint = hold(hal.root, config, complaint)
        unload("record.seal")
    unload("config", "zone")
    hal.board["phases"] = min(hal.board["phases"], config["phases"])
    return config, complaint, digest


def _tariff(hal, may_split):
    """(Tariff or None, complaint), see energy/tarifffile.py."""
    if not read_file(hal.root + "/tariff.json", 1):
        return None, ""
    from .energy.tarifffile import TariffError, load

    try:
        found = load(hal.root, may_split), ""
    except TariffError as error:
        found = None, "tariff: " + error.args[0]
    unload("energy.tarifffile", "zone")
    return found


def _zone(config):
    from .zone import parse

    rule = parse(config["zone"])
    unload("zone")
    return rule


def _is_regulated(hal, config):
    """Whether a key of the configuration, or a plan, wants power/regulation.py."""
    return any(config[key] for key in _REGULATED) or read_file(hal.root + "/plan.json", 1)


def _fram(hal):
    from .record.fram import find

    found = find(hal.i2c())
    if not found:
        unload("record.fram")
    return found


def _changes(hal):
    from .record.changes import Changes

    return Changes(hal.clock)


def _forget_the_start(hal):
    from .once import forget

    forget(hal.board)
    unload("once")


class App:
    """One box on `hal` (hal/__init__.py). `run()` never returns by itself."""

    def __init__(self, hal):
        self.hal = hal
        self.log = log = Log(hal.ticks_ms)
        log.note(START, hal.started)
        self.config, self.complaint, digest = _configuration(hal)
        config = self.config
        self.billed = config["authorise"] != "free"
        metered = config["meter_required"] in (
            ("always", "billed") if self.billed else ("always",)
        )
        self.settings = _settings(config, hal.board, metered)
        self.guard = Guard(hal, self.settings)
        self.up = array("i", [0] * handover.N_UP)
        self._seen = array("i", [0] * handover.N_UP)
        self.changes = _changes(hal) if config["snapshots"] else None
        self._by = ""  # whose limit was told last
        self._clear = 0
        self._handed = 0  # permissions handed down last
        self.phases = self.settings.phases  # wanted
        self.leases = Leases(config["limit_ma"], hal.ticks_ms)
        if config["site_ma"] >= 0:
            self.leases.grant("site", config["site_ma"])
        self.files = files = Files(hal.root, self._flash_free, hal.sync)
        zone = _zone(config)
        self.access = Access(
            config["authorise"], lambda: files.read("guests.json"), zone, hal.ticks_ms
        )
        self.timetable = Timetable(self.leases, lambda: files.read("schedule.json"), zone)
        self.regulation = None
        if _is_regulated(hal, config):
            self.regulate()
        self.fram = fram = _fram(hal)
        self.tariff, complaint = _tariff(hal, self.may_split())
        self.complaint = self.complaint or complaint
        self.session = Session(self.access.free, metered, self.tariff and self.tariff.split())
        self.journal = journal = Journal(
            hal.root, self._flash_free, hal.sync, hal.secret, bool(config["mqtt_host"]), fram
        )
        about = {"box": config["id"], "phases": hal.board["phases"]}
        about.update({"firmware": hal.firmware, "config": digest})
        self._charges = Charges(
            journal, self.session, self.tariff, config, about, fram is not None
        )
        self.watch = Watch(journal, log.note)
        self.watch.recall(journal.serial)
        self.wear = Wear(hal.root + "/wear.json")
        self.trace = None
        self.service = None  # pilot/service.py, while an installer tries things out
        self.tariff_changed = False
        self.trouble = ""  # of the flash
        self.uptime_ms = 0
        self._now_ms = hal.ticks_ms()
        self._rest_ms = None  # since when the link wants no current
        self._restart_ms = None  # when a command has wanted it
        self._charges.started(hal.started, hal.clock())
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
        config, regulation = self.config, self.regulation
        meters = Meters(self.hal, config, ("frequency_mhz",) if config["grid_code"] else ())
        if regulation and config["dim_address"]:
            from .energy.order import add

            address, register = config["dim_address"], config["dim_register"]
            regulation.listen(add(meters, address, register, self.hal.ticks_ms))
            unload("energy.order")
        self.meter = meters.own
        self.grid = meters.grid
        self.complaint = self.complaint or meters.complaint
        if self.complaint:
            print("configuration refused:", self.complaint)
            self.log.note(COMPLAINT, self.complaint)
        return meters.jobs()

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
        self._write(now_ms, stamp, up, fresh_ms)
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
        waits = self.session.active or (self.files.waiting and not self.trouble)
        if self._flash_free() and not waits:
            if self.log.due_ms is not None:
                self._keep()
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

    def _write(self, now_ms, stamp, up, fresh_ms):
        """Write what is due, now or once the contactor is open."""
        session = self.session
        trouble = ""
        due = session.step(now_ms, up, fresh_ms, self.leases.source_of(up[handover.UP_BINDING]))
        number = session.number
        try:
            if self._charges.step(due, now_ms, stamp, up, self.meter, fresh_ms):
                self._told_of_charge(due, number)
            self.journal.settle(self.uptime_ms < _PATIENT_MS)
            if due == CLOSE:
                self.wear.save()
            stored = self.files.settle()
            if stored:
                self.log.note(STORED, stored)
            if self.tariff_changed and not session.active:
                self._change_tariff()
        except (OSError, MemoryError) as error:  # nobody is stopped for that; it is tried again
            trouble = "journal: %s" % error
            if trouble != self.trouble:
                self.log.note(FLASH, trouble)
        except FlashBusy:  # what is due is still due at the next step
            trouble = "journal: busy"
        self.trouble = trouble
        due_ms = self.log.due_ms
        if due_ms is not None and self.uptime_ms >= due_ms and self._flash_free():
            self._keep()

    def _keep(self):
        """Have flash keep what it is to keep of the log."""
        log = self.log
        log.due_ms = None
        try:
            from .record.kept import write

            write(log, self.changes, self.hal, self.journal.boot)
        except (OSError, MemoryError):  # it goes on without, and tries again later
            log.keep(_AGAIN_MS)
        write = None
        unload("record.kept")

    def _told_of_charge(self, due, number):
        said = ("begin", self.session.number) if due == OPEN else ("end", number)
        self.log.note(SESSION, "%s\t%s" % (said[0], said[1] or ""))
        self._announce()

    def _change_tariff(self):
        """There is another tariff.json, and no charge that has begun with the one before."""
        self.tariff, complaint = _tariff(self.hal, self.may_split())
        self.tariff_changed = False
        self.complaint = complaint
        self._charges.change_tariff(self.tariff, self.hal.clock())
        if self.regulation:
            self.regulation.replan()

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

    def _flash_free(self):
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
        if self.fram and self.fram.failed and not (self.trouble or self._charges.trouble):
            return "fram: does not answer"
        return self.trouble or self._charges.trouble

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
