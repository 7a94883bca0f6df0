"""Joining Wi-Fi, against a network module whose calls are the chip's (MicroPython 1.28, CYW43)."""

import asyncio
import sys
import unittest

import fake_broker
from fake_broker import now_ms

GOT_IP, JOINING, NO_ADDRESS = 3, 1, 2
FAILED, NOT_FOUND, WRONG_KEY = -1, -2, -3
OPEN, WPA2, WPA3 = 0, 4194310, 20971524


class Place:
    """An access point. `takes`: how it may be joined; `takes_s`: how long that lasts."""

    def __init__(self, key=None, takes=(OPEN, WPA2, WPA3), takes_s=3, dhcp=True):
        self.key = key
        self.takes = takes
        self.takes_s = takes_s
        self.dhcp = dhcp


class Wlan:
    """network.WLAN(network.STA_IF), with the signatures of the published stubs and of
    network_cyw43.c."""

    SEC_OPEN, SEC_WPA_WPA2, SEC_WPA2_WPA3 = OPEN, WPA2, WPA3
    places = None
    now = None  # the one that was made last
    busy = 0  # joins that the radio refuses

    def __init__(self, interface_id=0):
        assert interface_id == 0
        Wlan.now = self
        self.calls = []
        self.joins = []  # (ms, ssid, security)
        self._place = None
        self._at_ms = 0
        self._key = self._security = None
        self._fixed = None

    def active(self, is_active):
        self.calls.append(("active", is_active))

    def connect(self, ssid, key=None, *, security=-1):
        if security == -1:
            security = WPA2 if key else OPEN
        self.joins.append((now_ms(), ssid, security))
        if Wlan.busy:
            Wlan.busy -= 1
            raise OSError(16)
        self._place = Wlan.places.get(ssid)
        self._at_ms = now_ms()
        self._key, self._security = key, security

    def disconnect(self):
        self._place = None
        self._key = None

    def status(self, param=None):
        if param is not None:
            assert param == "rssi"
            return -61
        place = self._place
        if not self.joins:
            return 0
        if place is None or place not in Wlan.places.values():
            return NOT_FOUND
        if now_ms() - self._at_ms < place.takes_s * 1000:
            return JOINING
        if self._security not in place.takes:
            return FAILED
        if place.key != self._key:
            return WRONG_KEY
        return GOT_IP if place.dhcp or self._fixed else NO_ADDRESS

    def isconnected(self):
        return self._place is not None and self.status() == GOT_IP

    def ifconfig(self, ip_mask_gateway_dns=None):
        if ip_mask_gateway_dns is not None:
            self._fixed = ip_mask_gateway_dns
            self.calls.append(("ifconfig", ip_mask_gateway_dns))
            return None
        if not self.isconnected():
            return ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
        return self._fixed or ("192.168.1.7", "255.255.255.0", "192.168.1.1", "192.168.1.53")


class Network:
    """The module `network`."""

    STA_IF = 0
    WLAN = Wlan
    countries = ()

    @classmethod
    def country(cls, code):
        assert len(code) == 2
        cls.countries += (code,)


sys.modules["network"] = Network
from pilotwire.hal import wifi  # noqa: E402 - a computer has no module `network`

CONFIG = {"wifi_ssid": "home", "wifi_key": "secret", "wifi_country": "DE"}


class Box:
    """A box amid `places` {ssid: Place}."""

    def __init__(self, places, fixed=None, **config):
        Wlan.places = dict(places)
        Network.countries = ()
        wifi.network = Network
        self.wifi = wifi.Wifi(dict(CONFIG, **config), fixed)

    def during(self, story):
        async def main():
            task = asyncio.create_task(self.wifi.stay())
            await asyncio.sleep(0)
            await story(Wlan.now)
            task.cancel()

        fake_broker.run(main(), limit_s=10_000)
        return self


async def joined(wlan):
    while not wlan.isconnected():
        await asyncio.sleep(0.1)


async def for_an_hour(_wlan):
    await asyncio.sleep(3_600)


class Join(unittest.TestCase):
    def test_sets_the_country_before_the_radio_is_on(self):
        Box({"home": Place("secret")}).during(joined)
        self.assertEqual(Network.countries, ("DE",))
        self.assertEqual(Wlan.now.calls, [("active", True)])
        self.assertEqual(Wlan.now.joins, [(0, "home", WPA2)])

    def test_tells_where_it_is_and_who_looks_up_names(self):
        async def story(wlan):
            self.assertEqual(box.wifi.report(), ("wifi", "", None, "off"))
            await joined(wlan)
            await asyncio.sleep(1)
            self.assertEqual(box.wifi.report(), ("wifi", "192.168.1.7", -61, ""))
            self.assertEqual(box.wifi.name_servers(), ["192.168.1.53", "192.168.1.1"])

        box = Box({"home": Place("secret")})
        self.assertEqual(box.wifi.name_servers(), [])
        box.during(story)

    def test_takes_a_fixed_address_before_it_joins(self):
        fixed = ("10.0.0.7", "255.0.0.0", "10.0.0.1", "0.0.0.0")

        async def story(wlan):
            await joined(wlan)
            self.assertEqual(box.wifi.report()[1], "10.0.0.7")
            self.assertEqual(box.wifi.name_servers(), ["10.0.0.1"])

        box = Box({"home": Place("secret", dhcp=False)}, fixed)
        box.during(story)
        self.assertEqual(Wlan.now.calls, [("active", True), ("ifconfig", fixed)])

    def test_names_a_server_once_that_is_the_gateway_too(self):
        async def story(wlan):
            await joined(wlan)
            self.assertEqual(box.wifi.name_servers(), ["10.0.0.1"])

        box = Box({"home": Place("secret")}, ("10.0.0.7", "255.0.0.0", "10.0.0.1", "10.0.0.1"))
        box.during(story)

    def test_an_open_network_is_joined_without_a_key(self):
        Box({"home": Place()}, wifi_key="").during(joined)
        self.assertEqual(Wlan.now.joins, [(0, "home", OPEN)])

    def test_finds_out_which_of_wpa2_and_wpa3_an_access_point_takes_and_remembers(self):
        async def story(wlan):
            await joined(wlan)
            wlan.disconnect()
            await asyncio.sleep(3)
            await joined(wlan)

        Box({"home": Place("secret", takes=(WPA3,))}).during(story)
        self.assertEqual([join[2] for join in Wlan.now.joins], [WPA2, WPA3, WPA3])

    def test_tries_the_networks_in_their_order_and_the_first_again_first(self):
        config = {"wifi_ssid2": "yard", "wifi_key2": "k2", "wifi_ssid3": "spare", "wifi_key3": ""}

        async def story(wlan):
            await joined(wlan)
            Wlan.places["home"] = Place("secret")
            del Wlan.places["spare"]
            await asyncio.sleep(3)
            await joined(wlan)

        Box({"spare": Place()}, **config).during(story)
        self.assertEqual([join[1] for join in Wlan.now.joins], ["home", "yard", "spare", "home"])

    def test_gives_a_join_20_s_and_no_more(self):
        Box({"home": Place("secret", takes_s=60)}).during(for_an_hour)
        first_ms, second_ms = (join[0] for join in Wlan.now.joins[:2])
        self.assertTrue(20_000 <= second_ms - first_ms <= 22_000, second_ms)

    def test_says_why_there_is_none(self):
        for places, reason in (
            ({}, "not-found"),
            ({"home": Place("another")}, "wrong-key"),
            ({"home": Place("secret", takes=())}, "failed"),
            ({"home": Place("secret", dhcp=False)}, "no-address"),
            ({"home": Place("secret", takes_s=60)}, "joining"),
        ):
            box = Box(places).during(lambda wlan: asyncio.sleep(25))
            self.assertEqual(box.wifi.report(), ("wifi", "", None, reason))

    def test_goes_on_for_ever_with_pauses_of_up_to_a_minute(self):
        async def story(wlan):
            await for_an_hour(wlan)
            Wlan.places["home"] = Place("secret")
            await joined(wlan)

        Box({}).during(story)
        starts_ms = [join[0] for join in Wlan.now.joins]
        gaps_s = [(starts_ms[i + 1] - starts_ms[i]) / 1000 for i in range(len(starts_ms) - 1)]
        self.assertTrue(max(gaps_s) <= 61, max(gaps_s))
        self.assertTrue(min(gaps_s[7:]) >= 30, gaps_s)
        self.assertTrue(60 <= len(gaps_s) <= 125, len(gaps_s))

    def test_a_radio_that_is_busy_is_asked_again(self):
        Wlan.busy = 2
        Box({"home": Place("secret")}).during(joined)
        self.assertEqual(len(Wlan.now.joins), 3)


class Pause(unittest.TestCase):
    def test_doubles_from_1_s_to_a_minute_less_up_to_a_half(self):
        whole_ms = (1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000)
        for rounds, limit_ms in enumerate(whole_ms):
            least = wifi.pause_ms(rounds, lambda bits: 0)
            most = wifi.pause_ms(rounds, lambda bits: (1 << bits) - 1)
            self.assertEqual(least, limit_ms // 2)
            self.assertTrue(limit_ms * 99 // 100 <= most <= limit_ms, rounds)


if __name__ == "__main__":
    unittest.main()
