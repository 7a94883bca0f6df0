"""From an empty board to a kept record: put on by mpremote, TLS, meter, and power that goes."""

import json

import pytest
from certificates import Authority, issue
from desk import free_port
from emulator.cable import Cable as UsbCable
from emulator.pico import ResetCause
from emulator.serial_slave import SerialSlave
from emulator.wifi import GATEWAY, SSID
from flashing.console import Console
from flashing.flash import flash
from flashing.made import Made
from office.threaded import Office
from on_chip.box import Box, slot
from on_chip.terminator import terminator
from packing import mpy
from packing.pack import pack
from plant import Cable, Car
from plant.frames import MeterFrames

ID = "pico"
OPENING = "journal/open"
_SINCE_2021 = -2_500  # days: what a board believes that has never heard the time
_CONNECTS_MS = 120_000


@pytest.fixture
def authority():
    return Authority(issue("operator", begin_days=_SINCE_2021))


@pytest.fixture
def tls_port(authority):
    """Of a broker whose box is ID; `office` is that box's operator."""
    return free_port()


@pytest.fixture
def office(authority, tls_port):
    port = free_port()
    server = authority.server(GATEWAY, begin_days=_SINCE_2021)
    with Office(ID, port) as running, terminator(tls_port, port, server):
        yield running


def put_on(cable, files):
    """The firmware as `make flash` puts it on, and the box's own files; the board starts."""
    content = slot(None, watchdog_ms=8_000)
    starters = {name: text for name, text in mpy.tree(content).items() if name.endswith(".py")}
    build = Made("pico_w", "rp2", (6, 3), "armv6m", "new", {mpy.PACK: pack(content), **starters})
    with Console(cable.port) as console:
        done = flash(console, build, lambda *_: None)
        for name, data in files.items():
            console.begin(f"/{name}")
            assert sum(console.send(data)) == len(data)
            console.end()
        console.restart("rp2")
    return done


def test_an_empty_board_charges_over_tls_and_no_wh_is_lost_when_power_goes(
    boot, authority, tls_port, office
):
    config = {"id": ID, "limit_ma": 16_000, "wifi_ssid": SSID, "mqtt_host": GATEWAY}
    config |= {"mqtt_port": tls_port, "mqtt_tls": "on", "mqtt_spread_s": 0}
    config |= {"mqtt_keepalive_s": 600, "heartbeat_s": 3}  # the broker's clock runs faster
    own = {"config.json": json.dumps(config).encode(), "ca.der": authority.identity.der()}
    meter = MeterFrames(lambda: box.world.reading())
    box = Box(boot, {}, devices=[SerialSlave(1, meter.answer)])

    def until(condition, what, limit_ms=30_000):
        box.board.run_until(condition, limit_ms, what, step_ms=5)

    def charges():
        return [row for row in office.of("tx") if row["kind"] == "charge"]

    with UsbCable(box.board) as cable:
        done = put_on(cable, own)
    assert (done.slot, sorted(done.starters)) == ("a", ["boot.py", "main.py"])

    flashed = len(box.board.console.received)
    box.board.set_speed(1)
    until(lambda: office.state, "the first state over TLS", _CONNECTS_MS)
    assert office.state["faults"] == []
    box.world.plug(Cable(20), Car(phases=3))
    until(lambda: box.closed, "the contactor")
    until(lambda: (office.state.get("session_wh") or 0) >= 20, "20 Wh", 60_000)

    box.board.hard_reset(ResetCause.POWER_ON)
    assert not box.closed
    assert OPENING in box.board.files
    until(
        lambda: any(row["kind"] == "charge" for row in office.of("tx")), "the record", _CONNECTS_MS
    )
    (record,) = [row for row in office.of("tx") if row["kind"] == "charge"]
    assert record["wh"] >= 20
    assert record["reason"] == "power-lost"
    until(lambda: box.closed, "the next charge of the same car", 60_000)
    box.world.car.stop()
    until(lambda: not box.closed, "the opening")
    box.world.unplug()
    until(lambda: len(charges()) == 2, "the record of the other one")
    whole = box.world.reading().import_wh
    assert sum(row["wh"] for row in charges()) == pytest.approx(whole, abs=2)
    assert b"Traceback" not in box.board.console.received[flashed:]
