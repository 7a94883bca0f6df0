"""TLS as a stock image does it, on the board's own HAL: who is believed, by which time."""

import socket
import ssl
import threading
import time

import pytest
from certificates import Authority, issue, write_box, write_server
from cryptography.x509.oid import ExtendedKeyUsageOID
from emulator.wifi import GATEWAY, SSID
from on_chip.box import tree

AUTHORITY = Authority()
SERVERS = {
    "good": AUTHORITY.server(GATEWAY),
    "untrusted": issue(GATEWAY, None, [GATEWAY], ExtendedKeyUsageOID.SERVER_AUTH),
    "expired": AUTHORITY.server(GATEWAY, begin_days=-9, end_days=-1),
    "name": AUTHORITY.server("broker.example.com"),
}

RING2 = """
import asyncio, sys, time
sys.path.insert(0, "/a")
from pilotwire.hal.rp2 import Rp2
from pilotwire.link.dial import Dial
hal = Rp2()
known = None
config = {"wifi_ssid": %r, "wifi_key": "any", "mqtt_tls": "on", "ntp_host": ""}
dial = Dial(hal, config, lambda: known)
async def join():
    task = asyncio.create_task(hal.join(config))
    while not hal.network()[1]:
        await asyncio.sleep(0.1)
    task.cancel()
    print(hal.network()[:2], hal.name_servers())
async def says(host, port):
    try:
        reader, writer = await dial.open(host, port)
    except OSError as error:
        return error.args[0]
    try:
        writer.write(b"hello")
        await writer.drain()
        return await reader.read(5)
    except (OSError, ValueError) as error:
        return dial.refused(error.args[0] if isinstance(error, ValueError) else "")
    finally:
        await writer.wait_closed()
def dials(host, port):
    print(asyncio.run(says(host, port)), hal.clock()[1], dial.assumed)
asyncio.run(join())
"""


def _echo(listener, context):
    while True:
        try:
            peer, _ = listener.accept()
            with context.wrap_socket(peer, server_side=True) as tls:
                while data := tls.recv(100):
                    tls.sendall(data)
        except ssl.SSLError:
            continue  # the board has refused us
        except OSError:
            return


@pytest.fixture
def ports(tmp_path):
    """{server: where it listens}."""
    listeners = {}
    for name, identity in SERVERS.items():
        write_server(tmp_path / name, identity)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / name / "server.pem", tmp_path / name / "server.key")
        listeners[name] = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=_echo, args=(listeners[name], context), daemon=True).start()
    yield {name: listener.getsockname()[1] for name, listener in listeners.items()}
    for listener in listeners.values():
        listener.close()


def test_each_refusal_has_its_name_and_the_last_known_time_will_do(boot, ports, tmp_path):
    write_box(tmp_path, [AUTHORITY.identity], AUTHORITY.client("box"))
    files = tree(main=b"")
    files |= {path.name: path.read_bytes() for path in tmp_path.glob("*.der")}
    board = boot(tree=files)
    joined = board.exec(RING2 % SSID, limit_ms=120_000)
    assert joined == f"('wifi', '10.0.0.2') ['{GATEWAY}']\n"
    board.set_speed(1)

    def dials(name, host=GATEWAY):
        return board.exec(f"dials({host!r}, {ports[name]})", limit_ms=60_000).strip()

    assert dials("good") == "tls:future none None", "nobody knows the time: it is 2021"
    board.exec(f"known = {int(time.time()) - 3_600}")
    answer = dials("good").split()
    assert answer[:2] == ["b'hello'", "none"]
    assert int(answer[2]) > 1_700_000_000, "what was assumed"
    board.exec(f"hal.set_clock({int(time.time())}, 'set')")
    for name in ("untrusted", "expired", "name"):
        assert dials(name).split()[:2] == [f"tls:{name}", "set"]
