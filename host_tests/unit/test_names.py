"""Look-ups: what is asked, what is believed, and whom a lying or silent server can hold up."""

import random
import struct
import unittest

import fake_broker
from fake_broker import now_ms
from fake_network import FakeHal, a_record, dns_answer, dns_name, dns_record, dns_server
from pilotwire.link import names

ID = b"\x12\x34"
QUESTION = names.encode("broker.example.com")
QUERY = ID + b"\1\0\0\1\0\0\0\0\0\0" + QUESTION
GOOD = dns_answer(QUERY, a_record())
AT_NAME = b"\xc0\x0c"
CNAME = 5


def looked_up(hal, name="broker.example.com"):
    """(what look_up returned or said, after how many ms)."""
    found = []

    async def story():
        try:
            found.append(await names.look_up(hal, name))
        except OSError as error:
            found.append(error.args[0])

    fake_broker.run(story())
    return found[0], now_ms()


def alias(owner, target, ttl_s=300):
    return dns_record(owner, CNAME, ttl_s, dns_name(target))


class Question(unittest.TestCase):
    def test_is_labels_type_and_class(self):
        self.assertEqual(QUESTION, b"\6broker\7example\3com\0\0\1\0\1")
        self.assertEqual(names.encode("host."), b"\4host\0\0\1\0\1")

    def test_refuses_what_is_no_host_name(self):
        for name in ("", ".", "a..b", "a" * 64, ".".join(["a" * 49] * 6)):
            self.assertRaises(ValueError, names.encode, name)
            self.assertEqual(looked_up(FakeHal(), name)[0], "bad-name")


class Answer(unittest.TestCase):
    def test_an_address_and_how_long_it_holds(self):
        self.assertEqual(names.answer(GOOD, ID, QUESTION), ("192.0.2.7", 300))

    def test_follows_aliases_in_whatever_order_and_case_and_takes_the_shortest_life(self):
        chain = (
            alias(AT_NAME, "a.example.com", 900),
            alias(dns_name("A.example.COM"), "b.example.com", 60),
            a_record("192.0.2.9", 120, dns_name("b.Example.com")),
        )
        for records in (chain, tuple(reversed(chain)), (chain[1], chain[2], chain[0])):
            packet = dns_answer(QUERY, *records)
            self.assertEqual(names.answer(packet, ID, QUESTION), ("192.0.2.9", 60))

    def test_passes_over_what_nobody_asked_for(self):
        others = (
            dns_record(AT_NAME, 28, 300, bytes(16)),  # an address of IPv6
            a_record("192.0.2.66", owner=dns_name("evil.example.com")),
            dns_record(AT_NAME, 1, 300, b"\1\2\3"),
            a_record("0.0.0.0"),
            a_record("224.0.0.1"),
            a_record("255.255.255.255"),
        )
        packet = dns_answer(QUERY, *others, a_record())
        self.assertEqual(names.answer(packet, ID, QUESTION), ("192.0.2.7", 300))
        self.assertRaises(names.NoAddress, names.answer, dns_answer(QUERY, *others), ID, QUESTION)

    def test_a_life_with_its_highest_bit_set_is_none(self):
        packet = dns_answer(QUERY, a_record(ttl_s=0x80000001))
        self.assertEqual(names.answer(packet, ID, QUESTION), ("192.0.2.7", 0))

    def test_is_no_answer_unless_id_question_and_direction_are_right(self):
        for packet in (
            b"\x12\x35" + GOOD[2:],
            QUERY,
            dns_answer(ID + QUERY[2:12] + names.encode("broker.example.org"), a_record()),
            GOOD[:4] + b"\0\2" + GOOD[6:],
            GOOD[:11],
            b"",
        ):
            self.assertRaises(names.Junk, names.answer, packet, ID, QUESTION)

    def test_aliases_in_a_ring_lead_nowhere(self):
        ring = (
            alias(AT_NAME, "a.example.com"),
            alias(dns_name("a.example.com"), "broker.example.com"),
        )
        self.assertRaises(names.NoAddress, names.answer, dns_answer(QUERY, *ring), ID, QUESTION)

    def test_pointers_that_do_not_go_back_are_junk(self):
        here = 12 + len(QUESTION)
        for at in (here, here + 1, 0x3FFF):
            owner = struct.pack(">H", 0xC000 | at)
            packet = dns_answer(QUERY, a_record(owner=owner))
            self.assertRaises(names.Junk, names.answer, packet, ID, QUESTION)

    def test_cut_short_it_is_junk_or_no_address_and_never_a_wrong_one(self):
        for size in range(len(GOOD)):
            try:
                names.answer(GOOD[:size], ID, QUESTION)
                self.fail(size)
            except (names.Junk, names.NoAddress):
                continue

    def test_random_packets_raise_nothing_else(self):
        random.seed(8)
        head = dns_answer(QUERY)
        seen = set()
        for i in range(4_000):
            packet = bytearray(GOOD)
            if i % 2:
                size = random.getrandbits(6)
                packet = bytearray(head + bytes(random.getrandbits(8) for _ in range(size)))
                packet[7] = 3
            for _ in range(random.getrandbits(2)):
                packet[random.getrandbits(16) % len(packet)] = random.getrandbits(8)
            try:
                address, left_s = names.answer(bytes(packet), ID, QUESTION)
                seen.add("address")
                self.assertTrue(0 < int(address.split(".")[0]) < 224, address)
                self.assertTrue(0 <= left_s < 1 << 31, left_s)
            except (names.Junk, names.NoAddress, OSError) as error:
                seen.add(type(error))
        self.assertEqual(len(seen), 4)


class LookUp(unittest.TestCase):
    def test_asks_the_first_server_with_a_new_id_each_time(self):
        queries = []

        def server(query):
            queries.append(query)
            return (dns_answer(query, a_record()),)

        hal = FakeHal({("10.0.0.1", 53): server})
        self.assertEqual(looked_up(hal), (("192.0.2.7", 300), 100))
        looked_up(hal)
        self.assertTrue(queries[0][:2] != queries[1][:2])
        self.assertEqual(queries[0][2:], QUERY[2:])
        self.assertTrue(all(line.closed for line in hal.lines))

    def test_a_server_that_is_silent_or_in_trouble_is_not_the_only_one(self):
        for bad in (lambda query: (), dns_server(flags=0x8182), lambda query: (OSError(111),)):
            hal = FakeHal({("10.0.0.1", 53): bad, ("10.0.0.2", 53): dns_server(a_record())})
            found, took_ms = looked_up(hal)
            self.assertEqual(found, ("192.0.2.7", 300))
            self.assertTrue(took_ms <= 1_600, took_ms)
            self.assertTrue(all(line.closed for line in hal.lines))

    def test_ends_after_6_s_and_says_why(self):
        for servers, why in (
            ({}, "silent"),
            ({("10.0.0.2", 53): dns_server(flags=0x8182)}, "server-2"),
        ):
            found, took_ms = looked_up(FakeHal(servers))
            self.assertEqual(found, why)
            self.assertTrue(took_ms <= 6_000, took_ms)

    def test_a_name_that_is_none_ends_it_at_once(self):
        for server, why in (
            (dns_server(flags=0x8183), "no-name"),
            (dns_server(), "no-address"),
        ):
            hal = FakeHal({("10.0.0.1", 53): server})
            found, took_ms = looked_up(hal)
            self.assertEqual(found, why)
            self.assertTrue(took_ms < 1_500, took_ms)

    def test_waits_through_lies_for_the_answer(self):
        def liar(query):
            wrong = bytes([query[0] ^ 1]) + query[1:]
            yield dns_answer(wrong, a_record("192.0.2.66"))
            yield b"junk"
            yield query
            yield dns_answer(query, a_record())

        hal = FakeHal({("10.0.0.1", 53): liar})
        self.assertEqual(looked_up(hal)[0], ("192.0.2.7", 300))

    def test_lies_without_end_take_no_longer_than_silence(self):
        hal = FakeHal({("10.0.0.1", 53): lambda query: [b"junk"] * 200}, delay_s=0.2)
        hal.dns = ["10.0.0.1"]
        found, took_ms = looked_up(hal)
        self.assertEqual(found, "silent")
        self.assertTrue(took_ms <= 6_500, took_ms)

    def test_without_a_server_there_is_nobody_to_ask(self):
        hal = FakeHal()
        hal.dns = []
        self.assertEqual(looked_up(hal), ("no-server", 0))

    def test_a_server_may_have_a_port(self):
        hal = FakeHal({("127.0.0.1", 5_353): dns_server(a_record())})
        hal.dns = ["127.0.0.1:5353"]
        self.assertEqual(looked_up(hal)[0], ("192.0.2.7", 300))

    def test_names_of_the_local_network_are_asked_of_everybody_there(self):
        for name in ("homeassistant.local", "Box.LOCAL."):
            hal = FakeHal({("224.0.0.251", 5_353): dns_server(a_record("192.168.1.4"))})
            self.assertEqual(looked_up(hal, name)[0], ("192.168.1.4", 300))


if __name__ == "__main__":
    unittest.main()
