"""An app of real parts on flash in memory, with every part fitted, and a link that only notes."""

from array import array

from book import ROOT, Book
from pilotwire import config
from pilotwire.energy.access import Access
from pilotwire.energy.meter import Reading
from pilotwire.energy.session import Session
from pilotwire.pilot import handover
from pilotwire.pilot.settings import Settings
from pilotwire.power.leases import Leases
from pilotwire.power.regulation import Regulation
from pilotwire.power.timetable import Timetable
from pilotwire.record.files import Files
from pilotwire.record.log import Log
from pilotwire.record.wear import Wear
from pilotwire.zone import parse

NOW = 1_800_000_000  # Friday, 15 January 2027, 8:00 UTC
BOARD = {
    "name": "bench",
    "model": "Bench 22",
    "rated_ma": 32_000,
    "phases": 3,
    "dead_man": True,
    "feedback": True,
    "outputs": {"rcd_test": 1, "lock": [2, 3], "three_phases": 4},
}


class Hal:
    root = ROOT
    board = BOARD
    firmware = "0f1e2d3c"
    started = "power-on"
    random_bits = open_connection = None
    handshake_blocks_guard = False
    thermometer = None

    def __init__(self):
        self.now_ms = 0
        self.stamp = NOW, "set"
        self.connected = "wifi", "192.168.178.111", -71, ""

    def ticks_ms(self):
        return self.now_ms

    def clock(self):
        return self.stamp

    def set_clock(self, unix, quality):
        self.stamp = unix, quality

    def contact(self, name):
        return False

    def network(self):
        return self.connected


class Link:
    """What orders ask of the link."""

    local = None
    connections = 2

    def __init__(self):
        self.sent = []
        self.level = None

    def send(self, topic, lines):
        self.sent.append((topic, list(lines)))

    def log_level(self, level):
        self.level = level

    def dropped(self):
        return {"tele": 1, "event": 2, "result": 3, "record": 4}


class Meter:
    """One that has said something."""

    reason = ""
    serial = "12345678"
    firmware = "0102"

    def __init__(self, age_ms=0):
        self.reading = Reading()
        self._age_ms = age_ms

    def age_ms(self):
        return self._age_ms

    def resolution_wh(self):
        return 10


class Fram:
    failed = False


class App:
    """`box` is a Book; `config` are keys of the configuration."""

    meter = grid = fram = tariff = trace = service = None
    complaint = ""
    tariff_changed = False
    uptime_ms = 61_999
    restarts = 5

    def __init__(self, box, **keys):
        self.hal = hal = Hal()
        self.log = Log(hal.ticks_ms)
        self.changes = None
        self.config = config.check(dict({"id": "box-1", "limit_ma": 16_000}, **keys))
        self.settings = Settings(lock=True, switches_phases=True)
        self.up = array("i", [0] * handover.N_UP)
        self.leases = Leases(self.config["limit_ma"], hal.ticks_ms)
        self.files = files = Files(ROOT, lambda: box.free, box.flash.sync)
        policy, zone = self.config["authorise"], parse(self.config["zone"])
        self.access = Access(policy, lambda: files.read("guests.json"), zone, hal.ticks_ms)
        wanted = config.check({"dim_w": 4_200})
        self.regulation = Regulation(hal, wanted, self.leases, files, zone)
        self.timetable = Timetable(self.leases, lambda: files.read("schedule.json"), zone)
        self.session = Session(self.access.free, False)
        self.journal = box.journal
        self.wear = Wear(ROOT + "/wear.json")
        self.link = Link()
        self.guard = None
        self.phases = 3
        self.cleared = self.restarted = 0
        self.trouble = ""

    def look(self):
        """As each step of the app does."""
        unix = self.hal.stamp[0]
        self.access.look(unix)
        self.session.free = self.access.free
        self.timetable.look(unix)

    def regulate(self):
        self.regulation.replan()

    def reasons(self):
        return self.regulation.reasons(self.hal.now_ms, self.hal.stamp[0])

    def clear_faults(self):
        self.cleared += 1

    def restart(self):
        self.restarted += 1

    def may_split(self):
        return True

    def known_unix(self):
        return self.journal.unix

    def stamped(self, fields):
        fields["unix"], fields["clock"] = self.hal.clock()
        return fields

    def fresh_ms(self):
        return self.meter.age_ms() if self.meter else None

    def enabled(self):
        return True

    def flash_trouble(self):
        return self.trouble


class AppTest:
    """For TestCases: `self.app` on `self.box`, with the configuration `config`."""

    config = ()  # pairs

    def setUp(self):
        self.box = Book()
        self.app = App(self.box, **dict(self.config))

    def tearDown(self):
        self.box.close()
