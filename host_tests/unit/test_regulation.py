"""What the configuration wants is granted as leases, with reasons, and no more."""

import unittest
from array import array

from fake_i2c import FakeI2c
from pilotwire.config import check
from pilotwire.energy.meter import Reading
from pilotwire.pilot import faults, levels
from pilotwire.pilot.handover import N_UP, UP_FAULTS, UP_PHASES, UP_STATE
from pilotwire.power.leases import Leases
from pilotwire.power.regulation import Regulation
from pilotwire.zone import parse

NOW = 1_800_000_000


def air(dc, pm):
    """An SHT3x in air of so many 1/10 degree C and per mille."""
    return FakeI2c(((dc + 450) * 65_535 // 1_750, pm * 65_535 // 1_000))


class Hal:
    root = "/nowhere"
    started = "watchdog"

    def __init__(self):
        self.board = {"rated_ma": 32_000, "phases": 3, "outputs": {"three_phases": 4}}
        self.now_ms = 0
        self.bus = None
        self.closed = False

    thermometer = None

    def ticks_ms(self):
        return self.now_ms

    def random_bits(self, count):
        return 0

    def i2c(self):
        return self.bus

    def contact(self, name):
        return self.closed


class Files:
    """plan.json, and that flash is broken."""

    def __init__(self):
        self.plan = b""
        self.broken = False

    def read(self, name):
        if self.broken:
            raise OSError(5)
        return self.plan if name == "plan.json" else b""


class Account:
    times_ms = (0, 0, 0)


class Session:
    """A charge in progress, or none."""

    def __init__(self, active=True):
        self.active = active
        self.account = Account()

    def stage(self):
        return "active" if self.active else ""

    def energy_wh(self):
        return 0


class Meter:
    def __init__(self):
        self.reading = Reading()
        self.reading.voltage_mv = [230_000] * 3
        self.reading.frequency_mhz = 50_000
        self.age = 0
        self.readings = 0

    def age_ms(self):
        return self.age


class Regulating(unittest.TestCase):
    def setUp(self):
        self.hal = Hal()
        self.leases = Leases(32_000, self.hal.ticks_ms)
        self.meter = Meter()
        self.files = Files()
        self.up = array("i", [0] * N_UP)
        self.up[UP_PHASES] = 3

    def make(self, **keys):
        self.regulation = Regulation(self.hal, check(keys), self.leases, self.files, parse(""))
        return self.regulation

    def run_for(self, seconds):
        for _ in range(seconds):
            self.hal.now_ms += 1_000
            self.regulation.look(self.hal.now_ms, self.up, self.meter)

    def granted(self):
        return self.leases.granted("temperature"), self.leases.granted("grid")

    def reasons(self):
        return self.regulation.reasons(self.hal.now_ms, NOW)

    def test_grants_nothing_where_all_is_well(self):
        self.hal.bus = air(250, 500)
        self.make(climate="standard", grid_code="eu", dim_w=4_200)
        self.run_for(20)
        self.assertEqual((self.granted(), self.reasons()), ((None, None), {}))
        self.assertEqual(self.regulation.temperature_c(), 25.0)

    def test_derates_by_what_the_sensor_says(self):
        self.hal.bus = air(700, 500)
        self.make(climate="standard")
        self.run_for(20)
        ma = self.granted()[0]
        self.assertTrue(6_000 < ma < 20_000, ma)
        self.assertEqual(self.reasons(), {"temperature": ("heat", None)})

    def test_without_the_sensor_that_it_counts_on_leaves_6_a(self):
        self.make(climate="standard")
        self.run_for(20)
        self.assertEqual(self.granted(), (6_000, None))
        self.assertEqual(self.regulation.temperature_c(), None)

    def test_dims_for_contact_and_register_and_names_them(self):
        regulation = self.make(dim_w=4_200, dim_address=7)
        orders = Meter()
        regulation.listen(orders)
        orders.reading.power_mw = 0
        self.run_for(1)
        self.assertEqual(self.granted(), (None, None))
        orders.reading.power_mw = 1
        self.run_for(1)
        self.assertEqual(self.granted(), (None, 6_000))
        self.assertEqual(self.reasons(), {"grid": ("register", None)})
        self.hal.closed = True
        self.run_for(1)
        self.assertEqual(self.reasons(), {"grid": ("contact", None)})

    def test_counts_on_the_boards_phases_before_ring_0_has_said_how_many(self):
        self.make(dim_w=11_000, solar="minimum", limit_ma=16_000)
        self.hal.closed = True
        self.up[UP_PHASES] = 0
        self.run_for(1)
        self.assertEqual(self.granted(), (None, 15_750))
        self.regulation.sun(self.hal.now_ms, self.up, None, None, -9_000)
        self.assertEqual(self.leases.granted("solar"), 13_000)

    def test_of_an_order_that_is_taken_back_says_nothing_more(self):
        regulation = self.make(dim_w=4_200)
        regulation.dimming.order(self.hal.now_ms, 60)
        self.run_for(1)
        self.assertEqual(self.reasons(), {"grid": ("command", 59)})
        regulation.dimming.order(self.hal.now_ms, 0)
        self.assertEqual(self.reasons(), {"grid": ("command", None)})

    def test_takes_the_least_of_dimming_and_care(self):
        self.make(dim_w=11_000, grid_code="eu")
        self.hal.closed = True
        self.run_for(1)
        self.assertEqual(self.granted(), (None, 15_750))
        self.meter.reading.frequency_mhz = 49_500
        self.run_for(1)
        self.assertEqual(self.granted(), (None, 0))

    def test_hears_of_an_outage_from_ring_0_and_not_from_old_readings(self):
        self.make(grid_code="eu")
        self.meter.reading.frequency_mhz = 49_500
        self.meter.age = 10_000
        self.run_for(1)
        self.assertEqual(self.granted(), (None, None))
        self.up[UP_FAULTS] = faults.PHASE_LOSS
        self.run_for(1)
        self.assertEqual((self.granted()[1], self.reasons()["grid"][0]), (0, "outage"))

    def test_of_rows_that_are_not_there_leaves_6_a_and_complains(self):
        for key, kind in (("climate", "climate"), ("grid_code", "grid")):
            self.setUp()
            self.make(**{key: "mars", "dim_w": 11_000})
            self.run_for(1)
            self.assertEqual(self.granted(), (None, 6_000))
            self.assertEqual(self.regulation.complaint, "sites.jsonl: no %s mars" % kind)


class Shining(Regulating):
    def shine(self, seconds, grid_w=None, by_mqtt=None):
        """A meter at the grid says `grid_w`, or a value by MQTT; the vehicle draws nothing."""
        grid = Meter()
        for _ in range(seconds):
            self.hal.now_ms += 1_000
            grid.readings += 1
            grid.reading.power_mw = None if grid_w is None else grid_w * 1000
            self.regulation.sun(self.hal.now_ms, self.up, self.meter, grid, by_mqtt)
        return self.leases.granted("solar")

    def setUp(self):
        super().setUp()
        self.up[UP_STATE] = levels.B
        self.up[UP_PHASES] = 3
        self.meter.reading.power_mw = 0
        self.meter.reading.current_ma = [0, 0, 0]

    def test_starts_with_the_sun_whoever_measures_it(self):
        for how in ("grid_w", "by_mqtt"):
            self.setUp()
            self.make(solar="surplus", limit_ma=32_000)
            self.assertEqual(self.shine(60, **{how: 0}), 0)
            self.assertEqual(self.reasons()["solar"][0], "little")
            self.assertTrue(self.shine(60, **{how: -11_000}) > 15_000)
            self.assertEqual(self.reasons()["solar"][0], "sun")

    def test_falls_back_when_nobody_measures_and_when_ring_1_stands_still(self):
        for mode, ma in (("surplus", 0), ("minimum", 6_000)):
            self.setUp()
            self.make(solar=mode, limit_ma=32_000)
            self.shine(400, -11_000)
            self.assertTrue(self.leases.granted("solar") > 15_000)
            self.hal.now_ms += 10_000
            self.assertEqual(self.leases.granted("solar"), ma)
            self.shine(400)
            self.assertEqual(self.leases.granted("solar"), ma)
            self.assertEqual(self.reasons()["solar"][0], "silent")

    def test_wants_fewer_phases_for_less_sun_but_not_past_an_override(self):
        self.make(solar="surplus", limit_ma=16_000)
        self.shine(400, -2_000)
        self.assertEqual(self.regulation.phases, 1)
        self.leases.override = True
        self.shine(1, -2_000)
        self.assertEqual(self.regulation.phases, 3)

    def test_keeps_the_phases_balanced_with_and_without_readings(self):
        self.make(imbalance_ma=20_000)
        for current_ma, ma in (([16_000, 0, 0], 20_000), ([16_000, 15_000, 14_000], 34_000)):
            self.meter.reading.current_ma = current_ma
            self.shine(1)
            self.assertEqual(self.leases.granted("imbalance"), ma)
        self.meter.age = 10_000
        self.shine(1)
        self.assertEqual(self.leases.granted("imbalance"), 20_000)
        self.assertIsNone(self.leases.granted("solar"))


class Timing(Regulating):
    def settle(self, active=True):
        self.regulation.plan(NOW, self.up, Session(active), None)
        self.regulation.settle(self.hal.now_ms, active)
        return self.leases.granted("plan"), self.leases.granted("delay")

    def test_follows_a_plan_that_comes_while_it_runs(self):
        self.make(dim_w=4_200)
        self.assertEqual(self.settle(), (None, None))
        self.files.plan = b'{"slots": [[%d, %d, 9000]], "otherwise_ma": 0}' % (NOW, NOW + 60)
        self.regulation.replan()
        self.assertEqual(self.settle(), (9_000, None))
        self.assertEqual(self.reasons()["plan"], ("slot", 60))
        self.files.plan = b""
        self.regulation.replan()
        self.assertEqual(self.settle(), (None, None))

    def test_lets_nothing_through_that_is_no_plan_and_holds_on_where_flash_is_broken(self):
        self.make()
        self.files.plan = b"{"
        self.regulation.replan()
        self.assertEqual(self.settle()[0], 0)
        self.make()
        self.files.broken = True
        self.regulation.replan()
        self.settle()
        self.files.broken = False
        self.assertEqual(self.settle()[0], 0)

    def test_delays_the_start_of_a_charge_and_no_other_limit(self):
        self.hal.random_bits = lambda count: (1 << count) - 1
        self.make(random_delay_s=600)
        self.assertEqual(self.settle(active=False), (None, None))
        self.assertEqual(self.settle(), (None, 0))
        self.assertEqual(self.reasons()["delay"], ("chance", 600))
        self.hal.now_ms = 599_000
        self.assertEqual(self.settle(), (None, 0))
        self.hal.now_ms = 600_000
        self.assertEqual(self.settle(), (None, None))

    def test_delays_nothing_that_the_owner_overrides(self):
        self.hal.random_bits = lambda count: (1 << count) - 1
        self.make(random_delay_s=600)
        self.settle(active=False)
        self.leases.override = True
        self.assertEqual(self.settle(), (None, None))


if __name__ == "__main__":
    unittest.main()
