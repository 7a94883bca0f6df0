"""The Modbus RTU master: Modbus over Serial Line 1.02, 2.4 and 2.5, in virtual time."""

import asyncio
import unittest

from fake_line import FakeLine, FakeUart, reply, sealed
from pilotwire.energy.modbus import ModbusError, request_into
from pilotwire.energy.rtu import Bus, open_bus

PROMPT_MS = 8 * 1.042 + 4  # a request on the wire at 9600 8N1, and 3.5 characters of silence
RESPONSE_MS = 300
DATA = bytes(range(1, 251))

# What the slave does to its reply -> the reason, and how often the master asks.
FAULTS = (
    (lambda good: b"", "timeout", 3),
    (lambda good: good[:4], "short", 3),
    (lambda good: good[: len(good) // 2], "short", 3),
    (lambda good: good[:-1] + bytes((good[-1] ^ 1,)), "crc", 3),
    (lambda good: bytes(i * 37 & 0xFF for i in range(len(good))), "crc", 3),
    (lambda good: sealed(bytes((9,)) + good[1:-2]), "address", 3),
    (lambda good: sealed(bytes((9,)) + good[1:2] + b"\x02\x00\x00"), "address", 3),
    (lambda good: sealed(good[:1] + b"\x03" + good[2:-2]), "function", 3),
    (lambda good: sealed(good[:2] + b"\x02\x00\x00"), "count", 3),
    (lambda good: sealed(b"\x01\x84\x06"), "exception", 1),
)


def request(register, count):
    frame = bytearray(8)
    request_into(frame, 1, 4, register, count)
    return bytes(frame)


def good(register=0, count=2):
    return reply(request(register, count), DATA[: 2 * count])


class BusTest(unittest.TestCase):
    line_class = FakeLine

    def setUp(self):
        self.line = self.line_class()
        self.bus = Bus(self.line, 9600, self.line.ticks_ms, response_ms=RESPONSE_MS)

    def tearDown(self):
        self.line.close()

    def read(self, register=0, count=2, tries=3):
        answers = []

        def take(block, start):
            answers.append(bytes(self.bus.buffer[start : start + 2 * block[2]]))

        asyncio.run(self.bus.read(1, ((4, register, count),), take, tries))
        return answers[0]

    def reason(self, **asked):
        try:
            self.read(**asked)
        except ModbusError as error:
            return error.reason
        return ""


class Reading(BusTest):
    def test_brings_the_registers_in_the_wire_time(self):
        for count in (1, 2, 76, 125):
            self.line.now_ms += 1_000
            wire_ms = PROMPT_MS + (5 + 2 * count) * 1.042
            self.line.script = [[(wire_ms, good(0, count))]]
            begun_ms = self.line.now_ms
            self.assertEqual(self.read(0, count), DATA[: 2 * count])
            self.assertEqual(self.line.sent[-1], (begun_ms, request(0, count)))
            self.assertTrue(self.line.now_ms - begun_ms <= wire_ms + 2, count)

    def test_wakes_seldom_while_a_reply_passes(self):
        for turnaround_ms in (0, 20, 100):
            self.line.now_ms += 1_000
            self.line.sleeps = 0
            start_ms = PROMPT_MS + turnaround_ms
            whole = good(0, 76)
            self.line.script = [
                [(start_ms + 1.042 * (i + 1), whole[i : i + 1]) for i in range(len(whole))]
            ]
            self.assertEqual(self.read(0, 76), DATA[:152])
            self.assertTrue(self.line.sleeps <= 3, (turnaround_ms, self.line.sleeps))

    def test_takes_a_reply_in_single_bytes(self):
        self.line.script = [[(40 + 7 * i, good()[i : i + 1]) for i in range(9)]]
        self.assertEqual(self.read(), DATA[:4])
        self.assertEqual(len(self.line.sent), 1)

    def test_takes_a_reply_that_begins_at_the_last_moment(self):
        self.line.script = [
            [(PROMPT_MS + RESPONSE_MS - 10 + i, good()[i : i + 1]) for i in range(9)]
        ]
        self.assertEqual(self.read(), DATA[:4])

    def test_skips_the_echo_of_its_request(self):
        for count in (1, 2, 76, 125):
            for split in range(9):  # the echo may come in two parts
                asked = request(0, count)
                self.line.now_ms += 1_000
                self.line.script = [
                    [(split, asked[:split]), (10, asked[split:]), (160, good(0, count))]
                ]
                self.assertEqual(self.read(0, count), DATA[: 2 * count], (count, split))
        self.assertEqual(len(self.line.sent), 36)

    def test_names_a_refusal_behind_an_echo(self):
        self.line.script = [[(0, request(0, 2)), (30, sealed(b"\x01\x84\x02"))]]
        self.assertEqual(self.reason(), "exception")

    def test_finds_the_reply_after_the_loop_was_held_up(self):
        self.line.script = [[(30, good())]]
        self.line.stall_ms = 5_000
        self.assertEqual(self.read(), DATA[:4])

    def test_refuses_what_no_request_can_ask(self):
        with self.assertRaises(ValueError):
            self.read(0, 126)


class Opening(BusTest):
    def test_waits_as_long_as_a_character_of_its_setting_takes(self):
        """10 bits of 8N1, 11 with parity or a second stop bit (2.5.1)."""
        asked = []

        def open_port(*setting):
            asked.append(setting)
            return self.line

        for parity, stop, bits in (("N", 1, 10), ("E", 1, 11), ("O", 1, 11), ("N", 2, 11)):
            self.bus = open_bus(open_port, self.line.ticks_ms, 1_200, parity, stop)
            self.assertEqual(asked[-1], (1_200, parity, stop))
            self.line.now_ms += 1_000
            asked_ms = self.line.now_ms
            frame_ms = (8 + 255) * bits * 1_000 // 1_200
            self.line.script = [[(frame_ms, good(0, 125))]]
            self.assertEqual(self.read(0, 125), DATA)
            self.assertTrue(0 <= self.line.now_ms - asked_ms - frame_ms < 80, bits)
            self.assertEqual(self.line.sleeps, 1)  # it knew when to look
            self.line.sleeps = 0

    def test_without_a_port_is_no_bus(self):
        self.assertEqual(open_bus(lambda *_: None, self.line.ticks_ms, 9_600, "N", 1), None)


class Failing(BusTest):
    def test_has_a_reason_and_asks_again(self):
        for spoil, reason, asked in FAULTS:
            self.line.now_ms += 10_000
            self.line.sent = []
            self.line.script = [[(30, spoil(good()))] for _ in range(4)]
            self.assertEqual(self.reason(), reason)
            self.assertEqual(len(self.line.sent), asked, reason)

    def test_is_overcome_by_the_next_try(self):
        for spoil, reason, _ in FAULTS[:-1]:
            self.line.now_ms += 10_000
            self.line.coming = []
            self.line.script = [[(30, spoil(good()))], [(30, good())]]
            self.assertEqual(self.read(), DATA[:4], reason)

    def test_of_a_silent_slave_ends_in_time(self):
        begun_ms = self.line.now_ms
        self.assertEqual(self.reason(tries=1), "timeout")
        took_ms = self.line.now_ms - begun_ms
        self.assertTrue(RESPONSE_MS <= took_ms <= RESPONSE_MS + 40, took_ms)

    def test_port_is_named_and_forgotten(self):
        self.line.broken = True
        self.assertEqual(self.reason(), "port")
        self.line.broken = False
        self.line.script = [[(30, good())]]
        self.assertEqual(self.read(), DATA[:4])

    def test_line_that_is_never_quiet_is_named(self):
        for ms in range(0, 2_000, 2):
            self.line.arrive(ms, b"\x55")
        self.assertEqual(self.reason(tries=1), "noise")
        self.assertEqual(self.line.sent, [])


class Confusion(BusTest):
    def test_bytes_on_the_line_before_the_request_are_no_reply(self):
        other = reply(request(0, 2), b"\xff\xff\xff\xff")
        self.line.arrive(0, other)
        self.line.arrive(3, other)
        self.line.script = [[(30, good())]]
        self.assertEqual(self.read(), DATA[:4])

    def test_a_late_reply_is_never_taken_for_the_next_requests(self):
        late = reply(request(0, 2), b"\xff\xff\xff\xff")
        for ms in range(RESPONSE_MS + 30, 1_000):
            self.line.now_ms += 10_000
            self.line.coming = []
            self.line.sent = []
            self.line.script = [[(ms, late)], [(30, good(8))], [(30, good(8))], [(30, good(8))]]
            self.assertEqual(self.reason(register=0, tries=1), "timeout", ms)
            self.assertEqual(self.read(8, 2), DATA[:4], ms)

    def test_two_replies_to_the_second_request_are_told_apart(self):
        late = reply(request(0, 2), b"\xff\xff\xff\xff")
        self.line.script = [[], [(30, late), (45, good(8))], [(30, good(8))]]
        self.assertEqual(self.reason(register=0, tries=1), "timeout")
        self.assertEqual(self.read(8, 2), DATA[:4])
        self.assertEqual(len(self.line.sent), 3)


class Gap(BusTest):
    def test_is_kept_after_a_reply_and_not_waited_for_when_it_has_passed(self):
        for gap_ms, kept_ms in ((0, 4), (50, 50)):
            self.bus = Bus(self.line, 9600, self.line.ticks_ms, gap_ms=gap_ms)
            for pause_ms in (0, 1, kept_ms - 1, kept_ms, 1_000):
                self.line.script = [[(30, good())], [(30, good())]]
                self.read()
                ended_ms = self.line.now_ms
                self.line.now_ms += pause_ms
                self.read()
                self.assertEqual(self.line.sent[-1][0] - ended_ms, max(kept_ms, pause_ms))

    def test_is_not_waited_for_when_the_counter_went_around(self):
        self.line.script = [[(30, good())], [(30, good())]]
        self.read()
        self.line.now_ms = begun_ms = -1_000_000
        self.read()
        self.assertEqual(self.line.sent[-1][0], begun_ms)


class OnUart(BusTest):
    line_class = FakeUart

    def test_never_reads_more_than_has_come(self):
        for count in (1, 76):
            for step in (1, 7, 64):
                asked = request(0, count)
                whole = asked + good(0, count)
                self.line.now_ms += 1_000
                self.line.script = [
                    [(20 + i, whole[i : i + step]) for i in range(0, len(whole), step)]
                ]
                self.assertEqual(self.read(0, count), DATA[: 2 * count], (count, step))
