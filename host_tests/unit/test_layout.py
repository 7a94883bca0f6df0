"""What a record says: every field there and back, the longest record, and bytes that are none."""

import random
import unittest
from binascii import hexlify, unhexlify

from book import worst_charge
from pilotwire.record.frame import BODY
from pilotwire.record.layout import FIELDS, HASH, NUMBER, decode, encode, fields_of

NUMBERS = (0, 1, 127, 128, 16_383, 16_384, 999_999_999, 0xFFFFFFFF, 1 << 40)

# Bytes that are on flash and at backends for years: a table that reads them otherwise is wrong.
KNOWN = (
    ({}, ""),
    ({"charge": 0}, "00 00"),
    ({"charge": 300, "box": "b-1"}, "00 ac02 03 03 622d31"),
    ({"start_unix": 1_800_000_000, "start_clock": "set"}, "04 80a4a7da06 06 01"),
    ({"start_wh": 1, "start_read": True, "auth": "remote", "by": ""}, "08 01 0a 01 0c 01 0f 00"),
    ({"meter": "m", "meter_serial": "s", "meter_firmware": "f"}, "11 01 6d 13 01 73 15 01 66"),
    ({"phases": 3, "firmware": "00ff10ab", "config": ""}, "16 03 19 04 00ff10ab 1b 00"),
    ({"end_clock": "synchronised", "end_read": False}, "1e 02 22 00"),
    ({"reason": "power-lost", "opened": "fault", "wh": 128}, "24 02 26 05 28 8001"),
    ({"energy": "unmetered", "charging_s": 9, "phases_used": 1}, "2a 02 30 09 38 01"),
    ({"openings": [["vehicle", 2]], "limits": [[0, 160, "cable"]]}, "3b 02 0102 3f 04 00a00102"),
    ({"contactor": [[1, "closed"], [200, ""]]}, "3d 05 0100 c80101"),
    ({"register": "leaped", "tariff": "01020304"}, "40 04 47 04 01020304"),
    ({"period_wh": [0, 128], "currency": "EUR"}, "49 03 008001 4d 03 455552"),
    ({"amounts": [1], "co2_g": 7, "event": "login"}, "4f 01 01 50 07 52 06"),
    ({"unix": 1, "clock": "none", "about": "a"}, "54 01 56 00 59 01 61"),
    ({"before": "b", "after": "c", "count": 2}, "5b 01 62 5d 01 63 5e 02"),
    ({"periods": "a,b", "usable_min": 1_440}, "61 03 612c62 62 a00b"),
    ({"faulted_min": 0, "unreachable_min": 5}, "64 00 66 05"),
    ({"end_unix": 1, "end_wh": 2, "resolution_wh": 3, "end_after_unix": 4}, "1c01 2002 2c03 2e04"),
    ({"suspended_s": 1, "idle_s": 2, "max_power_w": 3, "unsplit_wh": 4}, "3201 3402 3603 4a04"),
    ({"register_before_wh": 1, "register_after_wh": 2}, "4201 4402"),
    ({"event": "commissioned", "report": "01020304"}, "52 09 69 04 01020304"),
)

UNENCODABLE = (
    {"charge": -1},
    {"reason": "bored"},
    {"limits": [[0, 160, "nobody"]]},
    {"limits": [[-1, 160, "box"]]},
    {"firmware": "xyz!"},
    {"firmware": "abc"},
)

# What a record that is too long loses, the first first.
ORDER = ("contactor", "limits", "meter_firmware", "meter", "firmware", "config", "openings", "box")

HUGE = b"\xff" * 9 + b"\x01"  # a number of 64 bits
NO_BODIES = (
    b"\x00",  # no value
    b"\x00\x80",  # half a value
    b"\x00" + b"\x80" * 11 + b"\x00",  # a number without end
    b"\x01\x00",  # a number with a length
    b"\x02\x01a",  # a text without one
    b"\x03\x02a",  # a text cut off
    b"\x03\x01\xff",  # no text
    b"\x03" + HUGE + b"a",
    b"\x03\xff\xff\xff\xff\x0fa",
    b"\x06\x03",  # no such word
    b"\x06" + HUGE,
    b"\x3b\x02\x06\x01",  # no such word in a row
    b"\x3b\x0b\x01" + HUGE[:9],  # half a number in a row
    b"\x3b\x0b" + HUGE + b"\x01",
    b"\x3b\x01\x01",  # half a row
    b"\xff" + HUGE + b"a",  # an unknown field that is longer than all
    b"\xff\x05a",
)


def samples(kind):
    """Values that a field of this kind must hold."""
    if kind == NUMBER:
        return NUMBERS
    if kind == HASH:
        return ("", "00", "0123456789abcdef" * 2)
    if type(kind) is tuple:
        return kind
    if type(kind) is not list:
        return ("", "~ !", "x" * kind)
    columns = [samples(column) for column in kind]
    rows = [[cells[i % len(cells)] for cells in columns] for i in range(9)]
    return ([], rows if len(kind) > 1 else [row[0] for row in rows])


class Fields(unittest.TestCase):
    def test_come_back_as_they_went(self):
        for name, kind in FIELDS:
            for value in samples(kind):
                self.assertEqual(decode(encode({name: value}, 900)), {name: value})

    def test_have_their_bytes_for_ever(self):
        for values, text in KNOWN:
            body = unhexlify(text.replace(" ", ""))
            self.assertEqual(hexlify(encode(values, BODY)), hexlify(body))
            self.assertEqual(decode(body), values)
        said = {name for values, _ in KNOWN for name in values}
        self.assertEqual({name for name, _ in FIELDS} - said, set())

    def test_that_are_none_are_absent(self):
        values = {name: None for name, _ in FIELDS}
        self.assertEqual(encode(values, 0), b"")
        self.assertEqual(encode(dict(values, wh=5), BODY), encode({"wh": 5}, BODY))

    def test_that_no_table_names_are_left_out(self):
        self.assertEqual(encode({"colour": "red", "wh": 5}, BODY), encode({"wh": 5}, BODY))

    def test_hold_texts_in_printable_ascii_cut_to_their_length(self):
        for text, kept in (
            ("z" * 21, "z" * 20),
            ("gr\u00fcn\n\x7f", "gr??n??"),
            ("\u20ac" * 30, "?" * 20),
        ):
            self.assertEqual(decode(encode({"by": text}, BODY)), {"by": kept})

    def test_hold_nothing_else(self):
        for values in UNENCODABLE:
            with self.assertRaises(ValueError):
                encode(values, BODY)


class Longest(unittest.TestCase):
    def test_charge_with_all_there_is_to_say_fits(self):
        values = worst_charge()
        kept = decode(encode(values, BODY))
        for name in values:
            if name == "box" or name not in ORDER:
                self.assertEqual(kept[name], values[name], name)

    def test_charge_after_another_register_fits(self):
        values = dict(worst_charge(), energy="unmetered", wh=None, register="exchanged")
        values.update(register_before_wh=999_999_999, register_after_wh=999_999_999)
        for name in ("tariff", "period_wh", "unsplit_wh", "currency", "amounts", "co2_g"):
            del values[name]
        self.assertEqual(decode(encode(values, BODY))["register_after_wh"], 999_999_999)

    def test_start_and_event_and_day_fit_whole(self):
        for values in (
            {
                "box": "x" * 20,
                "unix": 4_000_000_000,
                "clock": "synchronised",
                "about": "a" * 20,
                "firmware": "f" * 8,
                "config": "c" * 8,
                "tariff": "e" * 8,
                "periods": "p" * 39,
            },
            {
                "event": "meter",
                "unix": 4_000_000_000,
                "clock": "none",
                "about": "a" * 20,
                "before": "b" * 20,
                "after": "c" * 20,
                "count": 0xFFFFFFFF,
            },
            {
                "unix": 4_000_000_000,
                "count": 0xFFFFFFFF,
                "usable_min": 99_999,
                "faulted_min": 99_999,
                "unreachable_min": 99_999,
            },
        ):
            self.assertEqual(decode(encode(values, BODY)), values)

    def test_loses_what_it_can_do_without_in_order_and_no_more(self):
        values = worst_charge()
        whole = len(encode(values, 900))
        lost = []
        for room in range(whole, 0, -1):
            try:
                body = encode(values, room)
            except ValueError:
                break
            self.assertTrue(len(body) <= room, room)
            kept = decode(body)
            now = [len(kept.get(name, "")) for name in ORDER]
            self.assertEqual(dict(kept, **{n: values[n] for n in ORDER}), values)
            for i in range(1, len(ORDER)):  # none is touched before all before it are gone
                if now[i] < len(values[ORDER[i]]):
                    self.assertEqual(now[:i], [0] * i, room)
            lost = now
        self.assertEqual(lost, [0] * len(ORDER))

    def test_list_keeps_its_ends_and_the_turns_of_its_rows(self):
        values = {"contactor": worst_charge()["contactor"]}
        rows = values["contactor"]
        room = len(encode(values, 900))
        while True:
            room -= 1
            kept = decode(encode(values, room)).get("contactor")
            if not kept:
                break
            self.assertEqual(kept[0], rows[0])
            self.assertEqual(kept[-1], rows[-1])
            # Whatever closes opens again before it closes.
            self.assertEqual([row[1] for row in kept], [row[1] for row in rows[: len(kept)]])

    def test_values_given_are_not_changed(self):
        values = worst_charge()
        encode(values, BODY)
        self.assertEqual(values, worst_charge())


class Reading(unittest.TestCase):
    def test_passes_over_what_it_does_not_know(self):
        known = encode({"charge": 5}, BODY), encode({"unreachable_min": 7}, BODY)
        for unknown in range(len(FIELDS), 128):
            for field in (bytes((unknown * 2, 0x80, 1)), bytes((unknown * 2 + 1, 3)) + b"abc"):
                body = known[0] + field + known[1]
                self.assertEqual(decode(body), {"charge": 5, "unreachable_min": 7})

    def test_refuses_what_is_no_body(self):
        for body in NO_BODIES:
            try:
                decode(body)
            except ValueError:
                self.assertEqual(fields_of(body), {})
            else:
                self.fail(body)

    def test_of_any_bytes_ends_in_fields_or_a_refusal(self):
        random.seed(7)
        whole = encode(worst_charge(), BODY)
        for i in range(3_000):
            body = bytearray(whole)
            if i % 3:
                body = bytearray([random.getrandbits(8) for _ in range(random.getrandbits(6))])
            else:
                for _ in range(1 + i % 5):
                    body[random.getrandbits(16) % len(body)] = random.getrandbits(8)
            fields_of(bytes(body))  # raises nothing
        for size in range(len(whole)):
            fields_of(whole[:size])


if __name__ == "__main__":
    unittest.main()
