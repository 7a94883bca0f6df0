"""Wired Ethernet, against modules whose calls are those of MicroPython 1.28 on an RP2040."""

import asyncio
import sys
import unittest

import fake_broker

WIRES = {"spi": 0, "sck": 18, "mosi": 19, "miso": 16, "cs": 17, "rst": 20}
FIXED = ("10.0.0.7", "255.0.0.0", "10.0.0.1", "10.0.0.53")


class Machine:
    """The module `machine`."""

    @staticmethod
    def Pin(number):  # noqa: N802 - its name there
        return "pin %d" % number

    @staticmethod
    def SPI(number, baudrate, *, sck, mosi, miso):  # noqa: N802
        return number, sck, mosi, miso


class Wiznet:
    """network.WIZNET5K. `chip`: there is one; `cable`: it is in."""

    chip = cable = True
    made = ()

    def __init__(self, spi, pin_cs, pin_rst):
        if not self.chip:
            raise OSError(5)
        Wiznet.made = spi, pin_cs, pin_rst
        Wiznet.calls = []
        self._address = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")

    def active(self, is_active):
        Wiznet.calls.append(("active", is_active))

    def isconnected(self):
        return self.cable and self._address[0] != "0.0.0.0"

    def ipconfig(self, *, dhcp4):
        Wiznet.calls.append(("dhcp4", dhcp4))
        self._address = ("192.168.1.7", "255.255.255.0", "192.168.1.1", "0.0.0.0")

    def ifconfig(self, ip_mask_gateway_dns=None):
        if ip_mask_gateway_dns:
            self._address = ip_mask_gateway_dns
        return self._address


class Network:
    """The module `network`: an image with the driver."""

    WIZNET5K = Wiznet


class StockNetwork:
    """A stock image's."""


sys.modules["machine"] = Machine
sys.modules["network"] = Network
from pilotwire.hal import rp2_ethernet, rp2_network  # noqa: E402 - a computer has no such modules


async def stays_a_while(wired):
    task = asyncio.create_task(wired.stay())
    await asyncio.sleep(60)
    task.cancel()


class Fitting(unittest.TestCase):
    def setUp(self):
        rp2_ethernet.network = Network
        Wiznet.chip = Wiznet.cable = True

    def test_is_wired_as_the_board_says(self):
        self.assertEqual(rp2_ethernet.Ethernet(WIRES, None).trouble, "")
        self.assertEqual(Wiznet.made, ((0, "pin 18", "pin 19", "pin 16"), "pin 17", "pin 20"))

    def test_an_image_without_the_driver_says_so(self):
        rp2_ethernet.network = StockNetwork
        self.assertEqual(rp2_ethernet.Ethernet(WIRES, None).trouble, "no-driver")

    def test_a_board_without_the_chip_says_so(self):
        Wiznet.chip = False
        self.assertEqual(rp2_ethernet.Ethernet(WIRES, None).trouble, "no-chip")


class Staying(unittest.TestCase):
    def setUp(self):
        rp2_ethernet.network = Network
        Wiznet.chip = Wiznet.cable = True

    def stays(self, fixed):
        wired = rp2_ethernet.Ethernet(WIRES, fixed)
        fake_broker.run(stays_a_while(wired))
        return wired

    def test_asks_for_an_address_without_waiting_for_it(self):
        wired = self.stays(None)
        self.assertEqual(Wiznet.calls, [("active", True), ("dhcp4", True)])
        self.assertEqual(wired.report(), ("ethernet", "192.168.1.7", None, ""))
        self.assertEqual(wired.name_servers(), ["192.168.1.1"])

    def test_takes_a_fixed_address(self):
        wired = self.stays(FIXED)
        self.assertEqual(Wiznet.calls, [("active", True)])
        self.assertEqual(wired.report(), ("ethernet", "10.0.0.7", None, ""))
        self.assertEqual(wired.name_servers(), ["10.0.0.53", "10.0.0.1"])

    def test_names_a_server_once_that_is_the_gateway_too(self):
        wired = self.stays(FIXED[:3] + (FIXED[2],))
        self.assertEqual(wired.name_servers(), ["10.0.0.1"])

    def test_names_a_cable_that_is_out(self):
        wired = self.stays(None)
        Wiznet.cable = False
        self.assertEqual(wired.report(), ("ethernet", "", None, "no-cable"))


class Choosing(unittest.TestCase):
    def setUp(self):
        rp2_ethernet.network = Network
        Wiznet.chip = Wiznet.cable = True

    def chosen(self, ssid="", **board):
        """(the kind of network, what is said of the wire)."""
        net, trouble = rp2_network.choose(board, {"wifi_ssid": ssid, "wifi_key": ""})
        return type(net).__name__, trouble

    def test_the_wire_goes_before_the_radio(self):
        self.assertEqual(self.chosen("home", ethernet=WIRES), ("Ethernet", ""))
        self.assertEqual(self.chosen("home"), ("Wifi", ""))
        self.assertEqual(self.chosen(), ("NoneType", ""))

    def test_a_wire_of_no_use_leaves_the_radio_and_says_why(self):
        rp2_ethernet.network = StockNetwork
        self.assertEqual(self.chosen("home", ethernet=WIRES), ("Wifi", "ethernet: no-driver"))
        self.assertEqual(self.chosen(ethernet=WIRES), ("NoneType", "ethernet: no-driver"))

    def test_a_fixed_address_that_is_none_leaves_it_to_dhcp(self):
        config = {"wifi_ssid": "", "wifi_ip": "10.0.0.7/8,10.0.0.1"}
        net, _ = rp2_network.choose({"ethernet": WIRES}, config)
        fake_broker.run(stays_a_while(net))
        self.assertEqual(Wiznet.calls, [("active", True), ("dhcp4", True)])
        config["wifi_ip"] += ",10.0.0.53"
        net, _ = rp2_network.choose({"ethernet": WIRES}, config)
        fake_broker.run(stays_a_while(net))
        self.assertEqual(net.report()[1], "10.0.0.7")


if __name__ == "__main__":
    unittest.main()
