"""The whole published state: what operators call it, what is unknown, and that it fits."""

import unittest
from array import array

from link_desk import FakeMqtt
from pilotwire.link import link
from pilotwire.link.state import state, status, telemetry
from pilotwire.pilot import faults, handover, levels, reasons
from pilotwire.pilot.handover import UP_CLOSED, UP_FAULTS, UP_STATE, UP_WHY_NOT
from whole_app import NOW, AppTest, Meter

A, B, C, D, E, F = levels.A, levels.B, levels.C, levels.D, levels.E, levels.F
READY, PAUSED, WAKING = reasons.NOT_READY, reasons.PAUSED, reasons.WAKING
MOST = (1 << 40) - 1  # of a meter's value
MEASURED = ("power_w", "energy_wh", "current_ma", "voltage_mv", "phases_used", "temperature_c")

# state, contactor, why not, faults, charge, reserved: OCPP's name, T/CEC 102's number
STATUS = (
    (A, 0, reasons.NO_VEHICLE, 0, "", False, "Available", 1),
    (A, 0, reasons.NO_VEHICLE, 0, "", True, "Reserved", 4),
    (A, 0, reasons.NO_VEHICLE, 0, "over", False, "Available", 1),
    (B, 0, reasons.NOT_AUTHORISED, 0, "", False, "Preparing", 2),
    (B, 0, reasons.NOT_AUTHORISED, 0, "", True, "Preparing", 2),
    (C, 1, 0, 0, "active", False, "Charging", 3),
    (D, 1, 0, 0, "active", True, "Charging", 3),
    (B, 0, READY, 0, "active", False, "SuspendedEV", 2),
    (C, 0, 0, 0, "active", False, "SuspendedEV", 2),
    (B, 0, READY | PAUSED, 0, "active", False, "SuspendedEVSE", 2),
    (C, 0, reasons.LIMIT, 0, "active", False, "SuspendedEVSE", 2),
    (B, 0, PAUSED, 0, "over", False, "Finishing", 2),
    (C, 1, 0, 0, "over", False, "Finishing", 2),
    (B, 0, reasons.FAULT, faults.RCD, "active", False, "Faulted", 255),
    (A, 0, reasons.FAULT, faults.WELD, "", True, "Faulted", 255),
    (E, 0, 0, 0, "", False, "Faulted", 255),
    (F, 0, 0, 0, "active", False, "Faulted", 255),
    (levels.INVALID, 0, 0, 0, "", False, "Faulted", 255),
    (F, 0, WAKING, 0, "active", False, "SuspendedEVSE", 2),
    (F, 0, WAKING, faults.RCD, "active", False, "Faulted", 255),
)


class StateTest(AppTest):
    def setUp(self):
        super().setUp()
        self.up = self.app.up
        self.up[handover.UP_PHASES] = 3

    def charge(self, ended=False):
        """The session as it is in a charge, or after one while the vehicle is still there."""
        session = self.app.session
        session.opening(self.app.hal.stamp)
        session.opened(7, self.up)
        if ended:
            session.stop("remote")

    def measure(self, value, age_ms=0):
        meter = Meter(age_ms)
        reading = meter.reading
        reading.voltage_mv = reading.current_ma = reading.phase_power_mw = [value] * 3
        reading.power_mw = reading.import_wh = reading.export_wh = value
        return meter


class Status(StateTest, unittest.TestCase):
    def test_is_what_a_person_would_call_it(self):
        for letter, closed, why_not, fault, charge, reserved, name, _ in STATUS:
            up = array("i", [0] * handover.N_UP)
            up[UP_STATE], up[UP_CLOSED], up[UP_WHY_NOT] = letter, closed, why_not
            up[UP_FAULTS] = fault
            self.assertEqual(status(up, charge, reserved), name, (letter, why_not, charge))

    def test_is_published_with_the_number_of_the_connector(self):
        for letter, closed, why_not, fault, charge, reserved, name, number in STATUS:
            self.tearDown()
            self.setUp()
            if charge:
                self.charge(charge == "over")
            self.app.access.reserved = NOW + 60 if reserved else None
            self.up[UP_STATE], self.up[UP_CLOSED], self.up[UP_WHY_NOT] = letter, closed, why_not
            self.up[UP_FAULTS] = fault
            said = state(self.app)
            self.assertEqual((said["status"], said["connector"]), (name, number))
            self.assertEqual(said["reserved"], NOW + 60 if reserved else None)


class State(StateTest, unittest.TestCase):
    def test_of_a_box_without_meter_charge_or_clock_knows_nothing_and_says_so(self):
        self.app.hal.stamp = None, "none"
        self.app.config["meter"] = ""
        said = state(self.app)
        for key in ("unix", "session", "session_wh", "reserved", "register", "grid") + MEASURED:
            self.assertIsNone(said[key], key)
        self.assertEqual((said["clock"], said["meter"]), ("none", "none"))
        self.assertIsNone(said["limit"]["set_ma"])

    def test_says_what_the_operator_has_set_while_it_holds(self):
        self.app.leases.grant("operator", 10_000, 5_000, 6_000)
        for now_ms, set_ma in ((0, 10_000), (5_000, 6_000)):
            self.app.hal.now_ms = now_ms
            self.assertEqual(state(self.app)["limit"]["set_ma"], set_ma)

    def test_of_a_charge_names_it(self):
        self.charge()
        self.assertEqual(state(self.app)["session"], 7)

    def test_says_why_there_is_no_reading(self):
        self.assertEqual(state(self.app)["meter"], "missing")
        self.app.meter = self.measure(1_500, age_ms=None)  # lost
        self.app.meter.reason = "timeout"
        said = state(self.app)
        self.assertEqual((said["meter"], said["power_w"]), ("timeout", None))

    def test_counts_a_phase_as_used_from_one_ampere_on(self):
        for ma, used in ((None, 0), (1_000, 0), (1_001, 3)):
            self.app.meter = self.measure(1)
            self.app.meter.reading.current_ma = [ma] * 3
            self.assertEqual(state(self.app)["phases_used"], used)

    def test_of_a_grid_meter_that_is_lost_says_only_why(self):
        self.app.grid = self.measure(1, age_ms=None)
        self.app.grid.reason = "crc"
        self.assertEqual(state(self.app)["grid"], {"meter": "crc"})

    def test_of_a_grid_meter_has_each_phase_with_its_sign(self):
        self.app.grid = self.measure(-1_500)
        self.app.grid.reading.phase_power_mw = [None, -1_500, 0]
        grid = state(self.app)["grid"]
        self.assertEqual((grid["power_w"], grid["phase_power_w"]), (-2, [None, -2, 0]))

    def test_tells_trouble_of_configuration_schedule_and_flash(self):
        self.app.trouble = "journal: full"
        self.app.timetable.trouble = "schedule.json: wrong"
        said = state(self.app)
        self.assertEqual(said["config"], "schedule.json: wrong")
        self.assertEqual(said["journal"], "journal: full")
        self.app.complaint = "limit_ma: wrong"
        self.assertEqual(state(self.app)["config"], "limit_ma: wrong")


class Longest(StateTest, unittest.TestCase):
    """Nothing is known that could be any longer."""

    config = (("id", "i" * 20), ("local_ttl_s", 86_400))

    def setUp(self):
        super().setUp()
        self.real = link.Mqtt
        link.Mqtt = FakeMqtt
        self.link = link.Link(self.app)

    def tearDown(self):
        link.Mqtt = self.real
        super().tearDown()

    def spin_out(self):
        app = self.app
        self.charge()
        for i in range(handover.UP_INPUTS, handover.N_UP):
            self.up[i] = -12_000
        self.up[UP_STATE], self.up[UP_CLOSED] = levels.INVALID, 1
        self.up[UP_FAULTS] = self.up[UP_WHY_NOT] = -1
        self.up[handover.UP_DUTY], self.up[handover.UP_BINDING] = 9_599, 1
        self.up[handover.UP_LIMIT_MA] = self.up[handover.UP_CABLE_MA] = 80_000
        app.hal.stamp = 4_294_967_295, "synchronised"
        app.access.reserved = 4_294_967_295
        app.leases.grant("operator", 80_000)
        app.meter, app.grid = self.measure(-MOST), self.measure(-MOST)
        app.meter.reason = app.grid.reason = "exception"
        app.session.number = app.journal.seq = 4_294_967_295
        app.session.register.broken = {"before_wh": MOST, "after_wh": MOST}
        app.session.register.broken["kind"] = "exchanged"
        app.complaint = "x" * 400
        app.trouble = "journal: " + "x" * 60
        for key in app.wear._means:
            app.wear._means[key] = 999_999 if key in ("cycles", "under_load") else 999 * 16
        self.link.local.take(b"limit_ma", b"80000")
        self.link.local.take(b"enable", b"false")
        self.link.dial.assumed = 4_294_967_295
        self.link.dropped = lambda: dict.fromkeys(("tele", "event", "result", "record"), 10**6)

    def test_state_fits_a_message(self):
        self.spin_out()
        FakeMqtt.made.on_state(True, "connected")
        for _ in range(9):
            self.link._publish()
            FakeMqtt.made.answer()
        (said,) = [sent[1] for sent in FakeMqtt.made.sent if sent[0].endswith(b"/state")]
        self.assertEqual(len(said["why_not"]), len(reasons.codes(-1)))
        self.assertEqual(len(said["faults"]), len(faults.CODES))
        self.assertEqual((said["local"]["limit_ma"], said["grid"]["import_wh"]), (80_000, -MOST))
        self.assertTrue(1_800 < FakeMqtt.made.longest < 2_000, FakeMqtt.made.longest)


class Telemetry(StateTest, unittest.TestCase):
    def test_is_there_while_the_contactor_is_closed(self):
        self.assertIsNone(telemetry(self.app))
        self.up[UP_CLOSED] = 1
        self.assertEqual(
            telemetry(self.app),
            {
                "power_w": None,
                "energy_wh": None,
                "current_ma": None,
                "voltage_mv": None,
                "phases_used": None,
                "session_wh": None,
                "unix": NOW,
                "clock": "set",
            },
        )

    def test_is_what_the_meter_says(self):
        self.up[UP_CLOSED] = 1
        self.app.meter = self.measure(230_000)
        said = telemetry(self.app)
        self.assertEqual(said["power_w"], 230)
        self.assertEqual((said["energy_wh"], said["phases_used"]), (230_000, 3))
        self.assertEqual(said["current_ma"], [230_000] * 3)


if __name__ == "__main__":
    unittest.main()
