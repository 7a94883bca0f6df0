"""The MQTT client against a broker in memory, in virtual time."""

import asyncio
import unittest

import fake_broker
from fake_broker import FakeBroker, now_ms
from pilotwire.link.mqtt import Mqtt
from pilotwire.link.retry import DialError

SETTINGS = {
    "host": "broker",
    "port": 1883,
    "client_id": "box",
    "user": "user",
    "password": "secret",
    "keepalive_s": 60,
    "will_topic": "box/online",
    "will_payload": "0",
    "spread_s": 60,
}
CONNECT = (
    b"\x00\x04MQTT\x04\xee\x00\x3c\x00\x03box\x00\x0abox/online\x00\x010\x00\x04user\x00\x06secret"
)
MALFORMED = (
    (b"\x30\xff\xff\xff\xff", "a length of five bytes"),
    (b"\x00\x00", "type 0"),
    (b"\x10\x00", "a client's packet"),
    (b"\xf0\x00", "type 15"),
    (b"\x50\x02\x00\x01", "PUBREC, of QoS 2"),
    (b"\x41\x02\x00\x01", "reserved flags"),
    (b"\x40\x03\x00\x01\x00", "PUBACK too long"),
    (b"\x40\x01\x00", "PUBACK too short"),
    (b"\xd0\x01\x00", "PINGRESP with a body"),
    (b"\x20\x02\x00\x00", "a second CONNACK"),
    (b"\x90\x03\x70\x00\x01", "SUBACK nobody waits for"),
    (b"\x30\x00", "PUBLISH without a topic length"),
    (b"\x30\x03\x00\x02a", "a topic longer than its packet"),
    (b"\x30\x02\x00\x00", "an empty topic"),
    (b"\x30\x05\x00\x00abc", "an empty topic before a payload"),
    (b"\x32\x04\x00\x02ab", "QoS 1 without a packet id"),
    (b"\x34\x09\x00\x01a\x00\x01four", "QoS 2"),
    (b"\x36\x09\x00\x01a\x00\x01four", "QoS 3"),
    (b"\x30\xff\x7f\xff\xff", "a long topic in a shorter packet"),
)


class Box:
    """A client with its broker and what it reported."""

    ready = None

    def __init__(self, topics=("box/cmd",), **settings):
        self.broker = FakeBroker()
        self.messages = []
        self.states = []
        self.acknowledged = []
        self.oversized = []
        self.settlings = 0
        self.mqtt = Mqtt(
            dict(SETTINGS, **settings),
            topics,
            lambda topic, payload, retained: self.messages.append((topic, payload, retained)),
            lambda connected, reason: self.states.append((now_ms(), connected, reason)),
            lambda: now_ms() + 0x3FFFFF00 & 0x3FFFFFFF,  # ticks wrap right after the start
            lambda bits: 0,
            self.acknowledged.append,
            lambda topic, size: self.oversized.append((topic, size)),
            self.broker.open_connection,
            self.ready,
            self.refused,
            self.settled,
        )

    def refused(self, complaint):
        return "tls:" + complaint

    def settled(self):
        self.settlings += 1

    def during(self, story):
        """Run the client while `story(box)` lasts."""

        async def main():
            task = asyncio.create_task(self.mqtt.run())
            await story(self)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                return

        fake_broker.run(main())
        return self

    async def state(self, count):
        """Wait until `count` states were reported; the last one's reason."""
        while len(self.states) < count:
            await asyncio.sleep(0.01)
        return self.states[-1][2]


def halfway(bits):
    return 1 << bits - 1


async def settled(_=None):
    await asyncio.sleep(0.1)


class Connecting(unittest.TestCase):
    def test_sends_will_credentials_and_subscriptions_then_reports(self):
        box = Box(("box/cmd", "box/ack")).during(lambda box: box.state(1))
        self.assertEqual(
            box.broker.packets,
            [
                (0x10, CONNECT),
                (0x82, b"\x00\x01\x00\x07box/cmd\x01"),
                (0x82, b"\x00\x02\x00\x07box/ack\x01"),
            ],
        )
        self.assertEqual(box.states[0][1:], (True, "connected"))
        self.assertTrue(box.broker.streams[0].closed, "cancelling closes the socket")

    def test_goes_without_credentials_will_and_topics(self):
        box = Box((), user=None, password=None, will_topic=None)
        box.during(lambda box: box.state(1))
        self.assertEqual(box.broker.packets, [(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x03box")])
        self.assertEqual(box.states[0][1:], (True, "connected"))

    def test_each_way_to_fail_has_its_reason(self):
        async def one_state(box):
            await box.state(1)

        for attribute, value, reason in (
            ("connack", b"\x20\x02\x00\x05", "refused:5"),
            ("suback_code", 128, "refused:128"),
            ("connack", b"\x20\x03\x00\x00\x00", "malformed"),
            ("connack", b"\x30\x03\x00\x01a", "malformed"),
            ("unreachable", True, "unreachable"),
            ("silent", True, "no-answer"),
            ("unreachable", DialError("name:silent"), "name:silent"),
            ("drops", OSError(104), "tls:"),
            ("drops", ValueError("expired"), "tls:expired"),
        ):
            box = Box()
            setattr(box.broker, attribute, value)
            box.during(one_state)
            self.assertEqual(box.states[0][1:], (False, reason))
            self.assertTrue(box.states[0][0] <= 10_000, reason)
            self.assertTrue(all(stream.closed for stream in box.broker.streams), reason)
            self.assertEqual(box.settlings, len(box.states), reason)

    def test_that_its_first_bytes_are_through_it_says_once_and_at_once(self):
        box = Box()
        box.during(lambda box: box.state(1))
        self.assertEqual((box.states[0][:2], box.settlings), ((0, True), 1))

    def test_that_they_never_will_be_it_says_also_when_memory_runs_out(self):
        async def story(box):
            def send(_writer):
                raise MemoryError

            box.mqtt._send = send
            with self.assertRaises(MemoryError):
                await box.mqtt.run()

        box = Box()
        fake_broker.run(story(box))
        self.assertEqual((box.states, box.settlings), ([], 1))

    def test_a_connection_that_never_opens_is_given_up_after_30_s(self):
        box = Box()

        async def hang(_host, _port):
            await asyncio.sleep(3600)

        box.mqtt._open_connection = hang
        box.during(lambda box: box.state(1))
        self.assertEqual(box.states, [(30_000, False, "unreachable")])

    def test_how_long_the_opening_took_does_not_count_against_the_handshake(self):
        async def slow(host, port):
            await asyncio.sleep(25)
            return await opens(host, port)

        box = Box()
        opens = box.broker.open_connection
        box.mqtt._open_connection = slow
        box.during(lambda box: box.state(1))
        self.assertEqual(box.states, [(25_000, True, "connected")])

    def test_nothing_is_tried_before_it_may_be(self):
        class Patient(Box):
            async def ready(self):
                await asyncio.sleep(1_000)

        box = Patient().during(lambda box: box.state(1))
        self.assertEqual(box.broker.opened_ms, [1_000_000])

    def test_settings_too_long_for_the_buffer_are_refused(self):
        async def main():
            await Box(will_payload="0" * 2048).mqtt.run()

        self.assertRaises(ValueError, fake_broker.run, main())


class Receiving(unittest.TestCase):
    def test_half_packets_byte_by_byte(self):
        wire = (
            fake_broker.publish(b"box/cmd", b"first", 0x31)
            + b"\xd0\x00"
            + fake_broker.publish(b"box/cmd", b"x" * 300, 0x3A, 258)
            + fake_broker.publish(b"t", b"")
        )

        async def story(box):
            await box.state(1)
            for byte in wire:
                box.broker.feed(bytes([byte]))
                await asyncio.sleep(0.001)
            await settled()

        box = Box().during(story)
        self.assertEqual(
            box.messages,
            [
                (b"box/cmd", b"first", True),
                (b"box/cmd", b"x" * 300, False),
                (b"t", b"", False),
            ],
        )
        self.assertEqual(box.broker.of_type(0x40), [b"\x01\x02"])

    def test_the_longest_packet_is_delivered_a_longer_one_acknowledged_and_reported(self):
        longest = 2048 - 3 - 2 - 1 - 2  # header, topic length, topic, packet id
        wire = fake_broker.publish(b"t", b"a" * longest, 0x32, 1)
        wire += fake_broker.publish(b"t", b"a" * (longest + 1), 0x33, 2)
        wire += fake_broker.publish(b"t" * 3000, b"a" * 9_000, 0x32, 3)
        wire += fake_broker.publish(b"t", b"a" * 3_000)
        wire += fake_broker.publish(b"t", b"after", 0x32, 4)

        async def story(box):
            await box.state(1)
            box.broker.feed(wire)
            await asyncio.sleep(5)

        box = Box().during(story)
        self.assertEqual([len(payload) for _, payload, _ in box.messages], [longest, 5])
        self.assertEqual(
            [(topic[:2], size) for topic, size in box.oversized],
            [(b"t", longest + 1), (b"tt", 9_000), (b"t", 3_000)],
        )
        self.assertEqual(box.mqtt.oversized, 3)
        self.assertEqual(box.broker.of_type(0x40), [b"\0\1", b"\0\2", b"\0\3", b"\0\4"])
        self.assertEqual(len(box.states), 1)

    def test_malformed_packets_reconnect(self):
        for wire, what in MALFORMED:

            async def story(box, wire=wire):
                await box.state(1)
                box.broker.feed(wire)
                await box.state(3)

            box = Box().during(story)
            reasons = [reason for _, _, reason in box.states]
            self.assertEqual(reasons, ["connected", "malformed", "connected"], what)
            self.assertTrue(box.states[1][0] - box.states[0][0] < 1_000, what)
            self.assertEqual(box.messages, [], what)

    def test_a_message_may_be_answered_from_its_callback(self):
        box = Box()
        box.mqtt._on_message = lambda *_: box.mqtt.publish(b"box/res", b"done", False, 1)

        async def story(box):
            await box.state(1)
            box.broker.feed(fake_broker.publish(b"box/cmd", b"go", 0x32, 9))
            await settled()

        box.during(story)
        self.assertEqual(
            box.broker.packets[-2:], [(0x32, b"\0\7box/res\0\2done"), (0x40, b"\0\t")]
        )
        self.assertEqual(box.acknowledged, [2])


class Publishing(unittest.TestCase):
    def test_both_qualities_and_the_retain_flag(self):
        pids = []

        async def story(box):
            pids.append(box.mqtt.publish(b"t", b"early", qos=1))
            await box.state(1)
            pids.append(box.mqtt.publish(b"t", b"a"))
            pids.append(box.mqtt.publish(b"t", b"b", True, 1))
            await settled()

        box = Box(()).during(story)
        self.assertEqual(pids, [None, 0, 1])
        self.assertEqual(box.broker.packets[1:], [(0x30, b"\0\1ta"), (0x33, b"\0\1t\0\1b")])
        self.assertEqual(box.acknowledged, [1])

    def test_a_full_buffer_gives_none_and_loses_nothing(self):
        taken = []

        async def story(box):
            await box.state(1)
            stream = box.broker.streams[0]
            stream.reads_by_peer = False
            box.mqtt.publish(b"t", b"stuck")
            await settled()
            while box.mqtt.publish(b"t", b"%0100d" % len(taken)) == 0:
                taken.append(b"%0100d" % len(taken))
            box.broker.feed(fake_broker.publish(b"t", b"cmd", 0x32, 1) * 40)
            await settled()
            stream.reads_by_peer = True
            await asyncio.sleep(2)

        box = Box().during(story)
        self.assertTrue(len(taken) > 15)
        self.assertEqual([body[3:] for body in box.broker.of_type(0x30)[1:]], taken)
        self.assertEqual(len(box.broker.of_type(0x40)), 40)
        self.assertEqual(len(box.messages), 40)

    def test_four_in_flight_acknowledged_in_any_order(self):
        pids = []

        async def story(box):
            box.broker.puback = False
            await box.state(1)
            pids.extend(box.mqtt.publish(b"t", b"x", qos=1) for _ in range(5))
            box.broker.feed(b"\x40\x02\x00\x03\x40\x02\x70\x00\x40\x02\x00\x01\x40\x02\x00\x03")
            await settled()
            pids.extend(box.mqtt.publish(b"t", b"x", qos=1) for _ in range(3))

        box = Box(()).during(story)
        self.assertEqual(pids, [1, 2, 3, 4, None, 5, 6, None])
        self.assertEqual(box.acknowledged, [3, 1])

    def test_packet_id_wraps_and_passes_by_what_is_in_flight(self):
        pids = []

        async def story(box):
            await box.state(1)
            box.broker.puback = False
            pids.append(box.mqtt.publish(b"t", b"x", qos=1))
            await settled()
            box.mqtt._pid = 65_533
            box.broker.puback = True
            for _ in range(4):
                pids.append(box.mqtt.publish(b"t", b"x", qos=1))
                await settled()

        box = Box(()).during(story)
        self.assertEqual(pids, [1, 65_534, 65_535, 2, 3])
        self.assertEqual(box.acknowledged, pids[1:])
        self.assertEqual([body[3:5] for body in box.broker.of_type(0x30)][2], b"\xff\xff")

    def test_what_can_never_be_sent_is_refused(self):
        mqtt = Box().mqtt
        self.assertRaises(ValueError, mqtt.publish, b"t", b"x" * 2048)
        self.assertRaises(ValueError, mqtt.publish, b"t", b"x", False, 2)


class Staying(unittest.TestCase):
    def test_pings_within_the_keepalive_and_stays(self):
        box = Box().during(lambda box: asyncio.sleep(3600))
        self.assertEqual(len(box.states), 1)
        self.assertEqual(len(box.broker.of_type(0xC0)), 3600 // 30 - 1)

    def test_a_half_open_link_is_left_within_one_and_a_half_periods(self):
        for alive_s in (1, 29, 31, 59, 100):

            async def story(box, alive_s=alive_s):
                await box.state(1)
                await asyncio.sleep(alive_s)
                box.broker.silent = True
                await box.state(2)

            box = Box().during(story)
            lost_ms, _, reason = box.states[1]
            self.assertEqual(reason, "no-answer")
            self.assertTrue(lost_ms - alive_s * 1000 <= 90_000, alive_s)

    def test_a_broker_that_stops_reading_is_left_too(self):
        async def story(box):
            await box.state(1)
            box.broker.streams[0].reads_by_peer = False
            await box.state(2)

        box = Box().during(story)
        self.assertEqual(box.states[1][1:], (False, "no-answer"))
        self.assertTrue(box.states[1][0] <= 90_000)

    def test_a_publish_without_its_puback_ends_the_connection_and_frees_its_id(self):
        async def story(box):
            box.broker.puback = False
            await box.state(1)
            for _ in range(4):
                box.mqtt.publish(b"t", b"x", qos=1)
            await box.state(3)
            box.broker.puback = True
            self.assertEqual(box.mqtt.publish(b"t", b"x", qos=1), 7)
            await settled()

        box = Box().during(story)
        self.assertEqual(box.states[1][2], "no-answer")
        self.assertTrue(75_000 <= box.states[1][0] <= 76_000)
        self.assertEqual(box.acknowledged, [7])

    def test_a_broker_that_closes_is_met_again(self):
        async def story(box):
            for count in (1, 3, 5):
                await box.state(count)
                box.broker.streams[-1].end()
            await box.state(6)

        box = Box().during(story)
        self.assertEqual([reason for _, _, reason in box.states], ["connected", "closed"] * 3)

    def test_what_one_connection_left_undone_does_not_reach_the_next(self):
        async def story(box):
            box.broker.suback_code = 128
            await box.state(1)
            box.broker.suback_code = 1
            await box.state(2)
            box.broker.feed(fake_broker.publish(b"t", b"x" * 3000, 0x32, 7)[:6])
            await settled()
            box.broker.streams[-1].end()
            await box.state(4)
            box.broker.feed(fake_broker.publish(b"t", b"new", 0x32, 8))
            await settled()

        box = Box().during(story)
        reasons = [reason for _, _, reason in box.states]
        self.assertEqual(reasons, ["refused:128", "connected", "closed", "connected"])
        self.assertEqual(box.messages, [(b"t", b"new", False)])
        self.assertEqual(box.broker.of_type(0x40), [b"\0\x08"])


class Returning(unittest.TestCase):
    def test_goes_on_for_ever_and_starts_again_after_a_healthy_connection(self):
        async def story(box):
            box.broker.unreachable = True
            await asyncio.sleep(3600)
            box.broker.unreachable = False
            while not box.states[-1][1]:
                await asyncio.sleep(0.1)
            await asyncio.sleep(100)
            del box.broker.opened_ms[:-1]
            box.broker.unreachable = True
            box.broker.streams[-1].end()
            await asyncio.sleep(20)

        box = Box()
        box.mqtt._random_bits = halfway
        opened = box.broker.opened_ms
        box.during(story)
        lost_ms = next(state[0] for state in box.states if state[2] == "closed")
        self.assertEqual([at - lost_ms for at in opened[1:]], [2_750, 8_000, 18_250])

    def test_a_broker_that_drops_us_at_once_is_not_stormed(self):
        async def story(box):
            while now_ms() < 600_000:
                if box.states and box.states[-1][1]:
                    box.broker.streams[-1].end()
                await asyncio.sleep(0.1)

        box = Box()
        box.mqtt._random_bits = halfway
        box.during(story)
        self.assertEqual(len(box.broker.opened_ms), 23)


if __name__ == "__main__":
    unittest.main()
