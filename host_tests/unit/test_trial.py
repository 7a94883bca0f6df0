"""Ring 0's tests as ring 1 runs them: what is withdrawn before, waited for, and given back."""

import asyncio
import unittest
from array import array

from outlet import READY, Outlet
from pilotwire.link.commands import Refused
from pilotwire.orders import trial
from pilotwire.pilot import handover
from pilotwire.pilot.service import BACK_MS, CODES, CONTACTOR, PILOT, THERE_MS, VERDICT


class Session:
    active = False


class App:
    """What a trial asks of it, around a guard that is ticked a hundred times as fast."""

    service = trace = None

    def __init__(self):
        self.session = Session()
        self.outlet = Outlet()
        self.guard = self.outlet.guard
        self.up = array("i", [0] * handover.N_UP)
        self.flags = handover.FLAG_AUTHORISED | handover.FLAG_RUN
        self.closings = []

    def locally(self, phases):
        assert phases is None
        flags = self.flags & ~handover.FLAG_RUN if self.service else self.flags
        self.outlet.hand_down(flags=flags)

    async def live(self):
        while True:
            self.outlet.run(50)
            self.up[:] = self.guard.handover.up
            await asyncio.sleep(0)


class Trial(unittest.TestCase):
    def setUp(self):
        self.app = App()
        self.app.locally(None)
        self.step = self.app.guard._sequence.step
        self.before = trial._LOOK_S
        trial._LOOK_S = 0.001

    def tearDown(self):
        trial._LOOK_S = self.before

    def live(self, story):
        """What the coroutine `story` comes to, in a box that lives meanwhile."""

        async def both():
            task = asyncio.create_task(self.app.live())
            try:
                return await story
            finally:
                task.cancel()

        return asyncio.run(both())

    async def _tried(self, *tests):
        app = self.app
        await trial.begin(app)
        said = []
        try:
            for test in tests:
                told = await trial.run(app, test)
                said.append((CODES[told[VERDICT]], told[THERE_MS], told[BACK_MS]))
        finally:
            await trial.end(app)
        return said

    def test_withdraws_the_offer_first_and_gives_it_back(self):
        said = self.live(self._tried(CONTACTOR, PILOT))
        self.assertEqual(said, [("passed", 20, 20), ("passed", 0, 0)])
        self.assertTrue(self.app.service is None)
        self.assertTrue(self.app.guard._sequence.step == self.step)
        self.app.outlet.hand_down(flags=READY)
        self.assertTrue(self.app.outlet.charge().hal.closed)

    def test_is_refused_beside_a_charge_a_trace_and_another(self):
        for name in ("service", "trace"):
            app = App()
            setattr(app, name, self)
            with self.assertRaises(Refused):
                asyncio.run(trial.begin(app))
        self.app.session.active = True
        with self.assertRaises(Refused):
            asyncio.run(trial.begin(self.app))

    def test_that_is_given_up_ends_at_once(self):
        app = self.app

        async def given_up():
            task = asyncio.create_task(self._tried(CONTACTOR))
            while not app.outlet.hal.closed:
                await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass

        self.live(given_up())
        self.assertEqual((app.outlet.hal.closed, app.service), (0, None))


if __name__ == "__main__":
    unittest.main()
