"""The emulated Wi-Fi: stock MicroPython joins it and talks to a server on this computer."""

import socketserver
import threading

import pytest
from emulator.wifi import GATEWAY, SSID


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(1024):
            self.request.sendall(data[::-1])


@pytest.fixture
def echo_port():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_joins_and_reaches_a_server_on_the_host_and_nothing_else(boot, echo_port):
    board = boot()
    board.exec(
        "import network, socket, time\n"
        "wlan = network.WLAN(network.STA_IF)\n"
        "wlan.active(True)\n"
        f"wlan.connect({SSID!r}, 'any key')\n"
        "while not wlan.isconnected(): time.sleep_ms(20)",
        limit_ms=120_000,
    )
    board.set_speed(1)
    answer = board.exec(
        "s = socket.socket()\n"
        "s.settimeout(20)\n"
        f"s.connect(({GATEWAY!r}, {echo_port}))\n"
        "s.send(b'hello')\n"
        "print(s.recv(5))\n"
        "s.close()"
    )
    assert answer == "b'olleh'\n"
    answer = board.exec(
        "s = socket.socket()\n"
        "s.settimeout(20)\n"
        "try:\n"
        f"    s.connect(('10.9.9.9', {echo_port}))\n"
        "    print('connected')\n"
        "except OSError:\n"
        "    print('refused')"
    )
    assert answer == "refused\n"
