"""How often the NTP server is asked."""

import asyncio
import unittest

import fake_broker
from fake_broker import now_ms
from pilotwire.link.daily import keep, pause_s


def least(bits):
    return (1 << bits) - 1


def most(_bits):
    return 0


class Pause(unittest.TestCase):
    def test_is_a_day_after_an_answer_and_leaves_time_to_try_again_before_24_h(self):
        for random_bits in (least, most):
            self.assertTrue(15 * 3600 <= pause_s(0, False, random_bits) <= 20 * 3600)

    def test_doubles_from_5_s_to_an_hour_while_nobody_answers(self):
        pauses = [pause_s(failures, False, most) for failures in range(1, 13)]
        self.assertEqual(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600])
        self.assertEqual(pause_s(10_000, False, most), 3600)

    def test_is_an_hour_at_once_where_the_server_wants_it(self):
        self.assertEqual(pause_s(1, True, most), 3600)


class Keep(unittest.TestCase):
    def test_asks_until_it_is_answered_and_then_daily(self):
        asked_s = []

        async def ask():
            asked_s.append(now_ms() // 1000)
            if len(asked_s) < 4:
                raise OSError("silent")

        async def story():
            try:
                await asyncio.wait_for(keep(ask, most), 200_000)
            except asyncio.TimeoutError:
                return

        fake_broker.run(story(), limit_s=300_000)
        self.assertEqual(asked_s, [0, 5, 15, 35, 72_035, 144_035])


if __name__ == "__main__":
    unittest.main()
