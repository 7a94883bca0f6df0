"""The seal: what it holds against, and what a box does whose seal is not what it was."""

import json
import unittest

from fake_flash import Flash, PowerCut
from pilotwire.config import check
from pilotwire.record import seal, segments

SEALED = {"limit_ma": 16_000, "cable_ma": 0, "location": "garage 3"}
KEY = bytes(range(32))


class SealTest(unittest.TestCase):
    def setUp(self):
        self.flash = Flash().use(segments, seal)
        self.root = "r"
        self.write("device.key", KEY)

    def tearDown(self):
        self.flash.restore(segments, seal)

    def write(self, name, data):
        self.flash.files["r/" + name] = bytearray(data)

    def read(self, name):
        return bytes(self.flash.files["r/" + name])

    def close(self):
        seal.close(self.root, {"config": SEALED, "fuse_a": 20}, self.flash.sync)

    def held(self, **values):
        return seal.hold(self.root, check(values), "")


class Hold(SealTest):
    def test_leaves_a_box_alone_that_was_never_sealed(self):
        config, complaint = self.held(limit_ma=32_000)
        self.assertEqual((config, complaint), (check({"limit_ma": 32_000}), ""))

    def test_takes_the_lower_limit_and_says_so(self):
        self.close()
        for configured, held, words in (
            (32_000, 16_000, "the seal holds"),
            (10_000, 10_000, "the lower holds"),
        ):
            config, complaint = self.held(limit_ma=configured, location="garage 3")
            self.assertEqual(config["limit_ma"], held)
            self.assertTrue(words in complaint and str(configured) in complaint, complaint)

    def test_is_silent_where_the_configuration_is_as_sealed(self):
        self.close()
        self.assertEqual(self.held(**SEALED), (check(SEALED), ""))

    def test_has_the_last_word_on_every_other_key_that_it_names(self):
        self.close()
        config, complaint = self.held(limit_ma=16_000, cable_ma=20_000, location="garage 3")
        self.assertEqual(config["cable_ma"], 0)
        self.assertTrue("cable_ma" in complaint, complaint)

    def test_lets_an_earlier_complaint_stand(self):
        self.close()
        config, complaint = seal.hold(self.root, check({"limit_ma": 32_000}), "config.json: no")
        self.assertEqual((config["limit_ma"], complaint), (16_000, "config.json: no"))

    def test_lives_on_in_either_copy(self):
        for name in ("seal.json", "seal.good.json"):
            self.close()
            self.write(name, b"\xff" * 100)
            self.assertEqual(self.held(limit_ma=32_000)[0]["limit_ma"], 16_000)
            self.flash.remove("r/" + name)
            self.assertEqual(self.held(limit_ma=32_000)[0]["limit_ma"], 16_000)

    def test_allows_nothing_where_no_copy_is_sound(self):
        self.close()
        sound = self.read("seal.json")
        other = bytes(reversed(KEY))
        for damage in (b"", b"{}", sound[:-1], sound.replace(b"16000", b"32000"), b"[" * 4_000):
            self.write("seal.json", damage)
            self.write("seal.good.json", b"x")
            config, complaint = self.held(limit_ma=6_000)
            self.assertEqual(config["limit_ma"], 0)
            self.assertTrue(complaint.startswith("seal: damaged"), complaint)
        for key in (other, KEY[:31], b""):
            self.close()
            self.write("device.key", key)
            self.assertEqual(self.held(limit_ma=6_000)[0]["limit_ma"], 0)
            self.write("device.key", KEY)

    def test_allows_nothing_where_only_the_report_of_commissioning_is_left(self):
        self.write("report.json", seal.sign(self.root, {"box": "desk"}))
        self.assertEqual(self.held(limit_ma=6_000)[0]["limit_ma"], 0)

    def test_does_not_take_a_sealed_report_for_a_seal(self):
        report = seal.sign(self.root, {"sealed": SEALED})
        self.write("seal.json", report)
        self.assertEqual(self.held(limit_ma=6_000)[0]["limit_ma"], 0)

    def test_is_gone_after_it_was_opened(self):
        self.close()
        self.write("report.json", b"{}")
        seal.break_open(self.root)
        self.assertEqual(self.held(limit_ma=32_000), (check({"limit_ma": 32_000}), ""))


class PowerCuts(SealTest):
    def test_a_seal_holds_from_its_first_copy_on_and_until_its_last_one_is_gone(self):
        for cut in range(1_000):
            self.flash.left = cut
            try:
                self.close()
            except PowerCut:
                pass
            done, self.flash.left = self.flash.left, None
            self.assertTrue(self.held(limit_ma=32_000)[0]["limit_ma"] in (16_000, 32_000))
            if done:
                break
        for cut in range(3):
            self.close()
            self.write("report.json", b"{}")
            self.flash.left = cut
            with self.assertRaises(PowerCut):
                seal.break_open(self.root)
            self.flash.left = None
            self.assertEqual(self.held(limit_ma=32_000)[0]["limit_ma"], 16_000, cut)


class Sign(SealTest):
    def test_is_json_whose_last_member_is_the_mac(self):
        data = seal.sign(self.root, {"box": "desk"})
        values = json.loads(data)
        self.assertEqual(values["box"], "desk")
        self.assertEqual(len(values["mac"]), 32)
        self.assertEqual(seal.open_sealed(self.root, data), values)

    def test_is_void_with_any_bit_turned(self):
        data = seal.sign(self.root, {"box": "desk"})
        for at in range(len(data)):
            turned = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
            self.assertEqual(seal.open_sealed(self.root, turned), None, at)


if __name__ == "__main__":
    unittest.main()
