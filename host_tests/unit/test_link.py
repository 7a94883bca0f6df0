"""The box's topics, with an MQTT client that only notes what it is given."""

import asyncio
import unittest
from binascii import a2b_base64

from book import segment, worst_charge
from link_desk import PREFIX, LinkTest
from pilotwire.record.kinds import DAY

STATE = {
    "state": "A1",
    "local": None,
    "dropped": {"tele": 0, "event": 0, "result": 0, "record": 0},
    "assumed_unix": None,
}


class Connection(LinkTest):
    def test_has_the_will_and_the_topics_of_the_contract(self):
        settings = self.mqtt.settings
        self.assertEqual(settings["will_topic"].encode(), PREFIX + b"online")
        self.assertEqual(settings["will_payload"], b"0")
        self.assertEqual(
            [t.encode() for t in self.mqtt.topics], [PREFIX + b"cmd", PREFIX + b"ack"]
        )
        self.assertEqual((settings["user"], settings["password"]), ("user", None))

    def test_says_that_the_box_is_there(self):
        self.assertEqual(self.connect().mqtt.take(b"online"), [(1, True, 1)])
        self.assertTrue(self.link.connected)
        self.mqtt.on_state(False, "closed")
        self.assertEqual((self.link.connected, self.link.reason), (False, "closed"))

    def test_ends_with_its_client_so_that_somebody_starts_it_again(self):
        async def main():
            self.connect()
            self.mqtt.ends = OSError(5)
            await asyncio.wait_for(self.link.run(), 60)

        with self.assertRaises(OSError):
            asyncio.run(main())
        self.assertFalse(self.link.connected)

    def test_ends_its_client_when_it_is_cancelled(self):
        async def main():
            task = asyncio.create_task(self.link.run())
            while not self.mqtt.running:
                await asyncio.sleep(0)
            self.connect()
            while not self.mqtt.take(b"state"):
                await asyncio.sleep(0)
            task.cancel()
            while self.mqtt.running:
                await asyncio.sleep(0)

        asyncio.run(asyncio.wait_for(main(), 60))
        self.assertFalse(self.link.connected)


class State(LinkTest):
    def test_is_published_on_connect_on_news_and_as_a_heartbeat(self):
        self.connect()
        self.assertEqual(self.turn().take(b"state"), [(STATE, True, 0)])
        self.assertEqual(self.turn(19_999).take(b"state"), [])
        self.assertEqual(len(self.turn(1).take(b"state")), 1)
        self.link.news()
        self.assertEqual(len(self.turn().take(b"state")), 1)
        self.connect()
        self.assertEqual(len(self.turn().take(b"state")), 1)

    def test_that_found_no_room_is_published_later(self):
        self.connect()
        self.mqtt.room = 0
        self.turn()
        self.mqtt.room = 9
        self.assertEqual(len(self.turn(1_000).take(b"state")), 1)

    def test_telemetry_comes_every_ten_seconds_while_there_is_any(self):
        self.connect()
        self.assertEqual(self.turn().take(b"tele"), [])
        self.app.measured = {"power_w": 1}
        self.assertEqual(self.turn().take(b"tele"), [({"power_w": 1}, False, 0)])
        self.assertEqual(self.turn(9_999).take(b"tele"), [])
        self.assertEqual(len(self.turn(1).take(b"tele")), 1)


class Records(LinkTest):
    def sent(self, ms=0):
        return [record[0]["seq"] for record in self.turn(ms).take(b"tx")]

    def charge(self, n=1):
        self.box.charge(n)

    def test_are_sent_one_after_the_other_once_each_is_acknowledged(self):
        self.charge(2)
        self.connect()
        ((record, retained, qos),) = self.turn().take(b"tx")
        self.assertEqual((retained, qos), (False, 1))
        self.assertEqual(len(a2b_base64(record.pop("frame"))), 61 + 4)
        said = {"seq": 1, "boot": 1, "kind": "charge", "charge": 1, "wh": 1}
        self.assertEqual(record, said)
        self.assertEqual(self.sent(), [])
        self.acknowledge(b'{"upto": 1}')
        self.assertEqual(self.sent(), [2])
        self.acknowledge(b'{"upto": 2}')
        self.assertEqual((self.sent(60_000), self.journal.pending), ([], 0))

    def test_are_sent_whatever_their_kind(self):
        self.journal.start({"about": "power-on"})
        self.charge()
        self.journal.note({"event": "cover"})
        self.journal.note({"usable_min": 5}, DAY)
        self.journal.settle()
        self.connect()
        kinds = []
        for number in (1, 2, 3, 4):
            ((record, _, _),) = self.turn().take(b"tx")
            kinds.append(record["kind"])
            self.acknowledge(b'{"upto": %d}' % number)
        self.assertEqual(kinds, ["start", "charge", "event", "day"])

    def test_fit_a_message_however_much_there_is_to_say(self):
        self.journal.close(worst_charge())
        self.connect()
        self.assertEqual(self.sent(), [1])
        self.assertTrue(1_000 < self.mqtt.longest < 2_000, self.mqtt.longest)

    def test_are_sent_again_for_ever_with_a_growing_pause(self):
        self.charge()
        self.connect()
        self.assertEqual(self.sent(), [1])
        for pause_ms in (5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000) + 3 * (600_000,):
            self.assertEqual(self.sent(pause_ms - 1), [], pause_ms)
            self.assertEqual(self.sent(1), [1], pause_ms)

    def test_are_sent_again_at_once_after_a_reconnect(self):
        self.charge()
        self.connect()
        self.assertEqual(self.sent(), [1])
        self.connect()
        self.assertEqual(self.sent(), [1])

    def test_that_found_no_room_are_sent_as_soon_as_there_is(self):
        self.charge()
        self.connect()
        self.mqtt.room = 0
        self.assertEqual(self.sent(), [])
        self.mqtt.room = 9
        self.assertEqual(self.sent(1), [1])

    def test_that_can_no_longer_be_read_are_reported_rather_than_in_the_way(self):
        self.charge(3)
        self.flash.files[segment(0)][70] ^= 1  # in the second of them
        self.connect()
        self.sent()
        self.acknowledge(b'{"upto": 1}')
        missing = {"seq": 2, "kind": "missing", "first": 2}
        self.assertEqual(self.turn().take(b"tx"), [(missing, False, 1)])
        self.acknowledge(b'{"upto": 2}')
        self.assertEqual(self.sent(), [3])

    def test_wait_while_flash_cannot_be_read(self):
        self.charge()
        self.connect()
        self.flash.broken = True
        self.assertEqual(self.sent(), [])
        self.flash.broken = False
        self.assertEqual(self.sent(1), [1])

    def test_are_not_sent_any_faster_by_a_bad_or_an_old_acknowledgement(self):
        self.charge(3)
        self.connect()
        self.sent()
        self.acknowledge(b'{"upto": 1}')
        self.sent()
        for payload in (b"{}", b'{"upto": 3}', b'{"upto": -1}', b'{"upto": 1}', b'{"upto": 0}'):
            self.acknowledge(payload)
            self.assertEqual(self.sent(), [], payload)
        self.assertEqual(self.journal.pending, 2)

    def test_are_not_lost_to_an_acknowledgement_of_what_was_never_sent(self):
        self.charge(2)
        self.connect()
        self.sent()
        for payload, reason in (
            (b'{"upto": 2}', "range"),
            (b'{"upto": 99999999999999999999}', "range"),
            (b"5", "malformed"),
        ):
            self.acknowledge(payload)
            (result,) = self.results()
            self.assertEqual((result["id"], result["ok"], result["reason"]), (None, False, reason))
        self.acknowledge(b'{"upto": 1}', retained=True)
        self.assertEqual(self.results()[0]["reason"], "retained")
        self.assertEqual(self.journal.pending, 2)

    def test_an_acknowledgement_never_touches_flash_in_the_callback(self):
        self.charge()
        self.connect()
        self.sent()
        self.flash.written = 0
        self.flash.room = 0
        self.acknowledge(b'{"upto": 1}')
        self.assertEqual((self.journal.pending, self.flash.written), (0, 0))


class Lines(LinkTest):
    def setUp(self):
        super().setUp()
        self.box.charge(5)
        self.connect()
        self.turn()

    def lines(self, ms=0, topic=b"records"):
        return [line[0]["seq"] for line in self.turn(ms).take(topic)]

    def test_are_published_each_once(self):
        self.link.send("records", self.journal.history(2))
        lines = self.turn().take(b"records")
        self.assertEqual([line[0]["seq"] for line in lines], [2, 3, 4, 5])
        self.assertEqual(lines[0][1:], (False, 1))
        self.assertEqual(self.lines(60_000), [])

    def test_wait_for_room(self):
        self.link.send("records", self.journal.history(1))
        self.mqtt.room = 2
        self.assertEqual(self.lines(), [1, 2])
        self.assertEqual(self.lines(1_000), [])
        self.mqtt.room = 9
        self.assertEqual(self.lines(), [3, 4, 5])

    def test_give_way_to_those_that_were_asked_for_later(self):
        self.link.send("records", self.journal.history(1))
        self.mqtt.room = 2
        self.assertEqual(self.lines(), [1, 2])
        self.mqtt.room = 9
        self.link.send("trace", iter([{"seq": 7}]))
        self.assertEqual(self.lines(topic=b"trace"), [7])
        self.link.send("records", self.journal.history(9))
        self.assertEqual(self.lines(), [])

    def test_end_where_flash_cannot_be_read(self):
        self.flash.broken = True
        self.link.send("records", self.journal.history(1))
        self.assertEqual(self.lines(), [])
        self.flash.broken = False
        self.link.send("records", self.journal.history(1))
        self.assertEqual(self.lines(), [1, 2, 3, 4, 5])


class CommandResults(LinkTest):
    def test_come_once_for_each_command(self):
        self.connect()
        self.command(b'{"id": "a", "type": "limit", "args": {"ma": 6000}}')
        self.assertEqual(self.app.obeyed, [("limit", {"ma": 6_000})])
        self.assertEqual(self.results(), [{"id": "a", "ok": True, "reason": ""}])
        self.assertEqual(self.results(), [])

    def test_tell_why_the_app_did_not_obey(self):
        self.connect()
        self.app.refusal = "no-vehicle", ""
        self.command(b'{"id": "a", "type": "start"}')
        self.assertEqual(self.results(), [{"id": "a", "ok": False, "reason": "no-vehicle"}])

    def test_that_memory_has_no_room_for_are_refused_and_the_link_goes_on(self):
        self.connect()
        self.app.fails = MemoryError()
        self.command(b'{"id": "a", "type": "diagnostics"}')
        refused = {"id": "a", "ok": False, "reason": "busy", "about": "memory"}
        self.assertEqual(self.results(), [refused])

    def test_tell_why_a_command_was_refused(self):
        self.connect()
        self.command(b'{"id": "a", "type": "start", "exp": 999}')
        self.command(b'{"id": "b", "type": "start"}', retained=True)
        self.command(b'{"id": "a", "type": "start"}')
        self.mqtt.on_oversized(PREFIX + b"cmd", 5_000)
        reasons = [(result["id"], result["reason"]) for result in self.results()]
        self.assertEqual(
            reasons,
            [("a", "expired"), ("b", "retained"), ("a", "repeated"), (None, "oversized")],
        )
        self.assertEqual(self.app.obeyed, [])

    def test_wait_for_room_and_drops_are_counted(self):
        self.connect()
        self.mqtt.room = 0
        for i in range(12):
            self.command(b'{"id": "%d", "type": "pause"}' % i)
        self.turn()
        self.assertEqual(self.link.dropped()["result"], 4)
        self.mqtt.room = 100
        ids = [result["id"] for result in self.results()]
        self.assertEqual(ids, ["4", "5", "6", "7", "8", "9", "10", "11"])

    def test_fit_a_message_whatever_the_command_said(self):
        self.connect()
        self.turn()
        self.mqtt.longest = 0
        for key in ("k" * 1_900, "\\u0001" * 300, "\\ud800" * 300):
            for text in (
                '{"id": "%s", "%s": 1}',
                '{"id": "%s", "type": "stop", "args": {"%s": 1}}',
            ):
                self.command((text % ("~" * 63 + key[-1], key)).encode())
                self.assertEqual(len(self.results()), 1)
        self.assertTrue(self.mqtt.longest < 400, self.mqtt.longest)


if __name__ == "__main__":
    unittest.main()
