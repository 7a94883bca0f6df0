"""Each command has its effect and nothing else, or is refused with its reason."""

import json
import unittest

from pilotwire.link import arguments
from pilotwire.link.commands import Refused
from pilotwire.orders.obey import obey
from pilotwire.pilot import levels, reasons
from pilotwire.pilot.handover import (
    FLAG_AUTHORISED,
    FLAG_RUN,
    NO_LIMIT_MA,
    UP_STATE,
    UP_WHY_NOT,
)
from whole_app import NOW, AppTest

ANNA, BEN = "a" * 16, "b" * 16


class OrdersTest(AppTest):
    def obey(self, type_, **args):
        return obey(self.app, type_, args)

    def refusal(self, type_, **args):
        """Why it is refused."""
        try:
            obey(self.app, type_, args)
        except Refused as refused:
            self.assertIsNone(refused.args[0])  # the link knows the id
            return refused.args[1]
        self.fail((type_, args))
        return None

    def plug(self, state=levels.B):
        self.app.up[UP_STATE] = state


class Limit(OrdersTest, unittest.TestCase):
    def held(self, now_ms):
        self.app.hal.now_ms = now_ms
        return self.app.leases.granted("operator")

    def test_holds_for_as_long_as_it_says_and_falls_back_as_it_says(self):
        self.obey("limit", ma=10_000, ttl_s=60, fallback_ma=8_000)
        self.assertEqual((self.held(59_999), self.held(60_000)), (10_000, 8_000))

    def test_that_says_neither_has_both_from_the_configuration(self):
        self.app.config["operator_ttl_s"], self.app.config["operator_fallback_ma"] = 30, 7_000
        self.obey("limit", ma=0)
        self.assertEqual((self.held(29_999), self.held(30_000)), (0, 7_000))

    def test_may_be_the_sites_and_come_down_slowly(self):
        self.obey(
            "limit", ma=10_000, ttl_s=60, fallback_ma=6_000, ramp_ma_min=1_000, source="site"
        )
        self.assertIsNone(self.held(0))
        leases = self.app.leases
        for now_ms, ma in ((59_999, 10_000), (60_000, 9_834), (180_000, 7_834), (400_000, 6_000)):
            self.app.hal.now_ms = now_ms
            self.assertEqual(leases.granted("site"), ma)

    def test_of_the_site_falls_back_to_no_more_than_the_installers_share(self):
        for site_ma, wanted, then in ((-1, {}, 6_000), (0, {}, 0), (8_000, {}, 8_000),
                                      (8_000, {"fallback_ma": 32_000}, 8_000),
                                      (8_000, {"fallback_ma": 6_000}, 6_000)):  # fmt: skip
            self.app.config["site_ma"] = site_ma
            self.app.hal.now_ms = 0
            self.obey("limit", ma=32_000, ttl_s=20, source="site", **wanted)
            self.app.hal.now_ms = 20_000
            self.assertEqual(self.app.leases.granted("site"), then)


class Dim(OrdersTest, unittest.TestCase):
    def test_is_refused_where_no_dimming_is_configured(self):
        self.app.regulation.dimming = None
        self.assertEqual(self.refusal("dim", ttl_s=1), "not-fitted")
        self.app.regulation = None
        self.assertEqual(self.refusal("dim", ttl_s=1), "not-fitted")


class Override(OrdersTest, unittest.TestCase):
    def test_passes_by_the_owners_own_wishes_while_its_vehicle_is_there(self):
        self.assertEqual(self.refusal("override", on=True), "no-vehicle")
        self.plug()
        for on in (True, False, True):
            self.obey("override", on=on)
            self.app.look()
            self.assertIs(self.app.leases.override, on)


class Why(OrdersTest, unittest.TestCase):
    def test_lists_every_source_that_limits_and_what_comes_after(self):
        self.app.up[UP_WHY_NOT] = reasons.PAUSED
        self.obey("limit", ma=10_000, ttl_s=6, fallback_ma=8_000)
        self.app.leases.grant("local", NO_LIMIT_MA, 1_000)
        self.app.leases.grant("schedule", 0)
        value = self.obey("why")["value"]
        self.assertEqual((value["why_not"], value["override"]), (["paused"], False))
        sources = value["sources"]
        sources.pop("box")
        self.assertEqual(
            sources,
            {
                "operator": {"ma": 10_000, "left_s": 6, "then_ma": 8_000},
                "local": {"ma": None, "left_s": 1, "then_ma": None},
                "schedule": {"ma": 0},
            },
        )


class Permission(OrdersTest, unittest.TestCase):
    config = (("authorise", "remote"),)

    def test_is_withdrawn_and_given_again_by_pause_and_resume(self):
        for type_, paused in (("pause", True), ("pause", True), ("resume", False)):
            self.assertEqual(self.obey(type_), {})
            self.assertIs(self.app.session.paused, paused)
            self.assertEqual(self.app.session.flags() & FLAG_RUN, 0 if paused else FLAG_RUN)

    def test_comes_with_a_start_for_whom_it_says(self):
        self.plug()
        for args, by in (({}, ""), ({"by": "card 7"}, "card 7")):
            self.obey("start", **args)
            session = self.app.session
            self.assertTrue(session.flags() & FLAG_AUTHORISED)
            self.assertEqual((session.opening((None, "none"))["auth"], session.by), ("remote", by))

    def test_is_for_a_vehicle_that_is_there(self):
        for type_, args in (("start", {}), ("authorise", {"token": ANNA})):
            self.assertEqual(self.refusal(type_, **args), "no-vehicle")
            for state in (levels.B, levels.C, levels.D):
                self.plug(state)
                self.app.access.reserve(ANNA, NOW + 60, NOW)
                if type_ == "start":
                    self.app.access.reserve(ANNA, 0, NOW)
                self.assertEqual(self.obey(type_, **args), {})
            self.plug(levels.A)
        self.app.session.stop("remote")
        self.assertFalse(self.app.session.authorised)

    def test_is_refused_while_the_box_is_kept_for_somebody_else(self):
        self.plug()
        self.app.access.reserve(ANNA, NOW + 60, NOW)
        self.assertEqual(self.refusal("start"), "reserved")
        self.assertEqual(self.refusal("authorise", token=BEN), "reserved")
        self.assertFalse(self.app.session.authorised)
        self.obey("authorise", token=ANNA)
        self.assertTrue(self.app.session.authorised)
        self.assertIsNone(self.app.access.reserved)

    def test_is_given_to_a_guest_and_the_record_says_to_whom(self):
        self.plug()
        guests = {"tokens": [[ANNA, 0, -1], [BEN, NOW, -1]], "windows": []}
        self.obey("guests", guests=guests)
        for args, by in (({}, ANNA), ({"by": "Anna"}, "Anna")):
            self.obey("authorise", token=ANNA, **args)
            session = self.app.session
            self.assertEqual((session.opening((None, "none"))["auth"], session.by), ("token", by))

    def test_is_refused_to_a_token_for_what_the_guests_say(self):
        self.plug()
        friday = [16, 9 * 60, 10 * 60]  # from an hour after NOW on
        rows = [[ANNA, NOW, -1], [BEN, 0, 0]]
        self.obey("guests", guests={"tokens": rows, "windows": [friday]})
        self.assertEqual(self.refusal("authorise", token=ANNA), "expired")
        self.assertEqual(self.refusal("authorise", token=BEN), "outside-window")
        self.assertEqual(self.refusal("authorise", token="c" * 16), "unknown-token")
        self.app.hal.stamp = None, "none"
        self.assertEqual(self.refusal("authorise", token=BEN), "no-clock")
        self.assertFalse(self.app.session.authorised)

    def test_ends_with_a_stop(self):
        self.plug()
        for type_ in ("stop", "unlock"):
            self.obey("start")
            self.app.session.opening((None, "none"))
            self.app.session.opened(1, self.app.up)
            self.obey(type_)
            self.assertEqual(self.app.session.flags() & FLAG_AUTHORISED, 0)
            said = self.app.session.closing((None, "none"), self.app.up, None)
            self.assertEqual(said["reason"], "remote")
            self.app.session.closed()


class Reservation(OrdersTest, unittest.TestCase):
    def test_keeps_the_box_until_then(self):
        self.obey("reserve", token=ANNA, until=NOW + 60)
        self.app.look()
        self.assertEqual((self.app.access.reserved, self.app.session.free), (NOW + 60, ""))

    def test_is_refused_with_a_vehicle_without_a_clock_and_out_of_range(self):
        for until in (NOW, NOW - 1, NOW + 432_001):
            self.assertEqual(self.refusal("reserve", token=ANNA, until=until), "range")
        self.app.hal.stamp = None, "none"
        self.assertEqual(self.refusal("reserve", token=ANNA, until=NOW + 60), "no-clock")
        self.plug()
        self.assertEqual(self.refusal("reserve", token=ANNA, until=NOW + 60), "occupied")
        self.assertIsNone(self.app.access.reserved)

    def test_is_cancelled_with_a_vehicle_and_without_a_clock_too(self):
        self.obey("reserve", token=ANNA, until=NOW + 60)
        self.plug()
        self.app.hal.stamp = None, "none"
        self.obey("reserve", token=BEN, until=0)
        self.assertIsNone(self.app.access.reserved)


class Parts(OrdersTest, unittest.TestCase):
    def test_that_are_fitted_obey(self):
        self.obey("phases", n=1)
        self.assertEqual(self.app.phases, 1)
        self.obey("clear-faults")
        self.assertEqual(self.app.cleared, 1)

    def test_that_are_not_fitted_are_refused_and_nothing_is_changed(self):
        self.app.settings.lock = self.app.settings.switches_phases = False
        self.app.session.active = True
        self.assertEqual(self.refusal("phases", n=1), "not-fitted")
        self.assertEqual(self.refusal("unlock"), "not-fitted")
        self.assertEqual((self.app.phases, self.app.session.stage()), (3, "active"))


# How a test can tell that each command was obeyed: a good example, and a look at the app.
EFFECTS = (
    ("limit", {"ma": 9_000}, lambda app: app.leases.granted("operator")),
    ("pause", {}, lambda app: app.session.paused),
    ("resume", {}, lambda app: app.session.paused),
    ("start", {}, lambda app: app.session.authorised),
    ("stop", {}, lambda app: app.session.authorised),
    ("authorise", {"token": ANNA}, lambda app: app.session.authorised),
    ("reserve", {"token": ANNA, "until": 0}, lambda app: app.access.reserved),
    ("phases", {"n": 1}, lambda app: app.phases),
    ("unlock", {}, lambda app: app.session.authorised),
    ("clear-faults", {}, lambda app: app.cleared),
    ("dim", {"ttl_s": 60}, lambda app: app.regulation.dimming._ordered_ms),
    ("override", {"on": True}, lambda app: app.leases.override),
    ("why", {}, None),
    ("schedule", {"schedule": None}, lambda app: app.files.read("schedule.json")),
    ("plan", {"plan": None}, lambda app: app.files.read("plan.json")),
    ("prices", {"prices": None}, lambda app: app.files.read("prices.json")),
    ("guests", {"guests": None}, lambda app: app.files.read("guests.json")),
    ("tariff", {"tariff": None}, lambda app: app.tariff_changed),
    ("config-get", {"keys": ["id"]}, None),
    ("config-set", {"values": {"bay": "7"}}, lambda app: app.files.read("config.json")),
    ("time", {"unix": NOW + 5}, lambda app: app.hal.stamp),
    ("diagnostics", {}, None),
    ("log", {"level": "debug"}, lambda app: app.link.level),
    ("snapshot", {}, None),
    ("trace", {"kb": 0}, lambda app: app.trace),
    ("records", {"first": 1}, lambda app: app.link.sent),
    ("reset", {}, lambda app: app.restarted),
    ("forget", {}, lambda app: app.journal.seq),
)


class EveryCommand(OrdersTest, unittest.TestCase):
    def test_of_the_table_has_its_effect(self):
        with open(arguments._TABLE) as file:
            types = [json.loads(line)["type"] for line in file]
        self.assertEqual([row[0] for row in EFFECTS], types)
        for type_, args, look in EFFECTS:
            if type_ in ("diagnostics", "snapshot"):
                continue  # test_upkeep.py, as CPython has no such heap; system/test_logs.py
            self.tearDown()
            self.setUp()
            self.prepare(type_)
            before = look and str(look(self.app))
            result = obey(self.app, type_, args)
            if look:
                self.assertTrue(str(look(self.app)) != before, type_)
            else:
                self.assertTrue(result["value"], type_)

    def prepare(self, type_):
        """The box as it is before the command changes it."""
        app = self.app
        app.session.free = ""
        if type_ in ("start", "authorise", "stop", "unlock", "override"):
            self.plug()
        if type_ in ("stop", "unlock"):
            app.session.start()
        elif type_ == "resume":
            app.session.paused = True
        elif type_ in ("reserve", "authorise"):
            app.access.reserve(ANNA, NOW + 60, NOW)
        elif type_ in ("schedule", "plan", "prices", "guests"):
            app.files.put(type_ + ".json", b"x")
        elif type_ == "trace":
            app.trace = Traced()


class Traced:
    """A trace in progress."""

    def stop(self):
        pass

    def lines(self):
        return iter([{"seq": 1}])


if __name__ == "__main__":
    unittest.main()
