"""The way to the broker: its address and how long it is kept, the time, the certificates."""

import asyncio
import gc
import os
import ssl
import sys
import unittest

import fake_broker
from fake_broker import now_ms
from fake_network import CERTIFICATE, FakeHal, a_record, dns_server, ntp_server
from pilotwire.link.dial import Dial
from pilotwire.link.patience import Patience
from pilotwire.link.retry import DialError
from pilotwire.link.route import _plugs, is_address

DNS = ("10.0.0.1", 53)
NTP = ("10.0.0.5", 123)


def dialled(dial, *pauses_s, host="broker.example.com"):
    """What each `open` said, `pauses_s` apart: what was opened is in the HAL."""
    said = []

    async def story():
        for pause_s in (0,) + pauses_s:
            await asyncio.sleep(pause_s)
            try:
                said.append(await dial.open(host, 8883))
            except DialError as error:
                said.append(error.args[0])

    fake_broker.run(story())
    return said


def dial_of(hal, tls="off", ntp="", known=None, patience=None):
    return Dial(hal, {"mqtt_tls": tls, "ntp_host": ntp}, lambda: known, patience)


class Address(unittest.TestCase):
    def test_is_four_numbers(self):
        for text in ("10.0.0.1", "255.255.255.255"):
            self.assertTrue(is_address(text), text)
        for text in ("", "10.0.0", "10.0.0.1.2", "10.0.0.256", "10.0.0.-1", "a.b.c.d", "10.0.0."):
            self.assertFalse(is_address(text), text)

    def test_of_a_broker_needs_no_look_up(self):
        hal = FakeHal()
        self.assertEqual(dialled(dial_of(hal), host="192.0.2.1"), [("reader", "writer")])
        self.assertEqual((hal.opened, hal.asked), ([("192.0.2.1", 8883, None, None)], []))


class Ready(unittest.TestCase):
    def test_waits_for_a_network(self):
        hal = FakeHal()
        hal.address = ""

        async def story():
            waiting = asyncio.create_task(dial_of(hal).ready())
            await asyncio.sleep(100)
            self.assertFalse(waiting.done())
            hal.address = "10.0.0.7"
            await waiting
            self.assertTrue(now_ms() <= 101_000)

        fake_broker.run(story())


class Names(unittest.TestCase):
    def test_are_looked_up_again_after_their_time_within_1_to_10_minutes(self):
        for ttl_s, holds_s in ((0, 60), (59, 60), (300, 300), (86_400, 600)):
            hal = FakeHal({DNS: dns_server(a_record(ttl_s=ttl_s))})
            dialled(dial_of(hal), holds_s - 1, 1)
            self.assertEqual(len(hal.asked), 2, ttl_s)
            self.assertEqual(hal.opened, [("192.0.2.7", 8883, None, None)] * 3)

    def test_keep_their_last_address_when_the_dns_is_lost(self):
        hal = FakeHal({DNS: dns_server(a_record())})
        dial = dial_of(hal)
        dialled(dial)
        hal.servers = {}
        self.assertEqual(dialled(dial, 3_600), [("reader", "writer")] * 2)

    def test_without_an_address_say_why(self):
        self.assertEqual(dialled(dial_of(FakeHal())), ["name:silent"])
        hal = FakeHal({DNS: dns_server(flags=0x8183)})
        self.assertEqual(dialled(dial_of(hal)), ["name:no-name"])
        self.assertEqual(dialled(dial_of(hal), host="a..b"), ["name:bad-name"])

    def test_are_not_looked_up_while_the_contactor_is_closed_where_that_holds_up_ring_0(self):
        hal = FakeHal({DNS: dns_server(a_record(ttl_s=60))})
        closed = []
        dial = dial_of(hal, patience=Patience(hal, lambda: bool(closed), None))
        dialled(dial)
        closed.append(1)
        dialled(dial, 3_600)
        self.assertEqual(len(hal.asked), 1)


class Tls(unittest.TestCase):
    def setUp(self):
        self.hal = FakeHal({NTP: ntp_server()})
        self.hal.root = "no-such-folder"

    def test_without_an_authority_is_refused_before_anything_is_opened(self):
        self.hal.time = 1_800_000_000, "set"
        self.assertEqual(dialled(dial_of(self.hal, "on"), host="10.0.0.9"), ["tls:files"])
        self.assertEqual(self.hal.opened, [])

    def dials_with(self, ca, **files):
        """What is said where these are the files in the root."""
        self.hal.root = "."
        self.hal.time = 1_800_000_000, "set"
        files["ca.der"] = ca
        for name, data in files.items():
            with open(name, "wb") as file:
                file.write(data)
        try:
            return dialled(dial_of(self.hal, "on"), host="10.0.0.9")
        finally:
            for name in files:
                os.remove(name)

    def test_with_a_file_that_is_no_certificate_is_refused_too(self):
        for data in (b"", b"-----BEGIN CERTIFICATE-----", CERTIFICATE[:-1]):
            self.assertEqual(self.dials_with(data), ["tls:files"])
        for own, key in ((b"", b""), (CERTIFICATE, b"no key")):
            files = {"client.crt.der": own, "client.key.der": key}
            if sys.implementation.name == "micropython":  # CPython wants the names of files
                self.assertEqual(self.dials_with(CERTIFICATE, **files), ["tls:files"])
        self.assertEqual(self.hal.opened, [])

    def test_opens_to_the_brokers_name_with_a_context(self):
        self.assertEqual(self.dials_with(CERTIFICATE), [("reader", "writer")])
        address, port, context, name = self.hal.opened[0]
        self.assertEqual((address, port, name), ("10.0.0.9", 8883, "10.0.0.9"))
        self.assertEqual(context.verify_mode, ssl.CERT_REQUIRED)

    def test_lets_nothing_be_collected_until_the_handshake_has_ended(self):
        if sys.implementation.name != "micropython":
            self.skipTest("CPython's collector has no threshold in bytes")
        seen = []

        async def story(dial):
            await dial.open("10.0.0.9", 8883)
            seen.append((gc.threshold(), dial._plugs is not None))
            dial.handshake_ended()
            seen.append((gc.threshold(), dial._plugs is not None))

        before = gc.threshold()
        gc.threshold(16_384)
        with open("ca.der", "wb") as file:
            file.write(CERTIFICATE)
        self.hal.root = "."
        self.hal.time = 1_800_000_000, "set"
        try:
            fake_broker.run(story(dial_of(self.hal, "on")))
        finally:
            os.remove("ca.der")
            gc.threshold(before)
        self.assertEqual(seen, [(-1, True), (16_384, False)])

    def test_leaves_the_handshake_no_hole_to_look_at(self):
        if sys.implementation.name != "micropython":
            self.skipTest("CPython's heap has no holes of this kind")
        kept = [bytearray(40) for _ in range(200)]
        for i in range(0, 200, 2):
            kept[i] = None
        gc.collect()
        plugs = _plugs(100_000)
        above = id(plugs)
        plugged = sum([id(bytearray(100)) > above for _ in range(20)])
        plugs = None
        gc.collect()
        open_ = sum([id(bytearray(100)) > above for _ in range(20)])
        self.assertTrue(plugged > 10 and open_ == 0, (plugged, open_))

    def test_without_room_for_it_says_so(self):
        self.hal.refuses = OSError(12)
        self.assertEqual(self.dials_with(CERTIFICATE), ["tls:memory"])

    def test_asks_for_the_time_first_where_the_clock_is_unknown(self):
        dial = dial_of(self.hal, "on", "10.0.0.5", known=1_700_000_000)
        dialled(dial, host="10.0.0.9")
        self.assertEqual(self.hal.clock(), (1_800_000_001, "synchronised"))
        self.assertEqual(dial.assumed, None)
        dialled(dial, host="10.0.0.9")
        self.assertEqual(self.hal.asked, [NTP])

    def test_judges_by_the_last_known_time_where_nobody_tells_it_and_says_so(self):
        for ntp in ("", "10.0.0.6", "silent.example.com"):
            dial = dial_of(self.hal, "on", ntp, known=1_700_000_000)
            dialled(dial, host="10.0.0.9")
            self.assertEqual(self.hal.time, (1_700_000_000, "none"), ntp)
            self.assertEqual(self.hal.clock(), (None, "none"))
            self.assertEqual(dial.assumed, 1_700_000_000)

    def test_assumes_nothing_where_nothing_is_known(self):
        dial = dial_of(self.hal, "on")
        dialled(dial, host="10.0.0.9")
        self.assertEqual((self.hal.time, dial.assumed), ((None, "none"), None))

    def test_names_what_ended_the_handshake(self):
        dial = dial_of(self.hal, "on")
        self.assertEqual(dial.refused("\nThe certificate validity has expired\n"), "tls:expired")
        self.assertEqual(dial.refused(""), "tls:handshake")
        self.assertEqual(dial_of(self.hal).refused(""), "closed")

    def test_waits_for_an_open_contactor_where_that_holds_up_ring_0_and_only_there(self):
        closed = []
        ready_ms = []

        async def wait(dial):
            await dial.ready()
            ready_ms.append(now_ms())

        async def story(dial):
            closed[:] = [1]
            waiting = asyncio.create_task(wait(dial))
            await asyncio.sleep(10)
            closed.clear()
            await waiting

        patience = Patience(self.hal, lambda: bool(closed), None)
        fake_broker.run(story(dial_of(self.hal, "on", patience=patience)))
        fake_broker.run(story(dial_of(self.hal, "off", patience=patience)))
        fake_broker.run(story(dial_of(self.hal, "on")))
        self.assertEqual(ready_ms, [10_000, 0, 0])


class Time(unittest.TestCase):
    def test_comes_from_a_name_too_and_from_a_port(self):
        hal = FakeHal({DNS: dns_server(a_record("10.0.0.5")), ("10.0.0.5", 1_123): ntp_server()})
        fake_broker.run(dial_of(hal, ntp="time.example.com:1123").ask_time())
        self.assertEqual(hal.clock(), (1_800_000_001, "synchronised"))

    def test_two_who_look_something_up_take_turns(self):
        hal = FakeHal({DNS: dns_server(a_record("10.0.0.5")), NTP: ntp_server()})
        dial = dial_of(hal, ntp="time.example.com")

        async def story():
            clock = asyncio.create_task(dial.ask_time())
            await dial.open("broker.example.com", 1883)
            await clock

        fake_broker.run(story())
        self.assertEqual(hal.clock()[1], "synchronised")
        self.assertEqual(len(hal.opened), 1)
        self.assertFalse(dial._busy)


if __name__ == "__main__":
    unittest.main()
