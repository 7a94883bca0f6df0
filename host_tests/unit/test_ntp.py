"""The time over NTP: what is believed of an answer, and what the clock is set to."""

import unittest

import fake_broker
from fake_broker import now_ms
from fake_network import FakeHal, ntp_packet, ntp_server
from pilotwire.link import ntp

UNIX = 1_800_000_000


def asked(server, delay_s=0.1):
    """(what `ask` returned or said, the clock then, after how many ms)."""
    found = []
    hal = FakeHal({("10.0.0.5", 123): server}, delay_s)

    async def story():
        try:
            found.append(await ntp.ask(hal, "10.0.0.5"))
        except OSError as error:
            found.append(error.args[0])

    fake_broker.run(story())
    assert all(line.closed for line in hal.lines)
    return found[0], hal.time, now_ms()


class Ask(unittest.TestCase):
    def test_sends_a_clients_question_of_48_bytes_with_a_nonce(self):
        questions = []

        def server(query):
            questions.append(query)
            return (ntp_packet(query),)

        asked(server)
        self.assertEqual((questions[0][0], len(questions[0])), (0x23, 48))
        self.assertEqual(questions[0][1:40], bytes(39))
        self.assertTrue(any(questions[0][40:]))

    def test_sets_the_clock_when_the_next_second_begins(self):
        # Half of the way there and back (50 ms) has passed since the server's 0.75 s.
        found, clock, took_ms = asked(ntp_server(unix=UNIX, fraction=0xC0000000))
        self.assertEqual(found, UNIX + 1)
        self.assertEqual(clock, (UNIX + 1, "synchronised"))
        self.assertEqual(took_ms, 100 + 1_000 - 750 - 50)

    def test_counts_on_after_the_counter_of_seconds_has_gone_round_in_2036(self):
        self.assertEqual(asked(ntp_server(unix=2_085_978_496))[0], 2_085_978_497)

    def test_a_silent_server_is_asked_twice(self):
        found, clock, took_ms = asked(lambda query: ())
        self.assertEqual((found, clock), ("silent", (None, "none")))
        self.assertTrue(took_ms <= 5_000, took_ms)

    def test_no_is_no(self):
        for fields, why in (
            ({"stratum": 0}, "kiss-of-death"),
            ({"stratum": 16}, "unsynchronised"),
            ({"stratum": 255}, "unsynchronised"),
            ({"first": 0xE4}, "unsynchronised"),
            ({"unix": 1_704_067_199}, "past"),
            ({"unix": 0}, "past"),
        ):
            found, clock, _ = asked(ntp_server(**fields))
            self.assertEqual((found, clock), (why, (None, "none")), fields)

    def test_the_first_second_of_2024_is_believed(self):
        self.assertEqual(asked(ntp_server(unix=1_704_067_200))[0], 1_704_067_201)

    def test_what_does_not_answer_our_question_is_passed_over(self):
        def liar(query):
            yield ntp_packet(query[:40] + bytes(8), unix=UNIX + 99)
            yield ntp_packet(query, unix=UNIX + 99, first=0x23)  # a client's, ours sent back
            yield ntp_packet(query, unix=UNIX + 99)[:47]
            yield b""
            yield ntp_packet(query, unix=UNIX)

        self.assertEqual(asked(liar)[0], UNIX + 1)


if __name__ == "__main__":
    unittest.main()
