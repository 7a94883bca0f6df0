"""A link whose MQTT client only notes what it is given, for the tests of its topics."""

import asyncio
import json
import unittest
from array import array

from book import Book
from pilotwire import config
from pilotwire.link import link
from pilotwire.link.commands import Refused
from pilotwire.link.link import Link
from pilotwire.pilot import handover
from pilotwire.power.leases import Leases
from pilotwire.record.log import START, Log

PREFIX = b"pilotwire/v1/box-1/"
CONFIG = {"id": "box-1", "mqtt_host": "broker", "mqtt_user": "user"}

BOARD = {
    "name": "bench",
    "rated_ma": 32_000,
    "phases": 3,
    "outputs": {"rcd_test": True, "lock": None, "three_phases": True},
}
_PACKET = 2_032  # bytes: the longest that mqtt.py takes


class FakeMqtt:
    """`link.Mqtt` of the tests: `room` messages are taken, then none."""

    made = None

    def __init__(
        self, settings, topics, on_message, on_state, _ticks, _bits, on_puback, on_oversized, *_
    ):
        FakeMqtt.made = self
        self.on_puback = on_puback
        self.settings = settings
        self.topics = topics
        self.receive = on_message
        self.on_state = on_state
        self.on_oversized = on_oversized
        self.room = 1_000
        self.pid = 0
        self.due = []  # packet ids that the broker has not acknowledged
        self.answers = True
        self.sent = []
        self.running = 0
        self.ends = None
        self.longest = 0

    async def run(self):
        self.running += 1
        try:
            while self.ends is None:
                await asyncio.sleep(0)
            raise self.ends
        finally:
            self.running -= 1

    def publish(self, topic, payload, retain=False, qos=0):
        if 5 + len(topic) + len(payload) + 2 * qos > _PACKET:
            raise ValueError("message", len(payload))
        self.longest = max(self.longest, len(payload))
        if not self.room:
            return None
        self.room -= 1
        self.sent.append((topic, json.loads(payload), retain, qos))
        self.pid += 1
        if qos and self.answers:
            self.due.append(self.pid)
        return self.pid if qos else 0

    def publish_pieces(self, packet):
        if not self.room:
            return None
        self.room -= 1
        self.pid += 1
        self.sent.append((b"".join(packet(self.pid)), None, True, 1))
        return self.pid

    def answer(self):
        """The broker's PUBACKs for what was published."""
        while self.due:
            self.on_puback(self.due.pop(0))

    def take(self, topic):
        """What was published to `topic` since the last look at any topic."""
        found = [sent[1:] for sent in self.sent if sent[0] == PREFIX + topic]
        self.sent = []
        return found


class FakeHal:
    def __init__(self):
        self.now_ms = 0

    open_connection = None
    random_bits = None
    handshake_blocks_guard = False
    started = "power-on"
    firmware = "0f1e2d3c"
    board = BOARD

    def ticks_ms(self):
        return self.now_ms

    def clock(self):
        return 1_000, "set"


class FakeApp:
    """What the link asks of an app."""

    meter = grid = fram = tariff = None

    def __init__(self, hal, config, journal):
        self.hal = hal
        self.config = config
        self.journal = journal
        self.leases = Leases(16_000, hal.ticks_ms)
        self.log = Log(hal.ticks_ms)
        self.log.note(START, hal.started)
        self.up = array("i", [0] * handover.N_UP)
        self.obeyed = []
        self.result = {}
        self.refusal = self.fails = None
        self.measured = None
        self.phases = []

    def obey(self, type_, args):
        self.obeyed.append((type_, args))
        if self.refusal:
            raise Refused(None, *self.refusal)
        if self.fails:
            raise self.fails
        return self.result

    def known_unix(self):
        return None

    def locally(self, phases):
        self.phases.append(phases)


class LinkTest(unittest.TestCase):
    config = ()  # pairs

    def setUp(self):
        self.box = Book()
        self.flash = self.box.flash
        self.journal = self.box.journal
        self.real = link.Mqtt, link.state, link.telemetry
        link.Mqtt = FakeMqtt
        link.state = lambda app: {"state": "A1"}
        link.telemetry = lambda app: app.measured
        self.hal = FakeHal()
        given = dict(CONFIG)
        given.update(self.config)
        self.app = FakeApp(self.hal, config.check(given), self.journal)
        self.link = Link(self.app)
        self.mqtt = FakeMqtt.made

    def tearDown(self):
        link.Mqtt, link.state, link.telemetry = self.real
        self.box.close()

    def connect(self):
        self.mqtt.on_state(True, "connected")
        return self

    def turn(self, ms=0):
        """Time passes, then the link publishes what is due."""
        self.hal.now_ms += ms
        self.link._publish()
        while self.mqtt.due:
            self.mqtt.answer()
            self.link._publish()
        return self.mqtt

    def command(self, payload, retained=False):
        self.mqtt.receive(PREFIX + b"cmd", payload, retained)

    def topics(self):
        """The topics of what has been published since the last look at any, in order."""
        found = [sent[0][len(PREFIX) :].decode() for sent in self.mqtt.sent]
        self.mqtt.sent = []
        return found

    def acknowledge(self, payload, retained=False):
        self.mqtt.receive(PREFIX + b"ack", payload, retained)

    def results(self):
        return [found[0] for found in self.turn().take(b"cmdres")]
