"""Joining a network on an ESP32: by a WLAN with the port's manners, by a LAN8720."""

import asyncio
import sys
import unittest

import fake_broker
import fake_esp32
from fake_broker import now_ms
from fake_esp32 import Pin

fake_esp32.install()
CONFIG = {"wifi_ssid": "home", "wifi_key": "secret", "wifi_country": "DE", "wifi_ip": ""}
WIRES = {"mdc": 23, "mdio": 18, "address": 1, "power": 12, "clock": 17}
IDLE, JOINING, GOT_IP = 1000, 1001, 1010
NOT_FOUND, WRONG_KEY, HANDSHAKE, NO_CONNECTION = 201, 202, 15, 205


class Wlan:
    """network.WLAN(network.STA_IF), by network_wlan.c; `places` {ssid: (key, what is wrong)}."""

    places = None
    now = None

    def __init__(self, interface_id=0):
        assert interface_id == 0
        Wlan.now = self
        self.calls = []
        self.joins = []
        self._reason = 0  # of the last disconnection, and it stays there
        self._reconnects = 0
        self._at_ms = self._key = self._ssid = None

    def active(self, is_active):
        self.calls.append(("active", is_active))

    def config(self, *, reconnects):
        self._reconnects = reconnects + 1

    def connect(self, ssid, key=None):
        assert self._reconnects == 1, "the port would join for ever"
        self.joins.append((now_ms(), ssid, key))
        self._at_ms, self._ssid, self._key = now_ms(), ssid, key

    def disconnect(self):
        self._ssid = None

    def _settle(self):
        """3 s after `connect`."""
        if self._ssid is None or now_ms() - self._at_ms < 3_000:
            return
        key, reason = self.places.get(self._ssid, (None, NOT_FOUND))
        self._reason = reason if reason or key == self._key else HANDSHAKE

    def isconnected(self):
        self._settle()
        return self._ssid is not None and now_ms() - self._at_ms >= 3_000 and not self._reason

    def status(self, param=None):
        if param == "rssi":
            if not self.isconnected():
                raise OSError("Wifi Not Connected")
            return -61
        self._settle()
        if self.isconnected():
            return GOT_IP
        if self._reason in (NOT_FOUND, WRONG_KEY):
            return self._reason
        if self._ssid is not None and now_ms() - self._at_ms < 3_000:
            return JOINING
        return self._reason or IDLE

    def ifconfig(self, configtuple=None):
        if configtuple is not None:
            self.calls.append(("ifconfig", configtuple))
        return ("192.168.1.7", "255.255.255.0", "192.168.1.1", "192.168.1.53")


class Lan:
    """network.LAN. `chip`: it answers."""

    chip = True

    def __init__(self, *, mdc, mdio, power, phy_type, phy_addr, ref_clk, ref_clk_mode):
        if not self.chip:
            raise OSError("esp_eth_driver_install failed")
        Lan.made = (
            mdc.id,
            mdio.id,
            power and power.id,
            phy_type,
            phy_addr,
            ref_clk.id,
            ref_clk_mode,
        )
        self.calls = []
        self.cable = True

    def active(self, is_active):
        self.calls.append(("active", is_active))

    def ipconfig(self, *, dhcp4):
        self.calls.append(("dhcp4", dhcp4))

    def ifconfig(self, configtuple=None):
        if configtuple is not None:
            self.calls.append(("ifconfig", configtuple))
        return ("192.168.1.8", "255.255.255.0", "192.168.1.1", "0.0.0.0")

    def isconnected(self):
        return self.cable


class Network:
    """The module `network`."""

    STA_IF = 0
    PHY_LAN8720 = 1
    WLAN = Wlan
    LAN = Lan

    @staticmethod
    def country(code):
        assert code == "DE"


class WithoutLan:
    """The same of an image for a chip that has no Ethernet."""


sys.modules["network"] = Network
from pilotwire.hal import esp32_ethernet, esp32_network, esp32_wifi, networks, wifi  # noqa: E402

ON_DEMAND = networks, esp32_network


def during(story, places, fixed=None, **config):
    """The Esp32Wifi, while `story(wlan)` runs."""
    wifi.network = Network
    Wlan.places = places
    radio = esp32_wifi.Esp32Wifi(dict(CONFIG, **config), fixed)

    async def main():
        task = asyncio.create_task(radio.stay())
        await asyncio.sleep(0)
        await story(Wlan.now)
        task.cancel()

    fake_broker.run(main(), limit_s=10_000)
    return radio


def for_s(seconds):
    return lambda wlan: asyncio.sleep(seconds)


class ByRadio(unittest.TestCase):
    def test_joins_and_tells_where_it_is(self):
        radio = during(for_s(10), {"home": ("secret", 0)})
        self.assertEqual(radio.report(), ("wifi", "192.168.1.7", -61, ""))
        self.assertEqual(radio.name_servers(), ["192.168.1.53", "192.168.1.1"])
        self.assertEqual([join[1:] for join in Wlan.now.joins], [("home", "secret")])

    def test_an_open_network_is_joined_without_a_key(self):
        during(for_s(10), {"home": (None, 0)}, wifi_key="")
        self.assertEqual(Wlan.now.joins[0][1:], ("home", None))

    def test_takes_the_next_one_where_the_first_is_not_there(self):
        two = {"wifi_ssid2": "yard", "wifi_key2": "other"}
        radio = during(for_s(30), {"yard": ("other", 0)}, **two)
        self.assertEqual([join[1] for join in Wlan.now.joins], ["home", "yard"])
        self.assertEqual(radio.report()[1], "192.168.1.7")

    def test_the_reason_of_an_earlier_join_does_not_end_the_next_one(self):
        async def story(wlan):
            await asyncio.sleep(8)
            Wlan.places = {"home": ("secret", 0)}
            await asyncio.sleep(30)

        radio = during(story, {})
        self.assertEqual(radio.report()[1], "192.168.1.7")

    def test_gives_a_join_5_s_before_it_believes_a_reason(self):
        during(for_s(60), {})
        first_ms, second_ms = (join[0] for join in Wlan.now.joins[:2])
        self.assertTrue(5_000 <= second_ms - first_ms <= 7_000, second_ms - first_ms)

    def test_says_why_there_is_none(self):
        for places, reason in (
            ({}, "not-found"),
            ({"home": ("another", 0)}, "wrong-key"),
            ({"home": ("secret", WRONG_KEY)}, "wrong-key"),
            ({"home": ("secret", NO_CONNECTION)}, "failed"),
        ):
            radio = during(for_s(8), places)
            self.assertEqual(radio.report(), ("wifi", "", None, reason))

    def test_one_that_is_lost_while_it_is_asked_is_lost(self):
        radio = during(for_s(10), {"home": ("secret", 0)})
        Wlan.now.isconnected = lambda: True
        Wlan.now.status = lambda param: self.fail_with(OSError("Wifi Not Connected"))
        self.assertEqual(radio.report(), ("wifi", "", None, "lost"))

    def fail_with(self, error):
        raise error


class ByWire(unittest.TestCase):
    def setUp(self):
        esp32_ethernet.network = wifi.network = Network
        Lan.chip = True

    def chosen(self, **config):
        return esp32_network.choose({"ethernet": WIRES}, dict(CONFIG, **config))

    def test_is_wired_as_the_board_says(self):
        wired, trouble = self.chosen()
        self.assertEqual((type(wired).__name__, trouble), ("Ethernet", ""))
        self.assertEqual(Lan.made, (23, 18, 12, 1, 1, 17, Pin.OUT))
        self.assertEqual(wired.report(), ("ethernet", "192.168.1.8", None, ""))
        self.assertEqual(wired.name_servers(), ["192.168.1.1"])
        wired.nic.cable = False
        self.assertEqual(wired.report(), ("ethernet", "", None, "no-cable"))

    def test_a_clock_that_comes_in_and_no_power_pin(self):
        esp32_ethernet.Ethernet(dict(WIRES, clock=0, power=None), None)
        self.assertEqual(Lan.made[2:3] + Lan.made[5:], (None, 0, Pin.IN))

    def test_asks_for_an_address_or_takes_a_fixed_one(self):
        fixed = ("10.0.0.7", "255.0.0.0", "10.0.0.1", "10.0.0.53")
        for ip, call in (
            ("", ("dhcp4", True)),
            ("10.0.0.7/8,10.0.0.1,10.0.0.53", ("ifconfig", fixed)),
        ):
            wired, _ = self.chosen(wifi_ip=ip)

            async def stays(wired=wired):
                task = asyncio.create_task(wired.stay())
                await asyncio.sleep(10)
                task.cancel()

            fake_broker.run(stays())
            self.assertEqual(wired.nic.calls, [("active", True), call])

    def test_of_no_use_leaves_the_radio_and_says_why(self):
        Lan.chip = False
        radio, trouble = self.chosen()
        self.assertEqual((type(radio).__name__, trouble), ("Esp32Wifi", "ethernet: no-chip"))
        esp32_ethernet.network = WithoutLan
        self.assertEqual(self.chosen(wifi_ssid=""), (None, "ethernet: no-driver"))


if __name__ == "__main__":
    unittest.main()
