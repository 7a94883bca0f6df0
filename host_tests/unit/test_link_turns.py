"""What is published when: the profiles, who goes first, and what is kept, dropped or refused."""

import unittest

from link_desk import PREFIX, LinkTest
from pilotwire.pilot import handover, levels
from pilotwire.pilot.handover import UP_CLOSED, UP_FAULTS, UP_OPENED, UP_STATE
from pilotwire.record.log import (
    COMMAND,
    FLASH,
    OFFLINE,
    ONLINE,
    PLUGGED,
    ROWS,
    UNPLUGGED,
)

HOME_ASSISTANT = b"homeassistant/device/box-1/config"

# profile, heartbeat_s, tele_s: s between two states with the contactor open, closed; and two tele
PROFILES = (
    ("local", 0, 0, 20, 20, 10),
    ("operator", 0, 0, 900, 60, None),
    ("operator", 0, 30, 900, 60, 30),
    ("operator", 5, 0, 5, 5, None),
    ("local", 120, 1, 120, 120, 1),
)


class Profiles(LinkTest):
    def beat(self, topic, ms):
        """Whether it is published after so long, and not a moment earlier."""
        self.turn(ms - 1)
        early = topic in self.topics()
        self.turn(1)
        return not early and topic in self.topics()

    def test_say_how_often_state_and_telemetry_come_and_info_tells(self):
        for profile, heartbeat_s, tele_s, idle_s, charging_s, between_s in PROFILES:
            self.config = (
                ("mqtt_profile", profile),
                ("heartbeat_s", heartbeat_s),
                ("tele_s", tele_s),
            )
            self.tearDown()
            self.setUp()
            self.connect()
            self.app.measured = {"power_w": 1}
            for closed, state_s in ((0, idle_s), (1, charging_s)):
                self.app.up[UP_CLOSED] = closed
                self.link.news()
                (info,) = self.turn().take(b"info") or (None,)
                if info:
                    said = {"idle": idle_s, "charging": charging_s}
                    self.assertEqual(info[0]["heartbeat_s"], said)
                self.assertTrue(self.beat("state", state_s * 1000), profile)
            self.link._tele_ms = None
            self.turn()
            self.assertEqual("tele" in self.topics(), between_s is not None)
            if between_s:
                self.assertTrue(self.beat("tele", between_s * 1000))


class Turns(LinkTest):
    config = (("log_level", "info"),)

    def all_is_due(self):
        self.box.charge()
        self.connect()
        self.mqtt.sent = []
        self.command(b'{"id": "a", "type": "pause"}')
        self.link.send("records", self.journal.history(1))
        self.app.measured = {"power_w": 1}

    def test_are_of_results_then_events_and_log_records_lines_and_last_state_and_telemetry(self):
        self.all_is_due()
        self.link._publish()
        order = ["cmdres", "event", "tx", "records", "info", "state", "tele"]
        self.assertEqual(self.topics(), order)

    def test_that_find_little_room_give_it_to_what_comes_first(self):
        self.all_is_due()
        seen = []
        for _ in range(20):
            self.mqtt.room = 1
            self.turn()
            seen += self.topics()
        first = ("cmdres", "event", "tx", "records", "info", "state")
        places = [seen.index(topic) for topic in first]
        self.assertEqual(places, sorted(places))

    def test_leave_telemetry_out_where_there_is_no_room_and_count_it(self):
        self.connect()
        self.app.measured = {"power_w": 1}
        self.turn()
        self.mqtt.room = 0
        for dropped in (1, 2):
            self.turn(10_000)
            self.assertEqual(self.link.dropped()["tele"], dropped)
        self.mqtt.room = 9
        self.topics()
        ((state, _, _),) = self.turn().take(b"state")
        self.assertEqual(state["dropped"]["tele"], 2)
        self.assertEqual(self.turn(9_999).take(b"tele"), [])  # what is gone is not made up for


class Kept(LinkTest):
    def test_is_a_result_until_the_broker_has_it_and_it_is_sent_again_after_a_reconnect(self):
        self.mqtt.answers = False
        self.connect()
        for id_ in ("a", "b"):
            self.command(b'{"id": "%s", "type": "pause"}' % id_.encode())
        for _ in range(3):
            self.assertEqual([result["id"] for result in self.results()], ["a"])
            self.assertEqual(self.results(), [])
            self.mqtt.on_state(False, "closed")
            self.connect()
        self.mqtt.answers = True
        self.assertEqual([result["id"] for result in self.results()], ["a", "b"])

    def test_is_an_event_too(self):
        self.mqtt.answers = False
        for _ in range(2):
            self.connect()
            ((event, retained, qos),) = self.turn().take(b"event")
            self.assertEqual((event["event"], event["n"], retained, qos), ("start", 1, False, 1))
        self.mqtt.answers = True
        self.connect()
        self.assertEqual(len(self.turn().take(b"event")), 1)
        self.connect()
        self.assertEqual(self.turn().take(b"event"), [])

    def test_is_what_has_happened_without_a_connection_as_far_as_the_log_goes_back(self):
        for i in range(ROWS + 3):  # and the start, and the connection
            self.app.log.note(PLUGGED if i & 1 else UNPLUGGED, str(i))
            self.hal.now_ms += 10_000
        self.connect()
        told = [event[0]["n"] for event in self.turn().take(b"event")]
        self.assertEqual(told, list(range(6, ROWS + 5)))
        self.assertEqual(self.link.dropped()["event"], 5)

    def test_is_no_event_that_was_only_counted(self):
        for _ in range(20):
            self.app.log.note(PLUGGED)
        self.app.log.note(UNPLUGGED)
        self.connect()
        told = [event[0]["n"] for event in self.turn().take(b"event")]
        self.assertEqual(told, list(range(1, 18)) + [22])
        self.assertEqual(self.link.dropped()["event"], 4)

    def test_is_no_command_twice_after_a_reconnect(self):
        self.connect()
        for _ in range(2):
            self.command(b'{"id": "a", "type": "pause"}')
            self.connect()
        self.assertEqual(self.app.obeyed, [("pause", {})])


class Events(LinkTest):
    def test_come_with_what_ring_0_tells(self):
        self.connect()
        self.turn()
        self.topics()
        for changed, told in (
            (((UP_STATE, levels.B),), ["plugged"]),
            (((UP_CLOSED, 1), (UP_FAULTS, 8)), ["closed", "fault"]),
            (((UP_CLOSED, 0), (UP_OPENED, 5), (UP_FAULTS, 0)), ["opened", "fault-cleared"]),
            (((UP_STATE, levels.A),), ["unplugged"]),
        ):
            for place, value in changed:
                self.app.up[place] = value
            self.app.log.look(self.app.up)
            self.link.news()
            self.turn()
            found = [event[0]["event"] for event in self.mqtt.take(b"event")]
            self.assertEqual(found, told)
        self.assertEqual(len(self.app.up), handover.N_UP)


class Connected(LinkTest):
    config = (("ha_prefix", "homeassistant"),)

    def discovered(self):
        """How often Home Assistant was told, and info published, since the last look."""
        sent, self.mqtt.sent = self.mqtt.sent, []
        told = [one for one in sent if HOME_ASSISTANT in one[0]]
        return len([one for one in sent if one[0] == PREFIX + b"info"]), len(told)

    def test_the_box_says_once_what_it_is_to_its_readers_and_to_home_assistant(self):
        for _ in range(2):
            self.connect()
            self.turn()
            self.turn()
            self.assertEqual(self.discovered(), (1, 1))
            self.turn(3_600_000)
            self.assertEqual(self.discovered(), (0, 0))

    def test_it_tries_again_where_there_was_no_room(self):
        self.connect()
        self.mqtt.room = 0
        self.turn()
        self.assertEqual(self.discovered(), (0, 0))
        self.mqtt.room = 2  # an event, and info
        self.turn()
        self.assertEqual(self.discovered(), (1, 0))
        self.mqtt.room = 9
        self.turn(1_000)
        self.turn()
        self.assertEqual(self.discovered(), (0, 1))


class Quiet(LinkTest):
    def test_box_that_home_assistant_is_not_to_know_tells_it_nothing(self):
        self.connect()
        self.turn()
        self.turn()
        self.assertEqual([one for one in self.mqtt.sent if b"homeassistant" in one[0]], [])

    def test_box_without_local_control_does_not_listen_to_it(self):
        self.assertIsNone(self.link.local)
        self.assertEqual([t for t in self.mqtt.topics if "/set/" in t], [])


class Lines(LinkTest):
    def logged(self):
        return [line[0] for line in self.turn().take(b"log")]

    def test_are_of_the_level_that_is_wanted_or_a_graver_one(self):
        self.connect()
        self.turn()
        self.topics()
        codes = (FLASH, OFFLINE, ONLINE, COMMAND)
        names = ("error", "warning", "info", "debug")
        for most, count in (("off", 0), ("error", 1), ("warning", 2), ("info", 3), ("debug", 4)):
            self.link.log_level(most)
            for code in codes:
                self.app.log.note(code, most)
            self.assertEqual([line["level"] for line in self.logged()], list(names[:count]))

    def test_have_the_time_and_are_sent_once(self):
        self.connect()
        self.app.log.note(FLASH, "is full")
        said = {"level": "error", "text": "flash is full", "unix": 990, "clock": "set"}
        self.hal.now_ms += 10_000
        ((line, retained, qos),) = self.turn().take(b"log")
        self.assertEqual((line, retained, qos), (said, False, 0))
        self.connect()
        self.assertEqual(self.logged(), [])

    def test_say_why_there_was_no_connection_and_how_often(self):
        for reason in ("unreachable", "closed", "closed"):
            self.mqtt.on_state(False, reason)
        self.connect()
        lines = [(line["text"], line.get("count")) for line in self.logged()]
        self.assertEqual(lines, [("link unreachable", None), ("link closed", 2)])

    def test_wait_for_room(self):
        self.connect()
        self.turn()
        self.topics()
        self.app.log.note(FLASH, "1")
        self.app.log.note(FLASH, "2")
        self.mqtt.room = 1
        self.assertEqual([line["text"] for line in self.logged()], ["flash 1"])
        self.mqtt.room = 9
        self.assertEqual([line["text"] for line in self.logged()], ["flash 2"])


class LocalControl(LinkTest):
    config = (("local_ttl_s", 60), ("local_fallback_ma", 7_000))

    def set(self, name, text, retained=False):
        self.mqtt.receive(PREFIX + b"set/" + name, text, retained)

    def refused(self):
        """Reason and what about of each refusal that was told."""
        events = [event[0] for event in self.turn().take(b"event")]
        return [(one["reason"], one["about"]) for one in events if one["event"] == "refused"]

    def test_is_listened_to(self):
        self.assertEqual(self.mqtt.topics[-1].encode(), PREFIX + b"set/+")

    def test_reaches_leases_and_app(self):
        for name, text, phases in (
            (b"limit_ma", b"10000", None),
            (b"enable", b"true", None),
            (b"phases", b"1", 1),
        ):
            self.set(name, text)
            self.assertEqual(self.app.phases.pop(), phases)
        self.assertEqual(self.app.leases.granted("local"), 10_000)
        self.connect()
        ((state, _, _),) = self.turn().take(b"state")
        self.assertEqual(state["local"], {"limit_ma": 10_000, "enable": True, "left_s": 60})
        self.hal.now_ms += 60_000
        self.assertEqual(self.app.leases.granted("local"), 7_000)

    def test_that_is_retained_or_wrong_is_refused_with_an_event_and_no_result(self):
        self.connect()
        self.turn()
        for name, text, retained, reason, about in (
            (b"limit_ma", b"10000", True, "retained", "set/"),
            (b"limit_ma", b"ten", False, "range", "set/limit_ma: 0 to 80000 wanted"),
            (b"colour", b"red", False, "unknown", "set/colour"),
        ):
            self.set(name, text, retained)
            self.assertEqual(self.refused(), [(reason, about)])
            self.assertEqual(self.results(), [])
        self.assertEqual((self.app.phases, self.app.leases.granted("local")), ([], None))
        self.assertEqual(self.app.obeyed, [])


if __name__ == "__main__":
    unittest.main()
