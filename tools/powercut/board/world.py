"""What is around the app in a story: pins, a car, a meter, an FRAM, and the operator's backend."""

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover, signals

BOARD = {
    "rated_ma": 32_000,
    "phases": 3,
    "outputs": {"rcd_test": None, "lock": None, "three_phases": None},
}
EPOCH_S = 1_799_999_994  # six seconds to eight o'clock
TICK_MS = 10
STEP_WH = 1  # of the meter's register
_POWER_W = 22_000
_MS_PER_H = 3_600_000
_ACTS_MS = 20  # the contactor
_READY_MS = 500  # the car closes S2 so long after the offer


class Fram:
    """FM24CL64B, as machine.I2C shows it; its power goes with that of `chip`."""

    def __init__(self, chip, memory=None):
        self.memory = memory or bytearray(8_192)
        self._chip = chip

    def readfrom_mem(self, _address, place, n, addrsize):
        return bytes(self.memory[place : place + n])

    def writeto_mem(self, _address, place, data, addrsize):
        if not self._chip.dead:
            self.memory[place : place + len(data)] = data


class World:
    """What outlasts a power cut: time, the car at the plug, the meter, the backend's records.

    `flowed` is the energy by (charge, tariff period), in W ms, as the meter's inside counts it.
    """

    def __init__(self):
        self.ms = 0
        self.plugged = False
        self.covered = True
        self.jump_s = 0
        self.flow_w_ms = 5_000 * _MS_PER_H  # the register does not begin at nothing
        self.flowed = {}
        self.records = {}
        self.wrong = []

    def copy(self):
        other = World()
        for name in ("ms", "plugged", "covered", "jump_s", "flow_w_ms"):
            setattr(other, name, getattr(self, name))
        other.flowed = dict(self.flowed)
        other.records = dict(self.records)
        return other

    @property
    def register_wh(self):
        return self.flow_w_ms // _MS_PER_H // STEP_WH * STEP_WH

    def unix(self):
        return EPOCH_S + self.ms // 1_000 + self.jump_s

    def receive(self, record):
        """The backend stores what it has not seen; what comes again must be the same."""
        known = self.records.get(record["seq"])
        if known is not None and known != record:
            self.wrong.append("record %d comes again as another" % record["seq"])
        self.records[record["seq"]] = record


class Reading:
    power_mw = 0
    import_wh = None
    current_ma = (0, 0, 0)
    voltage_mv = (230_000, 230_000, 230_000)


class Meter:
    """What the app asks of an energy.meter.Meter; read every second."""

    serial = "SN-1"
    firmware = "1.0"
    reason = ""

    def __init__(self, world, hal):
        self.reading = Reading()
        self._world = world
        self._hal = hal
        self._at_ms = None

    def poll(self):
        self.reading.import_wh = self._world.register_wh
        closed = self._hal.contacts
        self.reading.power_mw = _POWER_W * 1_000 * closed
        self.reading.current_ma = (31_900 * closed,) * 3
        self._at_ms = self._hal.ticks_ms()

    def age_ms(self):
        return None if self._at_ms is None else self._hal.ticks_ms() - self._at_ms

    def resolution_wh(self):
        return STEP_WH

    def fill(self, down):
        reading = self.reading
        down[handover.DOWN_READING] = self._world.ms // 1_000 + 1
        for i in range(3):
            down[handover.DOWN_CURRENT_MA + i] = reading.current_ma[i]
            down[handover.DOWN_VOLTAGE_MV + i] = reading.voltage_mv[i]


class Board(MockHal):
    """One life of the box in `world`, on the filesystem at `root`."""

    firmware = "0f1e2d3c"
    started = "power-on"
    board = BOARD
    open_connection = None
    handshake_blocks_guard = False

    def __init__(self, world, root, fram):
        super().__init__()
        self.root = root
        self.woken_up = False
        self.contacts = 0
        self._world = world
        self._fram = fram
        self._begun_ms = world.ms
        self._offered_ms = 0
        self._moving_ms = 0

    def tick(self):
        """10 ms of the world, and what the pins show after them."""
        world = self._world
        world.ms += TICK_MS
        offered = 0 < self.duty < 10_000
        self._offered_ms = self._offered_ms + TICK_MS if offered and world.plugged else 0
        self._moving_ms = 0 if self.contacts == self.closed else self._moving_ms + TICK_MS
        if self._moving_ms >= _ACTS_MS:
            self.contacts = self.closed
        inputs = self.inputs
        high_mv = 12_000
        if world.plugged:
            high_mv = 6_000 if self._offered_ms >= _READY_MS else 9_000
        inputs[signals.CP_HIGH_MV] = high_mv
        inputs[signals.CP_LOW_MV] = -12_000 if offered else high_mv
        inputs[signals.CP_DUTY] = self.duty
        inputs[signals.FEEDBACK] = self.contacts
        inputs[signals.TAMPER] = 0 if world.covered else 1

    def flow(self, charge, period):
        """What flows in a tick, for this charge."""
        if self.contacts and self._world.plugged:
            world = self._world
            world.flow_w_ms += _POWER_W * TICK_MS
            key = charge, period
            world.flowed[key] = world.flowed.get(key, 0) + _POWER_W * TICK_MS

    def wake(self):
        self.woken_up = True

    def ticks_ms(self):
        return self._world.ms - self._begun_ms

    def clock(self):
        return self._world.unix(), "set"

    def random_bits(self, n):
        return 5 & ((1 << n) - 1)

    def secret(self, n):
        return bytes(range(n))

    def i2c(self):
        return self._fram

    def sync(self):
        """littlefs writes when a file is flushed or closed."""
