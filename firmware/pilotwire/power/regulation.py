"""What this box limits its own current by, where its configuration wants it: a lease for each.

It loads, and each of its parts, only where a key of the configuration wants it (start.py).
"""

from micropython import const

from ..loading import unload
from ..pilot import faults, handover, levels

_FRESH_MS = const(10_000)  # an older reading says nothing of the grid
_LEAST_MA = const(6_000)  # what a charge goes on with (IEC 61851-1 table A.7)
_DIM_RISE_MA = const(1_000)
_VOLTS = const(230)
_USED_MA = const(1_000)  # more than that is a phase in use
_SUN_MS = const(10_000)  # ring 1 held up for longer has seen no sun
# Chosen on whole days (make power-bench): docs/performance.md#surplus-charging.
_PATIENCE_WH = const(60)
_SMOOTH_S = const(10)
_VALUE_S = const(30)
_SWITCHES = const(10)  # between 1 and 3 phases, a charge
_ON_S = const(300)
_OFF_S = const(300)
_MAINS = faults.UNDERVOLTAGE | faults.OVERVOLTAGE | faults.PHASE_LOSS


class Regulation:
    """Grants `leases` the sources "temperature", "imbalance", "grid", "plan", "delay" and "solar".

    `phases`: what surplus charging wants, 1, 3, or 0 for as it is; all while an override holds.

    Each part that is not configured is None. `complaint` is "" or says what of it cannot be; the
    box then charges with 6 A.
    """

    def __init__(self, hal, config, leases, files, zone):
        self._hal = hal
        self._leases = leases
        self._files = files
        self._zone = zone
        self.delay = self.planned = self.solar = self.steady = None
        self.phases = 0
        self._readings = 0  # of the grid's meter, as solar has them
        self.sensors = self._derating = self._care = self.dimming = None
        self._orders = None
        self._ordered = bool(config["dim_address"])
        self.complaint = ""
        self._most_ma = handover.NO_LIMIT_MA
        now_ms = hal.ticks_ms()
        most_ma = hal.board["rated_ma"]
        try:
            if config["climate"]:
                from .derating import Derating, Sensors
                from .sites import load

                climate = load("climate", config["climate"], hal.root)
                self.sensors = Sensors(hal.i2c(), now_ms, hal.thermometer)
                self._derating = Derating(climate, most_ma, config["trip_c"] * 10, now_ms)
            if config["grid_code"]:
                from .gridcare import GridCare
                from .sites import load

                self._care = GridCare(
                    load("grid", config["grid_code"], hal.root),
                    hal.board["phases"],
                    most_ma,
                    config["grid_delay_s"],
                    hal.random_bits,
                    now_ms,
                    hal.started == "power-on",
                )
        except ValueError as error:
            self.complaint = error.args[0]
            self._most_ma = _LEAST_MA
        unload("power.sites")
        self._delay_s = config["random_delay_s"]
        if self._delay_s:
            from .delay import Delay

            self.delay = Delay(self._delay_s, hal.random_bits)
        if config["dim_w"]:
            from .gridcare import Dimming

            self.dimming = Dimming(config["dim_w"], _LEAST_MA, _DIM_RISE_MA, most_ma, now_ms)
        self._imbalance_ma = config["imbalance_ma"]
        if config["solar"]:
            self._shine(config)

    def _shine(self, config):
        from .phases import Switches
        from .solar import Solar
        from .steady import Steady

        self._minimum_ma = _LEAST_MA if config["solar"] == "minimum" else 0
        one_ma = min(config["limit_ma"], self._imbalance_ma or config["limit_ma"])
        switches = None
        if self._hal.board["outputs"]["three_phases"]:
            switches = Switches(config["phase_pause_s"], _SWITCHES)
        self.solar = Solar(
            bool(self._minimum_ma),
            one_ma,
            config["solar_start_w"],
            config["solar_stop_w"],
            _PATIENCE_WH,
            _SMOOTH_S,
            _VALUE_S,
            config["vehicle_phases"],
            switches,
        )
        start_ma, most = config["start_ma"], config["interruptions"]
        self.steady = Steady(start_ma, _LEAST_MA, _ON_S, _OFF_S, most, False)

    def sun(self, now_ms, up, own, grid, grid_w):
        """Surplus charging. `own`, `grid`: the box's Meter and that at the connection, or None;
        `grid_w` is a new value for the latter by MQTT, or None."""
        leases = self._leases
        reading = own.reading if _is_fresh(own) else None
        if self._imbalance_ma:
            from .phases import balanced_ma

            current_ma = reading.current_ma if reading else ()
            _grant(leases, "imbalance", balanced_ma(current_ma, self._imbalance_ma))
        solar, steady = self.solar, self.steady
        if not solar or not steady:
            return
        if up[handover.UP_STATE] == levels.A:
            solar.begin()
            steady.begin()
        if grid and grid_w is None and grid.readings != self._readings and _is_fresh(grid):
            self._readings = grid.readings
            if grid.reading.power_mw is not None:
                grid_w = grid.reading.power_mw // 1000
        own_w = None
        used = 0
        mv = _VOLTS * 1000
        if reading:
            used = sum([(ma or 0) > _USED_MA for ma in reading.current_ma])
            own_w = reading.power_mw // 1000 if reading.power_mw is not None else None
            mv = reading.voltage_mv[0] or mv
        wish_ma = solar.look(now_ms, grid_w, own_w, self._connected(up), used, mv)
        ma = steady.look(now_ms, wish_ma, used > 0)
        self.phases = self._hal.board["phases"] if leases.override else solar.phases
        leases.grant("solar", ma, _SUN_MS, self._minimum_ma)

    def listen(self, orders):
        """`orders` is the Meter that reads the register which orders dimming; None: there is no
        bus for it."""
        self._orders = orders

    def replan(self):
        """There may be another plan, or what it builds on has changed."""
        if self.planned:
            self.planned.changed()
            return
        try:
            there = self._files.read("plan.json")
        except OSError:  # flash is broken: it is asked again
            there = True
        if there:
            from .planned import Planned

            self.planned = Planned(self._files.read, self._zone)

    def plan(self, unix, up, session, tariff):
        """What the plan allows at `unix` (None: unknown) to the charge in `session`."""
        if not self.planned:
            return
        age_s = wh = 0
        if session.stage() == "active":
            age_s = sum(session.account.times_ms) // 1000
            wh = session.energy_wh() or 0
        leases = self._leases
        cable_ma = up[handover.UP_CABLE_MA]
        most_ma = min(leases.others_ma(), cable_ma or handover.NO_LIMIT_MA)
        watts_a = _VOLTS * self._connected(up)
        closed = bool(up[handover.UP_CLOSED])
        charge = age_s, wh, most_ma, watts_a, self._delay_s, closed
        _grant(leases, "plan", self.planned.look(unix, tariff, charge))

    def settle(self, now_ms, charges):
        """Before anything is handed down: whether what is allowed now has to wait by chance.

        `charges`: a charge is in progress.
        """
        if not self.delay:
            return
        leases = self._leases
        wanted = [leases.granted(source) for source in ("schedule", "plan")]
        ma = min([handover.NO_LIMIT_MA if ma is None else ma for ma in wanted])
        returning = self._care and self._care.reason  # and has had a delay of its own
        skip = leases.override or bool(returning)
        allowed_ma = self.delay.look(now_ms, ma if charges else 0, skip)
        _grant(leases, "delay", allowed_ma if charges else handover.NO_LIMIT_MA)

    def look(self, now_ms, up, meter):
        """Once a second, and whenever something changes. `meter` (a Meter or None) tells volts
        and frequency; `up` is ring 0's state."""
        leases = self._leases
        if self.sensors:
            self.sensors.look(now_ms)
            _grant(leases, "temperature", self._derated(now_ms, up))
        reading = meter.reading if _is_fresh(meter) else None
        voltage_mv = reading.voltage_mv if reading else ()
        least_ma = self._most_ma
        if self._care:
            frequency_mhz = reading and reading.frequency_mhz
            out = up[handover.UP_FAULTS] & _MAINS != 0
            least_ma = min(least_ma, self._care.look(now_ms, voltage_mv, frequency_mhz, out))
        if self.dimming:
            contact = self._hal.contact("dim")
            phases = self._connected(up)
            dimmed_ma = self.dimming.look(now_ms, contact, self._register(), phases, voltage_mv)
            least_ma = min(least_ma, dimmed_ma)
        _grant(leases, "grid", least_ma)

    def temperature_c(self):
        """Of the hottest place, None where nobody says."""
        dc = self.sensors.temperature_dc if self.sensors else handover.UNKNOWN
        return None if dc <= handover.UNKNOWN else dc / 10

    def trouble(self):
        """What is wrong with plan.json or prices.json, or ""."""
        return self.planned.trouble if self.planned else ""

    def ready_unix(self):
        """When the vehicle will have what the plan is to give it, None where there is none."""
        return self.planned and self.planned.ready_unix

    def reasons(self, now_ms, unix) -> dict:
        """{source: (reason, seconds until it can change or None)} of its sources that limit."""
        found = {}
        if self._derating and self._derating.reason:
            found["temperature"] = self._derating.reason, self._derating.left_s()
        if self._care and self._care.reason:
            found["grid"] = self._care.reason, self._care.left_s()
        if self.planned and self.planned.why:
            found["plan"] = self.planned.why, self.planned.left_s(unix)
        if self.solar and self.steady:
            reason = self.steady.reason or self.solar.reason
            left_s = self.steady.wait_s if self.steady.reason else self.solar.wait_s
            found["solar"] = reason, left_s
        if self.delay:
            found["delay"] = "chance", self.delay.left_s(now_ms)
        if self.dimming and self.dimming.reason:
            found["grid"] = self.dimming.reason, self.dimming.left_s(now_ms)
        return found

    def _connected(self, up):
        """1 or 3 phases; before ring 0 has said it, the board's."""
        return up[handover.UP_PHASES] or self._hal.board["phases"]

    def _derated(self, now_ms, up):
        sensors = self.sensors
        closed = up[handover.UP_CLOSED]
        dc, pm = sensors.temperature_dc, sensors.humidity_pm
        return self._derating.look(now_ms, dc, pm, closed, sensors.lost)

    def _register(self):
        """What the register for dimming holds; 0 where there is none, None while it is silent."""
        if not self._ordered:
            return 0
        orders = self._orders
        return orders.reading.power_mw if orders and orders.age_ms() is not None else None


def _is_fresh(meter):
    age_ms = meter.age_ms() if meter else None
    return age_ms is not None and age_ms < _FRESH_MS


def _grant(leases, source, ma):
    if ma == handover.NO_LIMIT_MA:
        leases.withdraw(source)
    else:
        leases.grant(source, ma)
