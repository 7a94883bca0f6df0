"""A whole charging session of the real firmware on the chip, from power-on to the kept record."""

import json
from base64 import b64decode

import pytest
from desk import free_port
from emulator.flash import FlashOperations
from emulator.serial_slave import SerialSlave
from emulator.wifi import GATEWAY, SSID
from office.threaded import Office
from on_chip.box import Box, tree
from pilotwire.pilot import duty
from pilotwire.record.frame import Frame
from pilotwire.record.layout import decode
from plant import Cable, Car
from plant.frames import MeterFrames

ID = "pico"
OPENING = "journal/open"
JOURNAL = "journal/00"
MARK = "journal/ack"
KEEPALIVE_S = 600  # a broker's clock runs 20 times faster than the board's


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def office(port):
    with Office(ID, port) as running:
        yield running


@pytest.fixture
def box(boot, port):
    config = {"id": ID, "limit_ma": 16_000, "wifi_ssid": SSID, "mqtt_host": GATEWAY}
    config |= {"mqtt_port": port, "mqtt_keepalive_s": KEEPALIVE_S, "heartbeat_s": 3}
    files = tree(None, watchdog_ms=8_000)
    files["config.json"] = json.dumps(config).encode()
    meter = MeterFrames(lambda: box.world.reading())
    flash = FlashOperations()
    box = Box(boot, files, devices=[SerialSlave(1, meter.answer), flash])
    box.meter = meter
    box.flash = flash
    box.board.set_speed(1)
    return box


def test_a_car_charges_and_its_record_is_kept_sent_once_and_survives_a_reset(box, office):
    def until(condition, what, limit_ms=15_000, step_ms=5):
        box.board.run_until(condition, limit_ms, what, step_ms=step_ms)

    until(lambda: box.world.pilot.duty == duty.X1, "a valid pilot")
    until(lambda: box.meter.requests, "a poll of the meter")
    until(lambda: office.state, "the first state", 60_000)
    assert office.state["state"] == "A1"
    assert office.state["faults"] == []

    box.world.plug(Cable(20), Car(phases=3))
    until(lambda: box.closed, "the contactor")
    opening = Frame(box.board.files[OPENING])
    assert decode(opening.body)["start_wh"] == 0, "the opening record comes first"
    closed = box.wiring.coil_changes[-1][0]
    until(lambda: (office.state.get("power_w") or 0) > 10_000, "a state with the car's power")
    assert office.state["state"] == "C2"
    limit = office.state["limit"]
    assert (limit["ma"], limit["by"], limit["set_ma"]) == (16_000, "box", None)
    assert box.world.current_ma() == pytest.approx((15_996,) * 3, abs=1)

    box.world.car.stop()
    until(lambda: not box.closed, "the opening")
    assert box.world.contactor.opened_under_load == 0
    assert box.flash.since(0, until=closed), "the opening record was counted"
    assert box.flash.since(closed, until=box.last_edge_ns) == 0
    box.world.unplug()
    until(lambda: len(office.of("tx")) == 2, "the record")
    start, record = records = office.of("tx")
    assert (start["kind"], start["about"], len(start["firmware"])) == ("start", "power-on", 8)
    assert (record["kind"], record["seq"]) == ("charge", 2)
    assert record["energy"] == "measured"
    assert record["opened"] == "vehicle"
    assert record["wh"] == pytest.approx(box.world.reading().import_wh, abs=1)
    until(lambda: box.board.files.get(MARK, b"")[:1] == b"\x02", "its end on flash", step_ms=100)
    assert OPENING not in box.board.files

    states = len(office.of("state"))
    box.board.hard_reset()
    until(lambda: len(office.of("state")) > states, "the first state after the reset", 60_000)
    assert office.state["pending"] == 0
    assert b64decode(record["frame"]) in box.board.files[JOURNAL]
    box.board.run_ms(1_000)
    assert office.of("tx") == records, "what is acknowledged is not sent again"
    assert b"Traceback" not in box.board.console.received
