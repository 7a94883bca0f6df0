"""A message that goes out in pieces: whole, alone on the wire, and within the deadlines."""

import asyncio
import unittest

import fake_broker
from fake_broker import now_ms
from pilotwire.link import pieces as long
from test_mqtt import Box, settled

PIECES = [b"%0200d" % number for number in range(40)]
WHOLE = b"".join(PIECES)


def long_one(box):
    return long.publish(box.mqtt, b"t", lambda: iter(PIECES))


def sent(box):
    """(first byte, payload) of the PUBLISHes to "t"."""
    return [
        (first, body[5:])
        for first, body in box.broker.packets
        if first & 0xF6 == 0x32 and body[:3] == b"\0\1t"
    ]


async def stuck(box):
    """Connected to a broker that reads no further, with a long message half out."""
    await box.state(1)
    box.broker.streams[-1].reads_by_peer = False
    long_one(box)
    await settled()


class Sending(unittest.TestCase):
    def test_it_arrives_whole_retained_and_acknowledged(self):
        pids = []

        async def story(box):
            await box.state(1)
            pids.append(long_one(box))
            await settled()

        box = Box().during(story)
        self.assertEqual(sent(box), [(0x33, WHOLE)])
        self.assertEqual(box.acknowledged, pids)

    def test_its_length_takes_as_many_bytes_as_it_must(self):
        for size in (0, 123, 124, 2_100):

            async def story(box, size=size):
                await box.state(1)
                long.publish(box.mqtt, b"t", lambda: iter([b"x" * size] * (size > 0)))
                await settled()

            self.assertEqual(sent(Box().during(story)), [(0x33, b"x" * size)])

    def test_what_was_published_before_goes_first_and_what_comes_after_last(self):
        async def story(box):
            await box.state(1)
            box.mqtt.publish(b"t", b"before", qos=1)
            long_one(box)
            await settled()
            box.mqtt.publish(b"t", b"after", qos=1)
            await settled()

        payloads = [payload for _, payload in sent(Box().during(story))]
        self.assertEqual(payloads, [b"before", WHOLE, b"after"])

    def test_another_waits_meanwhile(self):
        pids = []

        async def story(box):
            await stuck(box)
            pids.append(box.mqtt.publish(b"t", b"x"))
            pids.append(box.mqtt.publish(b"t", b"x", qos=1))
            pids.append(long_one(box))
            box.broker.streams[-1].reads_by_peer = True
            await asyncio.sleep(2)
            pids.append(box.mqtt.publish(b"t", b"x"))

        Box().during(story)
        self.assertEqual(pids, [None, None, None, 0])

    def test_a_message_that_comes_meanwhile_is_delivered_and_acknowledged_after_it(self):
        seen = []

        async def story(box):
            await stuck(box)
            box.broker.feed(fake_broker.publish(b"box/cmd", b"go", 0x32, 9))
            await settled()
            seen.append(list(box.messages))
            box.broker.streams[-1].reads_by_peer = True
            await asyncio.sleep(2)

        box = Box().during(story)
        self.assertEqual(seen, [[]])
        self.assertEqual(box.messages, [(b"box/cmd", b"go", False)])
        self.assertEqual(box.broker.packets[-2:], [(0x33, b"\0\1t\0\2" + WHOLE), (0x40, b"\0\t")])

    def test_none_before_the_subscriptions_or_with_four_in_flight(self):
        pids = []

        async def story(box):
            box.broker.puback = False
            pids.append(long_one(box))
            await box.state(1)
            for _ in range(4):
                box.mqtt.publish(b"t", b"x", qos=1)
            pids.append(long_one(box))

        Box().during(story)
        self.assertEqual(pids, [None, None])

    def test_others_have_their_turn_while_it_is_counted(self):
        turns = []

        async def story(box):
            await box.state(1)

            def pieces():
                for piece in PIECES:
                    turns.append("piece")
                    yield piece

            async def other():
                while turns.count("piece") < 2 * len(PIECES):
                    turns.append("other")
                    await asyncio.sleep(0)

            long.publish(box.mqtt, b"t", pieces)
            await other()

        Box().during(story)
        for at in range(2 * len(PIECES) - 1):
            self.assertFalse(turns[at : at + 4] == ["piece"] * 4, at)


class Deadlines(unittest.TestCase):
    def test_a_broker_that_stops_reading_in_it_is_left_within_one_and_a_half_periods(self):
        async def story(box):
            await stuck(box)
            await box.state(2)

        box = Box().during(story)
        self.assertEqual(box.states[1][1:], (False, "no-answer"))
        self.assertTrue(box.states[1][0] <= 90_000)

    def test_it_keeps_no_slow_broker_from_being_pinged_in_time(self):
        async def story(box):
            await box.state(1)

            def slow():
                for piece in PIECES:
                    box.broker.streams[-1].reads_by_peer = False
                    yield piece

            makings = iter((PIECES, slow()))

            async def read_now_and_then():
                while True:
                    await asyncio.sleep(1)
                    box.broker.streams[-1].reads_by_peer = True

            reader = asyncio.create_task(read_now_and_then())
            long.publish(box.mqtt, b"t", lambda: next(makings))
            await asyncio.sleep(200)
            reader.cancel()

        box = Box().during(story)
        self.assertEqual(len(box.states), 1)
        self.assertEqual(sent(box), [(0x33, WHOLE)])
        self.assertTrue(len(box.broker.of_type(0xC0)) >= 4)

    def test_without_its_puback_the_connection_ends(self):
        async def story(box):
            box.broker.puback = False
            await box.state(1)
            long_one(box)
            await box.state(2)

        box = Box().during(story)
        self.assertEqual(box.states[1][2], "no-answer")


class Trouble(unittest.TestCase):
    def test_the_next_connection_knows_nothing_of_it_and_takes_it_again(self):
        async def story(box):
            await stuck(box)
            box.broker.streams[-1].end()
            await box.state(3)
            await settled()
            self.assertEqual(sent(box), [])
            self.assertEqual(box.mqtt.publish(b"t", b"first", qos=1), 4)
            long_one(box)
            await settled()

        box = Box().during(story)
        self.assertEqual([payload for _, payload in sent(box)], [b"first", WHOLE])
        self.assertEqual(box.acknowledged, [4, 5])

    def test_pieces_that_do_not_keep_their_size_never_reach_another_message(self):
        def broken():
            yield b"x"
            raise OSError(5)

        for made in (
            ([b"x"] * 3, [b"x"]),
            ([b"x"], [b"x", b"y"]),
            ([b"x"] * 3, broken()),
            (broken(), []),
        ):

            async def story(box, made=made):
                await box.state(1)
                begun_ms = now_ms()
                makings = iter(made)
                long.publish(box.mqtt, b"t", lambda: next(makings))
                await settled()
                self.assertEqual(box.mqtt.publish(b"t", b"next"), None)
                await box.state(2)
                self.assertTrue(now_ms() - begun_ms <= 90_000)

            box = Box().during(story)
            self.assertEqual(box.states[1][2], "no-answer", made)
            self.assertTrue(all(payload != b"next" for _, payload in sent(box)))


if __name__ == "__main__":
    unittest.main()
