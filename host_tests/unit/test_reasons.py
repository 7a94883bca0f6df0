"""Why there is no current: at every moment exactly the conditions that are not met."""

import unittest

from outlet import READY, Outlet
from pilotwire.pilot import handover, reasons, signals
from pilotwire.pilot.duty import X1, F
from pilotwire.pilot.handover import FLAG_AUTHORISED, FLAG_RECORDED, FLAG_RUN
from pilotwire.pilot.settings import WAKE_NOT, WAKE_X1

# The codes by which ring 1 and 2 know them.
CODES = (
    (reasons.NO_VEHICLE, "no-vehicle"),
    (reasons.NOT_READY, "vehicle-not-ready"),
    (reasons.NOT_AUTHORISED, "not-authorised"),
    (reasons.PAUSED, "paused"),
    (reasons.NOT_RECORDED, "not-recorded"),
    (reasons.NO_CABLE, "no-cable"),
    (reasons.LIMIT, "limit-below-6a"),
    (reasons.FAULT, "fault"),
    (reasons.SILENT, "control-silent"),
    (reasons.REST, "rest"),
    (reasons.VENTILATION, "ventilation"),
    (reasons.NOT_LOCKED, "not-locked"),
    (reasons.RCD_TEST, "rcd-test"),
    (reasons.PHASES, "phase-switch"),
    (reasons.MAINS, "mains"),
    (reasons.METER, "meter"),
    (reasons.WAKING, "waking"),
)


class Codes(unittest.TestCase):
    def test_are_one_for_each_bit(self):
        for bit, code in CODES:
            self.assertEqual(reasons.codes(bit), [code])
        everything = sum(bit for bit, _ in CODES)
        self.assertEqual(reasons.codes(everything), [code for _, code in CODES])
        self.assertEqual(everything, (1 << len(CODES)) - 1)
        self.assertEqual(reasons.codes(0), [])

    def test_name_every_way_to_open(self):
        for opened, code in (
            (reasons.OPENED_NEVER, ""),
            (reasons.OPENED_BY_VEHICLE, "vehicle"),
            (reasons.OPENED_UNPLUGGED, "unplugged"),
            (reasons.OPENED_BY_STOP, "stopped"),
            (reasons.OPENED_FORCED, "forced"),
            (reasons.OPENED_BY_FAULT, "fault"),
        ):
            self.assertEqual(reasons.OPENED_CODES[opened], code)


def why_not(o):
    """The codes that are handed up."""
    return " ".join(reasons.codes(o.up(handover.UP_WHY_NOT)))


def down(o, index, *values):
    """Ring 1 hands these down in addition to what it did."""
    spare = o.guard.handover.spare()
    for value in values:
        spare[index] = value
        index += 1
    o.guard.handover.publish()
    o.run(500)


class WhyNot(unittest.TestCase):
    def test_is_everything_before_ring_1_has_spoken(self):
        o = Outlet()
        o.run(200)
        nothing = "no-vehicle not-authorised paused not-recorded no-cable limit-below-6a"
        self.assertEqual(why_not(o), nothing)

    def test_is_nothing_while_it_charges(self):
        self.assertEqual(why_not(Outlet().charge()), "")

    def test_is_each_permission(self):
        for flags, codes in (
            (READY, ""),
            (0, "not-authorised paused not-recorded"),
            (FLAG_RUN | FLAG_RECORDED, "not-authorised"),
            (FLAG_AUTHORISED | FLAG_RECORDED, "paused"),
            (FLAG_AUTHORISED | FLAG_RUN, "not-recorded"),
        ):
            o = Outlet()
            o.hand_down(flags=flags)
            o.plug("C")
            o.run(2_000)
            ready = codes + " " if codes else ""
            ready = ready and ("vehicle-not-ready " + ready)
            self.assertEqual(why_not(o), ready.strip(), flags)
            self.assertEqual(o.hal.closed, int(not codes), flags)

    def test_is_each_condition_of_its_own(self):
        for settings, vehicle, ohm, limit_ma, codes in (
            ({}, "A", 220, 32_000, "no-vehicle"),
            ({}, "B", 220, 32_000, "vehicle-not-ready"),
            ({}, "B", 30_000, 32_000, "vehicle-not-ready no-cable"),
            ({}, "B", 220, 5_999, "vehicle-not-ready limit-below-6a"),
            ({}, "B", 220, 6_000, "vehicle-not-ready"),
            ({}, "D", 220, 32_000, "vehicle-not-ready ventilation"),
            ({"ventilated": True}, "D", 220, 32_000, ""),
            ({"cable_ma": 20_000}, "C", 30_000, 32_000, ""),
            ({"lock": True}, "C", 220, 32_000, "vehicle-not-ready not-locked"),
            (
                {"lock": True, "profile": "gbt18487"},
                "B",
                220,
                16_001,
                "vehicle-not-ready not-locked",
            ),
            ({"lock": True, "profile": "gbt18487"}, "B", 220, 16_000, "vehicle-not-ready"),
            ({"metered": True}, "C", 220, 32_000, "vehicle-not-ready meter"),
        ):
            o = Outlet(**settings)
            o.hand_down(limit_ma)
            o.plug(vehicle)
            o.hal.inputs[signals.PP_OHM] = ohm
            o.run(2_000)
            self.assertEqual(why_not(o), codes, (settings, vehicle, limit_ma))
            self.assertEqual(o.hal.closed, int(not codes), (settings, vehicle))

    def test_is_the_rest_after_an_opening(self):
        o = Outlet(restart_ms=10_000).charge()
        o.vehicle = "B"
        o.run(1_000)
        self.assertEqual(why_not(o), "vehicle-not-ready rest")
        o.vehicle = "C"
        o.run(1_000)
        self.assertEqual(why_not(o), "rest")
        o.run(8_500)
        self.assertEqual((why_not(o), o.hal.closed), ("", 1))

    def test_is_a_fault_as_long_as_it_is_latched(self):
        o = Outlet().charge()
        o.hal.inputs[signals.PE] = 0
        o.run(2_000)
        self.assertEqual(why_not(o), "vehicle-not-ready fault")

    def test_is_the_silence_of_ring_1_after_30_s(self):
        o = Outlet(wake=WAKE_NOT)
        o.hand_down()
        o.plug()
        o.run(1_000)
        o.talking = False
        for _ in range(10):  # whatever the tick at which ring 1 falls silent
            o.run(10)
            o.hand_down()
            took_ms = o.until(lambda o=o: o.hal.duty == X1, 31_000)
            self.assertTrue(30_000 <= took_ms <= 30_060, took_ms)
            self.assertEqual(why_not(o), "vehicle-not-ready control-silent")
            o.hand_down()
            o.run(40)
            self.assertEqual(why_not(o), "vehicle-not-ready")

    def test_is_the_meter_and_the_mains(self):
        o = Outlet(metered=True)
        o.hand_down()
        o.plug()
        down(o, handover.DOWN_VOLTAGE_MV, 230_000, 230_000, 230_000)
        self.assertEqual(why_not(o), "vehicle-not-ready meter")
        down(o, handover.DOWN_READING, 1)
        self.assertEqual(why_not(o), "vehicle-not-ready mains")
        o.run(5_000)
        self.assertEqual(why_not(o), "vehicle-not-ready")
        down(o, handover.DOWN_VOLTAGE_MV, 100_000)
        self.assertEqual(why_not(o), "vehicle-not-ready mains")
        o.run(10_000)
        self.assertEqual(why_not(o), "vehicle-not-ready meter")

    def test_is_the_switching_of_phases(self):
        o = Outlet(switches_phases=True)
        o.hand_down()
        o.plug()
        o.run(10_000)
        down(o, handover.DOWN_PHASES, 3)
        self.assertEqual(o.up(handover.UP_PHASES), 3)
        self.assertEqual(o.hal.outputs[signals.OUT_THREE_PHASES], 1)
        o.vehicle = "C"
        o.run(1_000)
        self.assertEqual((why_not(o), o.hal.closed), ("", 1))
        down(o, handover.DOWN_PHASES, 1)
        self.assertEqual((why_not(o), o.hal.duty), ("phase-switch", X1))
        o.vehicle = "B"
        o.run(9_000)
        self.assertEqual(o.hal.outputs[signals.OUT_THREE_PHASES], 1)
        self.assertEqual(why_not(o), "vehicle-not-ready phase-switch")
        o.run(1_500)
        self.assertEqual(o.hal.outputs[signals.OUT_THREE_PHASES], 0)
        self.assertEqual((why_not(o), o.up(handover.UP_PHASES)), ("vehicle-not-ready", 1))

    def test_is_the_call_of_a_sleeping_vehicle(self):
        for settings, duty in (({}, F), ({"wake": WAKE_X1}, X1)):
            o = Outlet(**settings)
            o.hand_down()
            o.plug()
            o.run(1_000)
            took_ms = o.until(lambda o=o, duty=duty: o.hal.duty == duty, 31_000)
            self.assertTrue(28_900 <= took_ms <= 29_300, took_ms)
            self.assertEqual(why_not(o), "vehicle-not-ready waking")
            o.run(3_700)
            self.assertEqual(o.hal.duty, duty)
            o.run(500)
            self.assertEqual(o.hal.duty, X1)
            o.run(800)
            self.assertEqual((why_not(o), o.hal.duty), ("vehicle-not-ready", 5_333))
            o.run(60_000)
            self.assertEqual(o.hal.duty, 5_333, "once")

    def test_is_the_silence_of_ring_1_to_a_few_ms(self):
        o = Outlet(wake=WAKE_NOT)
        o.hand_down()
        o.plug()
        o.run(1_000)
        o.talking = False
        o.hal.dt_ms = 1
        o.hand_down()
        took_ms = o.until(lambda: o.hal.duty == X1, 31_000)
        self.assertTrue(30_000 <= took_ms <= 30_008, took_ms)

    def test_is_no_call_of_a_vehicle_that_is_offered_nothing(self):
        o = Outlet()
        o.hand_down(flags=READY & ~FLAG_RUN)
        o.plug()
        o.run(32_000)
        self.assertEqual(why_not(o), "vehicle-not-ready paused")
        o.hand_down()
        o.run(29_000)
        self.assertEqual(why_not(o), "vehicle-not-ready")

    def test_ends_the_call_of_a_sleeping_vehicle(self):
        o = Outlet()
        o.hand_down()
        o.plug()
        o.until(lambda: o.hal.duty == F, 40_000)
        o.hand_down(flags=READY & ~FLAG_RUN)
        took_ms = o.until(lambda: o.hal.duty == X1, 1_000)
        self.assertTrue(took_ms <= 400, took_ms)
        self.assertEqual(why_not(o), "vehicle-not-ready paused waking")


class Told(unittest.TestCase):
    def test_is_what_binds(self):
        for settings, cable_a, leases_ma, path, limit_ma, binding in (
            ({}, 32, (32_000, 16_000), "ABC", 16_000, 1),
            ({}, 32, (16_000, 32_000), "ABC", 16_000, 0),
            ({}, 32, (32_000, 32_000), "ABC", 32_000, 0),
            ({}, 20, (32_000, 32_000), "ABC", 20_000, handover.BINDING_CABLE),
            ({}, 32, (32_000, 32_000), "AC", 10_000, handover.BINDING_VEHICLE),
            ({"profile": "gbt18487"}, 32, (32_000, 32_000), "AC", 8_000, handover.BINDING_VEHICLE),
            ({}, 32, (9_000, 32_000), "AC", 9_000, 0),
            ({}, 32, (10_000, 32_000), "AC", 10_000, 0),
        ):
            o = Outlet(**settings)
            o.hand_down(leases_ma[0])
            spare = o.guard.handover.spare()
            spare[handover.DOWN_ROWS] = 2
            at = handover.DOWN_LEASES + handover.LEASE_WIDTH
            spare[at + handover.LEASE_LIMIT_MA] = leases_ma[1]
            spare[at + handover.LEASE_TTL_MS] = handover.NEVER
            o.guard.handover.publish()
            for vehicle in path:
                o.plug(vehicle, cable_a)
                o.run(500)
            o.run(500)
            told = (o.up(handover.UP_LIMIT_MA), o.up(handover.UP_BINDING))
            self.assertEqual(told, (limit_ma, binding), (cable_a, leases_ma, path))

    def test_at_once_when_it_is_news_and_else_every_90_ms(self):
        o = Outlet().charge()
        o.talking = False
        o.run(1_000)
        wakes = o.hal.wakes
        sequence = o.guard.handover.up[handover.UP_SEQ]
        o.run(900)
        tellings = (o.guard.handover.up[handover.UP_SEQ] - sequence) // 2
        self.assertTrue(9 <= tellings <= 11, tellings)
        self.assertEqual(o.hal.wakes, wakes, "ring 1 sleeps on")
        o.vehicle = "B"
        self.assertTrue(o.until(lambda: o.hal.wakes > wakes, 100) <= 60)


class Tick(unittest.TestCase):
    def test_does_one_thing_beside_its_duties(self):
        o = Outlet().charge()
        done = []
        guard = o.guard
        for name in ("_listen", "_judge", "_tell"):
            method = getattr(guard, name)
            setattr(guard, name, lambda name=name, method=method: (done.append(name), method()))
        o.run(300)
        self.assertEqual(len(done), 30)
        self.assertEqual([done.count(name) for name in ("_listen", "_judge", "_tell")], [10] * 3)
