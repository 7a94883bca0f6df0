"""What a box tells Home Assistant of itself; `make check-ha` holds it against its schemas."""

import json
import unittest

from pilotwire.link import discovery

BOARD = {"phases": 3, "rated_ma": 32_000, "outputs": {"three_phases": None}}
CONFIG = {
    "id": "box-1",
    "ha_prefix": "homeassistant",
    "meter": "sdm630",
    "grid_meter": "",
    "local_ttl_s": 0,
}


class Client:
    """`Mqtt.publish_pieces` of the tests: takes the packet apart again."""

    def publish_pieces(self, packet):
        head, *self.pieces = [piece for piece in packet(7) if piece]
        at = head.find(b"\0")  # of the topic's length
        size = sum([(byte & 0x7F) << 7 * i for i, byte in enumerate(head[1:at])])
        self.topic = bytes(head[at + 2 : -2])
        self.size = size - 4 - len(self.topic)
        return 7


def told(config=None, board=None, model="pico_w", firmware="12345678"):
    """(client, payload) for changes of CONFIG and BOARD."""
    client = Client()
    whole = dict(CONFIG)
    whole.update(config or {})
    base = dict(BOARD)
    base.update(board or {})
    if discovery.publish(client, whole, base, model, firmware) != 7:
        raise AssertionError("the packet id is not handed on")
    return client, json.loads(b"".join(client.pieces))


def present(payload):
    """Entities that the box has; the others are named by their platform alone."""
    return {name for name, component in payload["cmps"].items() if len(component) > 1}


class Message(unittest.TestCase):
    def test_is_one_message_on_the_topic_of_the_device_below_the_prefix(self):
        client, _ = told()
        self.assertEqual(client.topic, b"homeassistant/device/box-1/config")
        client, _ = told({"ha_prefix": "ha/x"})
        self.assertEqual(client.topic, b"ha/x/device/box-1/config")

    def test_is_as_long_as_was_said_before(self):
        for config in ({}, {"local_ttl_s": 60}, {"meter": ""}, {"id": "b" * 20}):
            client, _ = told(config)
            self.assertEqual(client.size, len(b"".join(client.pieces)))

    def test_comes_in_pieces_that_memory_has_room_for(self):
        client, _ = told({"local_ttl_s": 60, "id": "b" * 20, "grid_meter": "sdm630"})
        self.assertTrue(max([len(piece) for piece in client.pieces]) <= 512)

    def test_leaves_nothing_open(self):
        client, _ = told({"local_ttl_s": 60})
        for piece in client.pieces:
            for name, _ in discovery.facts("", 0, "", ""):
                self.assertEqual(piece.find(name), -1, piece)

    def test_names_device_origin_and_the_will_as_availability(self):
        _, payload = told()
        self.assertEqual(payload["dev"]["ids"], "pilotwire_box-1")
        self.assertEqual(payload["dev"]["mdl"], "pico_w")
        self.assertEqual(payload["dev"]["sw"], "12345678")
        self.assertEqual(payload["o"], {"name": "Pilotwire", "sw": "12345678"})
        self.assertEqual(payload["avty_t"], "pilotwire/v1/box-1/online")
        self.assertEqual((payload["pl_avail"], payload["pl_not_avail"]), ("1", "0"))
        self.assertEqual(payload["stat_t"], "pilotwire/v1/box-1/state")

    def test_gives_every_entity_an_id_of_its_own(self):
        _, payload = told({"local_ttl_s": 60})
        ids = [c["uniq_id"] for c in payload["cmps"].values() if len(c) > 1]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertTrue(all(id_.startswith("box-1_") for id_ in ids))


class Entities(unittest.TestCase):
    def test_depend_on_what_the_box_has(self):
        basic = present(told({"meter": ""})[1])
        self.assertTrue({"status", "plug", "charging", "fault", "why_not", "limit"} <= basic)
        self.assertFalse({"power", "energy", "meter", "set_limit", "grid_power"} & basic)
        single = {"phases": 1}
        switch = {"outputs": {"three_phases": {"pin": 1}}}
        for config, board, more in (
            ({}, single, "power energy session current_l1 voltage_l1 meter"),
            (
                {},
                {},
                "power energy session current_l1 current_l2 current_l3 voltage_l1 voltage_l2"
                " voltage_l3 meter",
            ),
            ({"meter": "", "grid_meter": "x"}, {}, "grid_power grid_import grid_export"),
            ({"meter": "", "local_ttl_s": 60}, {}, "set_limit set_enable local_left"),
            ({"meter": ""}, switch, "phases"),
            (
                {"meter": "", "local_ttl_s": 60},
                switch,
                "set_limit set_enable local_left phases set_phases",
            ),
        ):
            self.assertEqual(present(told(config, board)[1]) - basic, set(more.split()), more)

    def test_that_the_box_has_not_are_taken_away_from_home_assistant(self):
        _, payload = told({"meter": ""})
        self.assertEqual(payload["cmps"]["power"], {"p": "sensor"})
        self.assertEqual(payload["cmps"]["set_limit"], {"p": "number"})

    def test_that_set_something_have_the_limits_of_the_board(self):
        for rated_ma, most_a in ((32_000, 32), (6_500, 6.5)):
            _, payload = told({"local_ttl_s": 60}, {"rated_ma": rated_ma})
            number = payload["cmps"]["set_limit"]
            self.assertEqual((number["min"], number["max"]), (0, most_a))
            self.assertTrue("[x/1000,%g]" % most_a in number["val_tpl"])
            self.assertEqual(number["cmd_t"], "pilotwire/v1/box-1/set/limit_ma")


if __name__ == "__main__":
    unittest.main()
