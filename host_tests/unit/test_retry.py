"""When a lost broker is tried again: soon by one box, spread by many."""

import random
import unittest

from pilotwire.link.retry import SPREAD_S, pause_ms

WINDOWS_MS = (5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000)
BOXES = 1_000
TAKES_MS = 100  # a connection attempt


def highest(bits):
    return (1 << bits) - 1


def returns_ms(source, outage_ms, spread_s):
    """When a box that loses its broker at 0 is back, and its tries on the way."""
    tries_ms = []
    now_ms = failures = 0
    while True:
        now_ms += pause_ms(failures, spread_s, source.getrandbits)
        tries_ms.append(now_ms)
        if now_ms >= outage_ms:
            return now_ms, tries_ms
        failures += 1
        now_ms += TAKES_MS


class Pause(unittest.TestCase):
    def test_lies_in_a_window_that_doubles_from_5_s_to_the_spread(self):
        for failures, window_ms in enumerate(WINDOWS_MS):
            self.assertEqual(pause_ms(failures, SPREAD_S, lambda bits: 0), 500)
            most_ms = pause_ms(failures, SPREAD_S, highest)
            self.assertTrue(window_ms * 99 // 100 <= most_ms <= window_ms, failures)
        self.assertTrue(pause_ms(100_000, SPREAD_S, highest) <= 600_000)

    def test_never_spreads_less_than_5_s_nor_more_than_it_is_told(self):
        for spread_s, most_s in ((0, 5), (4, 5), (30, 30), (3_600, 3_600)):
            self.assertTrue(pause_ms(60, spread_s, highest) <= most_s * 1000, spread_s)
            self.assertTrue(pause_ms(60, spread_s, highest) >= most_s * 990, spread_s)


class Outage(unittest.TestCase):
    def test_a_thousand_boxes_come_back_evenly_within_the_spread(self):
        source = random
        source.seed(8)
        outage_ms = 3_600_000
        minutes = [0] * 10
        for _ in range(BOXES):
            back_ms, tries_ms = returns_ms(source, outage_ms, SPREAD_S)
            late_ms = back_ms - outage_ms
            self.assertTrue(late_ms <= SPREAD_S * 1000, late_ms)
            self.assertTrue(500 <= tries_ms[0] <= 5_000, tries_ms[0])
            minutes[late_ms // 60_000] += 1
        # Whoever waits anything up to 600 s returns sooner rather than later, never all at once:
        # 2/10 of them in the first minute, 9/50 in the second, and so on.
        for i, boxes in enumerate(minutes):
            fair = BOXES * (19 - 2 * i) // 100
            self.assertTrue(abs(boxes - fair) < 60, minutes)

    def test_a_broker_that_restarts_is_found_again_in_seconds(self):
        source = random
        source.seed(8)
        late_s = sorted(
            (returns_ms(source, 3_000, SPREAD_S)[0] - 3_000) // 1_000 for _ in range(BOXES)
        )
        self.assertTrue(late_s[BOXES // 2] <= 5, late_s[BOXES // 2])
        self.assertTrue(late_s[-1] <= 20, late_s[-1])


if __name__ == "__main__":
    unittest.main()
