"""The composition root: the only file that knows every room.

Control is one task, woken by ring 0 or once a second. Meter and link are tasks of their own:
where one of them ends, control starts it again, and the charge goes on meanwhile.
"""

import asyncio
from array import array

from micropython import const

from .energy.meters import Meters
from .energy.session import CLOSE, OPEN, Session
from .link.link import Link
from .link.state import describe
from .loading import unload
from .pilot import faults, handover, levels, settings
from .pilot.guard import Guard
from .power.leases import Leases, source_of
from .record.journal import FlashBusy, Journal
from .record.layout import CHARGE
from .record.segments import read_file
from .record.watch import Watch
from .record.wear import Wear
from .ticks import since

_CONTROL_S = const(1)
_CHECKPOINT_MS = const(60_000)
_PATIENT_MS = const(60_000)  # a start that lasts so long is on record even if nothing else happens
_FIRST_S = 0.01
_USED_MA = const(1_000)  # more than that is a phase in use
_MEASURED = ("power_w", "energy_wh", "current_ma", "voltage_mv", "phases_used")
_FIRST_WAITS = const(100)

_WAKE = {"": settings.WAKE_NOT, "f": settings.WAKE_F, "x1": settings.WAKE_X1}
_ENABLED = handover.FLAG_AUTHORISED | handover.FLAG_RUN
_CAN_CLOSE = _ENABLED | handover.FLAG_RECORDED


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
    """(configuration, complaint, digest), see config.py."""
    from .config import load

    found = load(hal.root, hal.board["rated_ma"])
    unload("", "config")
    return found


def _tariff(hal, may_split):
    """(Tariff or None, complaint), see energy/tarifffile.py."""
    if not read_file(hal.root + "/tariff.json", 1):
        return None, ""
    from .energy.tarifffile import TariffError, load

    try:
        found = load(hal.root, may_split), ""
    except TariffError as error:
        found = None, "tariff: " + error.args[0]
    unload("energy", "tarifffile")
    return found


def _fram(hal):
    from .record.fram import find

    found = find(hal.i2c())
    if not found:
        unload("record", "fram")
    return found


def _phases_used(reading):
    return sum([(ma or 0) > _USED_MA for ma in reading.current_ma])


def _electrical(meter):
    """What flows at a meter now, for JSON; powers are positive when drawn from the mains."""
    reading = meter.reading
    return {
        "power_w": None if reading.power_mw is None else reading.power_mw // 1000,
        "current_ma": reading.current_ma,
        "voltage_mv": reading.voltage_mv,
    }


def _grid(meter):
    values = {"meter": meter.reason}
    if meter.age_ms() is not None:
        values.update(_electrical(meter))
        values["phase_power_w"] = [mw and mw // 1000 for mw in meter.reading.phase_power_mw]
        values["import_wh"] = meter.reading.import_wh
        values["export_wh"] = meter.reading.export_wh
    return values


class App:
    """One box on `hal` (hal/__init__.py). `run()` never returns by itself."""

    def __init__(self, hal):
        self._hal = hal
        self.config, self.complaint, self._digest = _configuration(hal)
        config = self.config
        self._free = free = config["authorise"] == "free"
        metered = config["meter_required"] in (("always",) if free else ("always", "billed"))
        self._settings = _settings(config, hal.board, metered)
        self.guard = Guard(hal, self._settings)
        self._up = array("i", [0] * handover.N_UP)
        self._seen = array("i", [0] * handover.N_UP)
        self._clear = 0
        self._handed = 0  # permissions handed down last
        self.leases = Leases(config["limit_ma"], hal.ticks_ms)
        self._fram = fram = _fram(hal)
        self.tariff, complaint = _tariff(hal, free or fram is not None)
        self.complaint = self.complaint or complaint
        self.session = Session(free, metered, self.tariff and self.tariff.split())
        self.journal = journal = Journal(
            hal.root, self._flash_free, hal.sync, hal.secret, bool(config["mqtt_host"]), fram
        )
        self.watch = Watch(journal)
        self.watch.recall(journal.serial)
        self.wear = Wear(hal.root + "/wear.json")
        self.trace = None
        self.trouble = ""  # of the journal
        self._begun_ms = self._kept_ms = hal.ticks_ms()
        self._patient = True
        self._kept_wh = 0  # of the charge, when the last checkpoint was made
        self._period = None  # of the tariff, then
        journal.start(self._started())
        if journal.opening:
            self.session.resume_after_reset(journal.opening)
        self.meter = self.grid = None
        self.link = Link(hal, config, self.journal, self) if config["mqtt_host"] else None
        self.restarts = 0

    async def run(self):
        """Start ring 0, then control, meter and link."""
        self._hal.start(self.guard.tick)
        jobs = self._find_meters()  # takes a fifth of a second: the pilot need not wait for it
        self._step()
        for _ in range(_FIRST_WAITS):  # nothing is published before ring 0 has said something
            if self.guard.handover.up[handover.UP_SEQ]:
                break
            await asyncio.sleep(_FIRST_S)
        if self.link:
            jobs.append(self.link.run)
        tasks = [asyncio.create_task(job()) for job in jobs]
        while True:
            self._step()
            for i, job in enumerate(jobs):
                if tasks[i].done():
                    self.restarts += 1
                    tasks[i] = asyncio.create_task(job())
            await self._hal.woken(_CONTROL_S)

    def _find_meters(self):
        """Coroutine functions that poll them."""
        meters = Meters(self._hal, self.config)
        self.meter = meters.own
        self.grid = meters.grid
        self.complaint = self.complaint or meters.complaint
        if self.complaint:
            print("configuration refused:", self.complaint)
        return meters.jobs()

    # Control.

    def _step(self):
        """See what ring 0 did, write what is due, hand down what it may do."""
        try:
            up = self.guard.handover.read(self._up)
        except handover.TornRead:  # then the next step sees it
            return
        self.wear.look(up)
        if self.trace:
            self.trace.look()
        now_ms = self._hal.ticks_ms()
        stamp = self._hal.clock()
        fresh_ms = self._fresh_ms()
        if fresh_ms is not None:
            self._look(now_ms - fresh_ms, stamp[0])
        self._watch(now_ms, stamp, up)
        due = self.session.step(now_ms, up, fresh_ms, source_of(up[handover.UP_BINDING]))
        try:
            if due == OPEN:
                self._open_record(stamp, up)
            elif due == CLOSE:
                self._close_record(stamp, up)
            elif self.session.number:
                self._checkpoint(now_ms, stamp)
            self.journal.settle(self._patient)
            if not self.session.active or self.session.number:
                self.trouble = ""  # else it says why there is no opening record
        except OSError as error:  # flash full or broken: nobody is stopped for that
            self.trouble = "journal: %s" % error
        except FlashBusy:  # what is due is still due at the next step
            self.trouble = "journal: busy"
        self._hand_down()
        if self._is_news(up):
            self._announce()

    def _look(self, read_ms, unix):
        """What the meter said at `read_ms`, to the charge."""
        meter, session = self.meter, self.session
        reading = meter.reading
        session.read(read_ms, reading.import_wh, meter.serial, meter.resolution_wh(), unix)
        account = session.account
        account.max_power_w = max(account.max_power_w, (reading.power_mw or 0) // 1000)
        account.phases_used = max(account.phases_used, _phases_used(reading))

    def _watch(self, now_ms, stamp, up):
        if self._patient and since(now_ms, self._begun_ms) >= _PATIENT_MS:
            self._patient = False
        self.watch.look(
            now_ms,
            stamp,
            up[handover.UP_FAULTS] != 0,
            not self.link or self.link.connected,
            not up[handover.UP_FAULTS] & faults.TAMPER,
            self.meter,
        )

    def _started(self):
        """Fields of this start's record."""
        hal, tariff = self._hal, self.tariff
        unix, quality = hal.clock()
        fields = {"box": self.config["id"], "about": hal.started, "unix": unix, "clock": quality}
        fields["firmware"] = hal.firmware
        fields["config"] = self._digest
        if tariff:
            fields["tariff"] = tariff.digest
            fields["periods"] = ",".join(tariff.names)
        return fields

    def _open_record(self, stamp, up):
        fields = self.session.opening(stamp)
        fields["box"] = self.config["id"]
        fields["phases"] = self._hal.board["phases"]
        fields["firmware"] = self._hal.firmware
        fields["config"] = self._digest
        self._name_meter(fields)
        number = None
        try:
            number = self.journal.open(fields)
        except OSError as error:
            if not self._free:  # nobody is billed for what is not on record
                raise
            self.trouble = "journal: %s" % error
        self._kept_ms = self._hal.ticks_ms()
        self._kept_wh = 0
        self._period = None
        self.session.opened(number, up)
        self._announce()

    def _name_meter(self, fields):
        meter = self.meter
        if meter:
            fields["meter"] = self.config["meter"]
            fields["meter_serial"] = meter.serial or self.config["meter_number"] or None
            fields["meter_firmware"] = meter.firmware or None

    def _close_record(self, stamp, up):
        session, config = self.session, self.config
        fields = session.closing(stamp, up, self._fresh_ms())
        if self.meter and fields["end_wh"] is not None:
            fields["resolution_wh"] = self.meter.resolution_wh()
        if not session.register.broken:  # else the record keeps whose it was
            self._name_meter(fields)
        saved_g = config["co2_instead_g_kwh"] - config["co2_grid_g_kwh"]
        if saved_g > 0 and fields["wh"] is not None:
            fields["co2_g"] = fields["wh"] * saved_g // 1000
        try:
            self.journal.close(fields)
        except OSError:
            if not self._free:
                raise
            self.journal.note(fields, CHARGE)  # written when flash is well again
        session.closed()
        self.wear.save()
        self._announce()

    def _checkpoint(self, now_ms, stamp):
        """Keep what the charge has come to, every minute and when the tariff changes."""
        period = self.tariff.period(stamp[0]) if self.tariff and stamp[0] is not None else None
        if since(now_ms, self._kept_ms) < _CHECKPOINT_MS and period == self._period:
            return
        wh = self.session.energy_wh()
        # Without FRAM: not now, or nothing new that would be worth an erase.
        if not self._fram and (wh == self._kept_wh or not self._flash_free()):
            return
        fields = self.session.checkpoint(stamp)
        if fields:
            self.journal.checkpoint(fields)
            self._kept_ms = now_ms  # also where it failed: each try at a broken bus takes 50 ms
            self._kept_wh = wh
            self._period = period

    def _hand_down(self):
        spare = self.guard.handover.spare()
        spare[handover.DOWN_FLAGS] = self._handed = self.session.flags()
        spare[handover.DOWN_CLEAR] = self._clear
        spare[handover.DOWN_PHASES] = self._settings.phases
        # No board has such a sensor yet.
        spare[handover.DOWN_TEMPERATURE_DC] = spare[handover.DOWN_HUMIDITY_PM] = handover.UNKNOWN
        if self.meter:
            self.meter.fill(spare)
        self.leases.fill(spare)
        if self.trace:
            self.trace.hold(spare)
        self.guard.handover.publish()
        if self.trace:
            self.trace.published()

    def _flash_free(self):
        """Whether ring 0 has neither closed the contactor nor the permission to, now or soon."""
        up = self._up
        may_close = _CAN_CLOSE in (up[handover.UP_FLAGS] & _CAN_CLOSE, self._handed & _CAN_CLOSE)
        return not up[handover.UP_CLOSED] and not may_close

    def _fresh_ms(self):
        """Age of the register in ms, None when the meter is silent or has none."""
        if not self.meter or self.meter.reading.import_wh is None:
            return None
        return self.meter.age_ms()

    def _is_news(self, up):
        """Whether something but the measured values has changed since the last call."""
        news = False
        for i in range(handover.UP_STATE, handover.UP_INPUTS):
            if up[i] != self._seen[i]:
                news = True
            self._seen[i] = up[i]
        return news

    def _announce(self):
        if self.link:
            self.link.news()

    # What the link asks of the app.

    def state(self):
        """The published state (docs/mqtt.md)."""
        state = describe(self._up, self._settings.profile.max_ma)
        session = self.session
        state["session"] = session.number
        state["session_wh"] = session.energy_wh()
        state["enabled"] = session.flags() & _ENABLED == _ENABLED
        state["pending"] = self.journal.pending
        state["meter"] = self._meter_reason()
        state["register"] = session.register.broken
        state["grid"] = _grid(self.grid) if self.grid else None
        state["config"] = self.complaint
        state["journal"] = self.trouble
        if self._fram and self._fram.failed:
            state["journal"] = self.trouble or "fram: does not answer"
        state["restart"] = self._hal.started
        state["trace"] = self.trace is not None
        state["contactor"] = self.wear.report()
        state.update(self._measured())
        return state

    def telemetry(self):
        """Measurements while energised, else None."""
        if not self._up[handover.UP_CLOSED]:
            return None
        values = self._measured()
        values["session_wh"] = self.session.energy_wh()
        return values

    def obey(self, type_, args):
        """Do as a checked command says; the reason why not, or ""."""
        session = self.session
        if type_ == "limit":
            ttl_ms = args.get("ttl_s", self.config["operator_ttl_s"]) * 1000
            fallback_ma = args.get("fallback_ma", self.config["operator_fallback_ma"])
            self.leases.grant("operator", args["ma"], ttl_ms, fallback_ma)
        elif type_ in ("pause", "resume"):
            session.paused = type_ == "pause"
        elif type_ == "start":
            if self._up[handover.UP_STATE] == levels.A:
                return "no-vehicle"
            session.start(args.get("by", ""))
        elif type_ == "stop":
            session.stop("remote")
        elif type_ == "clear-faults":
            self._clear += 1
        elif type_ == "trace":
            return self._record(args["kb"])
        elif type_ == "records":
            self.link.send("records", self.journal.history(args["first"]))
        self._hand_down()
        self._announce()
        return ""

    def _record(self, kb):
        """Record a trace of ring 0 in `kb` KB; with 0 end it and send it."""
        ended, self.trace = self.trace, None
        if ended:
            ended.stop()
        if kb:
            from .record.trace import Trace  # seldom wanted: 6 KB of heap

            try:
                self.trace = Trace(self.guard, self._hal, kb)
            except MemoryError:
                return "range"
        elif ended:
            self.link.send("trace", ended.lines())
        else:
            return "none"
        return ""

    def _measured(self):
        if self._fresh_ms() is None:
            return dict.fromkeys(_MEASURED)
        values = _electrical(self.meter)
        values["energy_wh"] = self.meter.reading.import_wh
        values["phases_used"] = _phases_used(self.meter.reading)
        return values

    def _meter_reason(self):
        if self.meter:
            return self.meter.reason
        return "missing" if self.config["meter"] else "none"
