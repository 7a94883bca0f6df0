"""Maps of meters: what is refused and how, how they are grouped, and a custom one."""

import json
import os
import unittest

from pilotwire.energy import mapfile, values
from pilotwire.energy.mapfile import ALL, MapError, build, load

ROOT = "test_mapfile.tmp"
POWER = {"power_mw": {"registers": [52], "factor": 1000}}

# Keys put into a good map -> words that its refusal must contain.
REFUSED = (
    ({"colour": "red"}, ("colour", "unknown key")),
    ({"function": 6}, ("power_mw", "function", "3, 4")),
    ({"function": "4"}, ("power_mw", "function", "3, 4")),
    ({"type": "s8"}, ("power_mw", "type", "u16")),
    ({"order": "middle"}, ("power_mw", "order", "little")),
    ({"max_registers": 0}, ("max_registers", "1..125")),
    ({"max_registers": 126}, ("max_registers", "1..125")),
    ({"max_registers": 1}, ("power_mw", "max_registers")),
    ({"gap_ms": True}, ("gap_ms", "0..1000")),
    ({"hole": "many"}, ("hole", "0..125")),
    ({"serial": {"baud": 9601}}, ("serial", "baud", "19200")),
    ({"serial": {"address": 0}}, ("serial", "address")),
    ({"serial": {"speed": 9600}}, ("serial", "speed", "baud")),
    ({"serial": 9600}, ("serial", "object")),
    ({"quantities": {}}, ("quantities",)),
    ({"quantities": []}, ("quantities", "object")),
    ({"quantities": {"export_wh": None}}, ("quantities",)),
    ({"quantities": {"colour": POWER["power_mw"]}}, ("colour", "power_mw")),
    ({"quantities": {"power_mw": 52}}, ("power_mw", "object")),
    ({"quantities": {"power_mw": {"factor": 1}}}, ("power_mw", "registers")),
    ({"quantities": {"power_mw": {"registers": 52, "factor": 1}}}, ("power_mw", "registers")),
    ({"quantities": {"power_mw": {"registers": [0, 2], "factor": 1}}}, ("power_mw", "1..1")),
    ({"quantities": {"current_ma": {"registers": [0] * 4, "factor": 1}}}, ("current_ma", "1..3")),
    ({"quantities": {"power_mw": {"registers": [65536], "factor": 1}}}, ("power_mw", "0..65535")),
    ({"quantities": {"power_mw": {"registers": [65535], "factor": 1}}}, ("power_mw", "65535")),
    ({"identity": {"colour": {"registers": [0]}}}, ("identity", "colour", "serial, firmware")),
    ({"name": 7}, ("name", "text")),
    ({"type": [1]}, ("power_mw", "type")),
    ({"quantities": {"power_mw": {"registers": ["0xg"], "factor": 1}}}, ("power_mw", "register")),
    ({"quantities": {"power_mw": {"registers": [0], "factor": 0.1}}}, ("power_mw", "factor")),
    ({"quantities": {"power_mw": {"registers": [0], "factor": 0}}}, ("power_mw", "factor")),
    ({"quantities": {"power_mw": {"registers": [0]}}}, ("power_mw", "factor")),
    ({"quantities": {"power_mw": {"registers": [0], "fact": 1}}}, ("power_mw", "fact", "unknown")),
    (
        {"quantities": {"power_mw": {"registers": [0], "factor": 1, "ratios": ["ct"]}}},
        ("power_mw", "ratios"),
    ),
    ({"ratios": {"ct": {"registers": [0], "type": "text"}}}, ("ratios ct", "type")),
    ({"identity": {"serial": {"registers": [0], "type": "text"}}}, ("serial", "words", "1..32")),
    ({"identity": {"serial": {"type": "u32"}}}, ("serial", "registers")),
)
BLOCKS = (
    # most registers in a request, most that are read for nothing -> (first, count) of each
    (80, 60, [(0, 76)]),
    (75, 60, [(0, 74), (74, 2)]),
    (80, 40, [(0, 76)]),
    (80, 39, [(0, 12), (52, 24)]),
    (80, 17, [(0, 12), (52, 2), (72, 4)]),
    (20, 60, [(0, 12), (52, 2), (72, 4)]),
    (11, 60, [(0, 10), (10, 2), (52, 2), (72, 4)]),
    (2, 60, [(r, 2) for r in (0, 2, 4, 6, 8, 10, 52, 72, 74)]),
)
RESOLUTION = (
    (0, 10), (16_383_999, 10), (131_071_999, 10), (131_072_000, 16), (9_999_999_900, 1_000),
)  # fmt: skip


def good(**keys):
    return dict({"function": 4, "quantities": POWER}, **keys)


def sdm630(most, hole):
    quantities = {
        "voltage_mv": {"registers": [0, "2", "0x4"], "factor": 1000},
        "current_ma": {"registers": [6, 8, 10], "factor": 1000},
        "power_mw": {"registers": ["0x34"], "factor": 1000},
        "import_wh": {"registers": [72], "factor": 1000},
        "export_wh": {"registers": [74], "factor": 1000},
    }
    return build({"max_registers": most, "hole": hole, "quantities": quantities})


class Map(unittest.TestCase):
    def refusal(self, make, *args):
        try:
            make(*args)
        except MapError as error:
            return str(error)
        return self.fail(args)

    def test_that_is_wrong_is_refused_by_name_and_range(self):
        build(good())
        for keys, words in REFUSED:
            refusal = self.refusal(build, good(**keys))
            for word in words:
                self.assertIn(word, refusal)
        for data in (None, [], "sdm630", 7):
            self.assertIn("object", self.refusal(build, data))

    def test_becomes_the_fewest_requests_within_its_limits(self):
        for most, hole, expected in BLOCKS:
            blocks = sdm630(most, hole).blocks
            self.assertEqual([block[1:3] for block in blocks], expected, (most, hole))
            at = [block[1] + field[2] // 2 for block in blocks for field in block[3]]
            self.assertEqual(at, [0, 2, 4, 6, 8, 10, 52, 72, 74], (most, hole))

    def test_of_two_functions_is_two_requests(self):
        quantities = dict(POWER, import_wh={"function": 3, "registers": [54], "factor": 1})
        blocks = build(good(quantities=quantities)).blocks
        self.assertEqual([block[:3] for block in blocks], [(3, 54, 2), (4, 52, 2)])

    def test_has_the_usual_where_it_says_nothing(self):
        table = build(good())
        usual = {"address": 1, "baud": 9600, "parity": "N", "stop": 1}
        self.assertEqual((table.serial, table.gap_ms, table.name), (usual, 50, "custom"))
        self.assertEqual((table.ratios, table.identity), ([], {}))

    def test_says_what_is_wanted_and_no_more(self):
        quantities = dict(POWER, frequency_mhz={"registers": [70], "factor": 1000})
        names = [block[3][0][0] for block in build(good(quantities=quantities)).blocks]
        self.assertEqual(names, ["power_mw"])
        names = [
            f[0] for block in build(good(quantities=quantities), ALL).blocks for f in block[3]
        ]
        self.assertEqual(names, ["power_mw", "frequency_mhz"])

    def test_without_a_total_adds_up_the_phases(self):
        quantities = {"phase_power_mw": {"registers": [8, 9, 10], "type": "s16", "factor": 1000}}
        table = build(good(quantities=quantities))
        self.assertEqual(table.sums_power, 3)
        self.assertEqual([field[:2] for field in table.blocks[0][3]], [
            ("phase_power_mw", 0), ("phase_power_mw", 1), ("phase_power_mw", 2),
        ])  # fmt: skip
        self.assertEqual(build(good()).sums_power, 0)

    def test_knows_the_step_of_the_energy_register(self):
        table = sdm630(80, 60)
        for energy_wh, step_wh in RESOLUTION:
            self.assertEqual(table.resolution_wh(energy_wh), step_wh, energy_wh)
        integer = {"import_wh": {"registers": [0], "type": "u32", "factor": 100}}
        table = build(good(quantities=integer))
        self.assertEqual(table.resolution_wh(9_999_999_900), 100)
        self.assertEqual(table.resolution_wh(9_999_999_900, 60), 6_000)

    def test_a_single_of_wh_has_whole_wh_up_to_24_bits(self):
        wh = {"import_wh": {"registers": [0], "factor": 1}}
        table = build(good(quantities=wh, resolution_wh=1))
        for energy_wh, step_wh in ((0, 1), (16_777_215, 1), (16_777_216, 2), (40_000_000, 4)):
            self.assertEqual(table.resolution_wh(energy_wh), step_wh, energy_wh)


class Files(unittest.TestCase):
    def setUp(self):
        os.mkdir(ROOT)

    def tearDown(self):
        for name in os.listdir(ROOT):
            os.remove(ROOT + "/" + name)
        os.rmdir(ROOT)

    def write(self, text):
        with open(ROOT + "/meter.json", "w") as file:
            file.write(text)

    def custom(self):
        try:
            return load("custom", ROOT)
        except MapError as error:
            return str(error)

    def test_every_map_is_fit_to_use(self):
        for name in mapfile.names():
            table = load(name, ROOT, ALL)
            polled = load(name, ROOT)
            self.assertTrue(1 <= len(polled.blocks) <= 4, name)
            found = [field[0] for block in table.blocks for field in block[3]]
            self.assertIn("import_wh", found)
            self.assertTrue("power_mw" in found or table.sums_power == 3, name)
            self.assertTrue(table.resolution_wh(0) > 0, name)
            self.assertTrue(table.name != "custom", name)

    def test_a_map_is_found_in_its_makers_file_by_its_lines(self):
        folder = mapfile.__file__.rsplit("/", 1)[0] + "/maps/"
        whole = {}
        for name in os.listdir(folder[:-1]):
            with open(folder + name) as file:
                whole.update(json.load(file))
        self.assertEqual(mapfile.names(), sorted(whole))
        for name in whole:
            if "like" not in whole[name]:
                self.assertEqual(mapfile.data(name, ROOT), whole[name])

    def test_that_do_not_exist_are_refused_by_name(self):
        for name in ("nonesuch", "../sdm630", "eastron", "serial", ""):
            try:
                load(name, ROOT)
                self.fail(name)
            except MapError as error:
                self.assertIn(name, str(error))

    def test_a_custom_one_is_a_few_lines(self):
        self.assertIn("meter.json is missing", self.custom())
        self.write('{"quantities": {"import_wh": {"registers": ["0x48"], "factor": 1000}}}')
        self.assertEqual(self.custom().blocks[0][:3], (3, 72, 2))

    def test_a_custom_one_may_change_another(self):
        rows = '"import_wh": {"registers": ["0x401E"], "factor": 1000}, "export_wh": null'
        self.write('{"like": "dtsu666", "quantities": {%s}}' % rows)
        table = self.custom()
        self.assertEqual(table.name, "Chint DTSU666")
        found = {f[0]: block[1] + f[2] // 2 for block in table.blocks for f in block[3]}
        self.assertEqual((found["import_wh"], found["power_mw"]), (0x401E, 0x2012))
        self.assertFalse("export_wh" in found)

    def test_a_custom_one_that_is_nonsense_is_refused(self):
        for text, word in (
            ("{", "JSON"),
            ("[]", "object"),
            ("[" * 3_000, "JSON"),
            (" " * 4_097, "4096"),
            ('{"like": "custom"}', "no map"),
            ('{"like": 7}', "no map 7"),
            ('{"like": "sdm630", "quantities": 7}', "object"),
            (json.dumps({"quantities": {"x" * 3_000: {}}}), "x" * 40 + ":"),
        ):
            self.write(text)
            self.assertIn(word, self.custom())

    def test_word_order_is_part_of_the_kind(self):
        table = load("em340", ROOT)
        kinds = {f[0]: f[3] for block in table.blocks for f in block[3]}
        self.assertEqual(kinds["power_mw"], 16 | values.SIGNED | values.LITTLE)
