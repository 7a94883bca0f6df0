"""Chips whose ring 0 a handshake holds up: when a lost link may come back."""

import asyncio
import unittest

import fake_broker
from fake_broker import now_ms
from pilotwire.link.patience import Patience


class Hal:
    def ticks_ms(self):
        return now_ms()


class Box:
    """`opens_after_s`: how long after the question for a pause it opens; None: never."""

    def __init__(self, closed, opens_after_s=None):
        self.closed = closed
        self.asked_s = []
        self._opens_after_s = opens_after_s
        self.patience = Patience(Hal(), lambda: self.closed, self._pause)

    def _pause(self):
        self.asked_s.append(now_ms() // 1000)
        if self._opens_after_s is not None:
            asyncio.create_task(self._open())  # noqa: RUF006 - lives as long as the loop

    async def _open(self):
        await asyncio.sleep(self._opens_after_s)
        self.closed = False


class Ready(unittest.TestCase):
    def test_at_once_with_the_contactor_open(self):
        async def story():
            await box.patience.ready()
            self.assertEqual(now_ms(), 0)

        box = Box(closed=False)
        fake_broker.run(story())
        self.assertEqual(box.asked_s, [])

    def test_asks_for_a_pause_after_5_minutes_and_goes_on_when_it_opens(self):
        async def story():
            await box.patience.ready()
            self.assertTrue(307 <= now_ms() // 1000 <= 308, now_ms())

        box = Box(closed=True, opens_after_s=7)
        fake_broker.run(story())
        self.assertEqual(box.asked_s, [300])

    def test_asks_at_most_every_15_minutes(self):
        async def story():
            try:
                await asyncio.wait_for(box.patience.ready(), 3_599)
            except asyncio.TimeoutError:
                return

        box = Box(closed=True)
        fake_broker.run(story())
        self.assertEqual(box.asked_s, [300, 1_200, 2_100, 3_000])

    def test_so_it_does_where_each_pause_leads_to_a_handshake_that_fails(self):
        async def story():
            while now_ms() < 3_600_000:
                await box.patience.ready()
                box.closed = True

        box = Box(closed=True, opens_after_s=7)
        fake_broker.run(story())
        self.assertTrue(len(box.asked_s) > 3, box.asked_s)
        for earlier, later in zip(box.asked_s, box.asked_s[1:]):
            self.assertTrue(900 <= later - earlier <= 910, box.asked_s)


if __name__ == "__main__":
    unittest.main()
