"""Commands from the backend: obeyed once, or refused with a reason."""

import json
import unittest

from pilotwire.link.commands import Commands, Refused, acknowledged
from pilotwire.power.leases import MAX_TTL_S

NOW_S = 1_800_000_000

GOOD = (
    (b'{"id": "a", "type": "pause"}', ("a", "pause", {})),
    (b'{"id": "a", "type": "stop", "args": {}, "exp": null}', ("a", "stop", {})),
    (b'{"id": "a", "type": "start", "exp": 1800000000}', ("a", "start", {})),
    (b'{"id": "a", "type": "limit", "args": {"ma": 0}}', ("a", "limit", {"ma": 0})),
    (
        b'{"type": "limit", "id": "~ !", "args": {"ma": 80000, "ttl_s": 1, "fallback_ma": 0}}',
        ("~ !", "limit", {"ma": 80_000, "ttl_s": 1, "fallback_ma": 0}),
    ),
)

# Arguments that are texts and numbers of other commands.
GOOD_ARGS = (
    ("start", {"by": "04:A2/ffff-01234567~"}),  # 20 characters
    ("start", {"by": ""}),
    ("records", {"first": 1}),
    ("records", {"first": 0xFFFFFFFF}),
    ("authorise", {"token": "0123456789abcdef", "by": "~"}),
    ("phases", {"n": 3}),
    ("log", {"level": "debug"}),
    ("config-get", {}),
    ("config-get", {"keys": []}),
    ("config-get", {"keys": ["id", 5, None]}),  # what is in it is for the order to judge
    ("tariff", {"tariff": None}),
    ("tariff", {"tariff": {"periods": []}}),
)

# What a command is refused for, and whether the result can name its id.
BAD = (
    (b"", False, "malformed"),
    (b"\xff\xfe", False, "malformed"),
    (b'{"id": "\xff", "type": "stop"}', False, "malformed"),
    (b"[" * 2_000, False, "malformed"),
    (b"5", False, "malformed"),
    (b'"stop"', False, "malformed"),
    (b'["id", "type"]', False, "malformed"),
    (b'{"type": "stop"}', False, "malformed"),
    (b'{"id": 1, "type": "stop"}', False, "malformed"),
    (b'{"id": "", "type": "stop"}', False, "malformed"),
    (b'{"id": "\\ud800", "type": "stop"}', False, "malformed"),
    (b'{"id": "\\u0000", "type": "stop"}', False, "malformed"),
    (b'{"id": "%s", "type": "stop"}' % (b"x" * 65), False, "malformed"),
    (b'{"id": "a"}', True, "unknown"),
    (b'{"id": "a", "type": null}', True, "unknown"),
    (b'{"id": "a", "type": ["stop"]}', True, "unknown"),
    (b'{"id": "a", "type": "Stop"}', True, "unknown"),
    (b'{"id": "a", "type": "stop", "hurry": 1}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "args": null}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "args": []}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "args": {"ma": 1}}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "exp": 1e12}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "exp": true}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "exp": "never"}', True, "malformed"),
    (b'{"id": "a", "type": "stop", "exp": 1799999999}', True, "expired"),
    (b'{"id": "a", "type": "stop", "exp": -9999999999999999999999}', True, "expired"),
    (b'{"id": "a", "type": "limit"}', True, "malformed"),
    (b'{"id": "a", "type": "limit", "args": {"ttl_s": 9}}', True, "malformed"),
    (b'{"id": "a", "type": "limit", "args": {"ma": true}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": null}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 6000.0}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 1e999}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": "6000"}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": -1}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 80001}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 1%s}}' % (b"0" * 1_500), True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 1, "ttl_s": 0}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 1, "ttl_s": 432001}}', True, "range"),
    (b'{"id": "a", "type": "limit", "args": {"ma": 1, "fallback_ma": -1}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": "123456789012345678901"}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": "gr\xc3\xbcn"}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": "\\n"}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": 1}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": null}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"by": ["a"]}}', True, "range"),
    (b'{"id": "a", "type": "start", "args": {"who": "a"}}', True, "malformed"),
    (b'{"id": "a", "type": "records"}', True, "malformed"),
    (b'{"id": "a", "type": "records", "args": {"first": 0}}', True, "range"),
    (b'{"id": "a", "type": "records", "args": {"first": 4294967296}}', True, "range"),
    (b'{"id": "a", "type": "records", "args": {"first": "1"}}', True, "range"),
    (b'{"id": "a", "type": "phases", "args": {"n": 2}}', True, "range"),
    (b'{"id": "a", "type": "phases", "args": {"n": true}}', True, "range"),
    (b'{"id": "a", "type": "phases", "args": {"n": 1.0}}', True, "range"),
    (b'{"id": "a", "type": "log", "args": {"level": "loud"}}', True, "range"),
    (b'{"id": "a", "type": "authorise", "args": {"token": "0123456789ABCDEF"}}', True, "range"),
    (b'{"id": "a", "type": "authorise", "args": {"token": "0123456789abcde"}}', True, "range"),
    (b'{"id": "a", "type": "authorise", "args": {"token": 1234567890123456}}', True, "range"),
    (b'{"id": "a", "type": "config-get", "args": {"keys": "id"}}', True, "range"),
    (b'{"id": "a", "type": "config-get", "args": {"keys": [%s1]}}' % (b"1," * 64), True, "range"),
    (b'{"id": "a", "type": "config-set", "args": {"values": null}}', True, "range"),
    (b'{"id": "a", "type": "config-set", "args": {"values": []}}', True, "range"),
    (b'{"id": "a", "type": "tariff", "args": {"tariff": "none"}}', True, "range"),
    (b'{"id": "a", "type": "tariff"}', True, "malformed"),
    (b'{"id": "a", "type": "stop\\", \\"args\\": {"}', True, "unknown"),
    (b'{"id": "a", "type": ""}', True, "unknown"),
)

BAD_ACKS = (
    (b"", "malformed"),
    (b"7", "malformed"),
    (b'"upto"', "malformed"),
    (b'["upto"]', "malformed"),
    (b"{}", "malformed"),
    (b'{"upto": true}', "malformed"),
    (b'{"upto": 1.0}', "malformed"),
    (b'{"upto": "1"}', "malformed"),
    (b'{"upto": -1}', "range"),
    (b"[" * 2_000, "malformed"),
)


class Checking(unittest.TestCase):
    def refusal(self, payload, retained=False, unix_s=NOW_S, commands=None):
        try:
            (commands or Commands()).check(payload, retained, unix_s)
        except Refused as refused:
            return refused.args
        self.fail(payload)
        return None

    def test_gives_id_type_and_arguments_of_a_good_one(self):
        for payload, expected in GOOD:
            self.assertEqual(Commands().check(payload, False, NOW_S), expected)

    def test_gives_texts_and_numbers_as_they_came(self):
        for type_, args in GOOD_ARGS:
            payload = json.dumps({"id": "a", "type": type_, "args": args}).encode()
            self.assertEqual(Commands().check(payload, False, NOW_S), ("a", type_, args))

    def test_refuses_a_bad_one_with_its_reason(self):
        for payload, named, reason in BAD:
            id_, code, about = self.refusal(payload)
            self.assertEqual((id_, code), ("a" if named else None, reason), payload)
            self.assertTrue(about or reason in ("expired", "unknown"), payload)

    def test_refuses_a_retained_one_because_it_would_be_obeyed_at_every_reconnect(self):
        self.assertEqual(self.refusal(GOOD[0][0], retained=True), ("a", "retained", ""))

    def test_obeys_an_id_once(self):
        commands = Commands()
        commands.check(GOOD[0][0], False, None)
        self.assertEqual(self.refusal(GOOD[1][0], commands=commands), ("a", "repeated", ""))

    def test_remembers_sixteen_ids_and_no_more(self):
        commands = Commands()
        for i in range(17):
            commands.check(b'{"id": "%d", "type": "stop"}' % i, False, None)
        for i in range(1, 17):
            payload = b'{"id": "%d", "type": "stop"}' % i
            self.assertEqual(self.refusal(payload, commands=commands)[1], "repeated")
        commands.check(b'{"id": "0", "type": "stop"}', False, None)

    def test_without_a_clock_obeys_what_may_have_expired(self):
        payload = b'{"id": "a", "type": "stop", "exp": 1}'
        self.assertEqual(Commands().check(payload, False, None)[1], "stop")

    def test_echoes_no_more_than_a_message_holds(self):
        for key in ("k" * 2_000, "\x00" * 2_000, "\ud800" * 500, "\u20ac" * 500):
            for payload in ({"id": "a", key: 1}, {"id": "a", "type": "stop", "args": {key: 1}}):
                about = self.refusal(json.dumps(payload).encode("utf-8", "surrogatepass"))[2]
                self.assertTrue(len(json.dumps(about)) < 300, about)

    def test_table_lets_no_lease_outlive_the_clock(self):
        payload = b'{"id": "%d", "type": "limit", "args": {"ma": 1, "ttl_s": %d}}'
        Commands().check(payload % (1, MAX_TTL_S), False, None)
        self.assertEqual(self.refusal(payload % (2, MAX_TTL_S + 1))[1], "range")


class Acknowledging(unittest.TestCase):
    def test_gives_the_number(self):
        for upto in (0, 7, 10**30):
            self.assertEqual(acknowledged(b'{"upto": %d, "by": "backend"}' % upto), upto)

    def test_refuses_what_is_none(self):
        for payload, reason in BAD_ACKS:
            try:
                acknowledged(payload)
            except Refused as refused:
                self.assertEqual(refused.args[:2], (None, reason), payload)
            else:
                self.fail(payload)


if __name__ == "__main__":
    unittest.main()
