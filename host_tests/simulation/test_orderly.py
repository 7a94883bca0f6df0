"""Orderly charging, of the whole firmware in virtual time: each source, its end, its reason."""

import json

import pytest
from whole_box import PREFIX, WholeBox

_NOW = 1_800_000_000


def order(box, type_, **args):
    """Send a command; its result."""
    id_ = f"o{len(box.messages)}"
    box.publish(PREFIX + "cmd", json.dumps({"id": id_, "type": type_, "args": args}))
    for _ in range(100):
        box.run(0.1)
        results = [json.loads(text) for topic, text in box.messages if topic == PREFIX + "cmdres"]
        found = [result for result in results if result["id"] == id_]
        if found:
            return found[0]
    raise AssertionError(f"no result of {type_}")


def charging(box):
    box.plug()
    box.until(lambda state: state["closed"])


def limited(box, by, ma, limit_s=120):
    return box.until(
        lambda state: (state["limit"]["by"], state["limit"]["ma"]) == (by, ma), limit_s
    )


@pytest.mark.parametrize("source", ["operator", "site"])
def test_a_lease_comes_down_slowly_when_its_source_dies(source):
    with WholeBox() as box:
        charging(box)
        lease = {"ma": 20_000, "ttl_s": 60, "fallback_ma": 10_000, "ramp_ma_min": 2_000}
        assert order(box, "limit", source=source, **lease)["ok"]
        limited(box, source, 20_000)
        box.run(60)
        box.until(lambda state: 10_000 < state["limit"]["ma"] < 20_000)
        limited(box, source, 10_000, 400)
        assert box.state["closed"]
        assert box.breaches == []


def test_dimming_by_contact_acts_within_a_second_and_ends_with_a_rise():
    with WholeBox(dim_w=4_200) as box:
        charging(box)
        hal = box.box.hal
        hal.contacts["dim"] = True
        box.run(1.5)
        state = limited(box, "grid", 6_000, 2)
        assert state["limit"]["why"] == "contact"
        assert state["closed"]
        hal.contacts["dim"] = False
        box.until(
            lambda state: state["limit"]["why"] == "rise" and state["limit"]["ma"] > 8_000, 200
        )
        limited(box, "box", 32_000, 2_000)


def test_dimming_by_command_ends_by_itself():
    with WholeBox(dim_w=4_200) as box:
        charging(box)
        assert order(box, "dim", ttl_s=60)["ok"]
        assert limited(box, "grid", 6_000)["limit"]["left_s"] <= 60
        box.run(62)
        box.until(lambda state: state["limit"]["why"] == "rise")
    with WholeBox() as box:
        assert order(box, "dim", ttl_s=60)["reason"] == "not-fitted"


def test_a_wish_waits_for_the_cheap_hour_and_the_owner_may_not_want_to():
    with WholeBox() as box:
        prices = [900, 900, 100, 900, 900, 900, 900, 900]
        table = {"start": _NOW, "step_s": 3_600, "prices": prices}
        assert order(box, "prices", prices=table)["written"] == "stored"
        wish = {"by": _NOW + 8 * 3_600, "wh": 5_000, "w": 11_000}
        assert order(box, "plan", plan=wish)["ok"]
        box.plug()
        state = limited(box, "plan", 0)
        assert (state["limit"]["why"], state["closed"]) == ("waits", False)
        value = order(box, "why")["value"]
        assert value["sources"]["plan"]["left_s"] > 0
        assert value["ready_unix"] < wish["by"]
        assert order(box, "override", on=True)["ok"]
        box.until(lambda state: state["closed"])
        assert order(box, "override", on=False)["ok"]
        limited(box, "plan", 0)
        box.until(lambda state: not state["closed"])
        box.until(lambda state: state["closed"], 8_000)
        assert _NOW + 7_200 <= box.state["unix"] <= _NOW + 7_300
        box.until(lambda state: state["limit"]["why"] == "done", 3_600)
        assert box.breaches == []


def test_a_plan_survives_a_power_cut_and_is_forgotten_with_what_is_personal():
    with WholeBox() as box:
        slots = [[_NOW + 7_200, _NOW + 9_000, 16_000]]
        assert order(box, "plan", plan={"slots": slots, "otherwise_ma": 0})["ok"]
        box.box.power_off()
        box.run(5)
        box.box.power_on()
        box.run(30)
        box.plug()
        limited(box, "plan", 0)
        limited(box, "plan", 16_000, 8_000)
        box.run(60)
        box.unplug()
        box.run(60)
        assert order(box, "forget")["ok"]
        box.plug()
        limited(box, "box", 32_000)


def test_a_start_waits_by_chance_and_says_for_how_long():
    with WholeBox(random_delay_s=600) as box:
        box.plug()
        state = box.until(lambda state: state["limit"]["by"] == "delay")
        left_s = state["limit"]["left_s"]
        assert 0 < left_s <= 600
        at = state["unix"]
        box.until(lambda state: state["closed"], 700)
        assert at + left_s - 5 <= box.state["unix"] <= at + left_s + 30


def test_the_sun_comes_by_mqtt_and_what_does_not_come_any_more_ends_it():
    with WholeBox(solar="surplus", local_ttl_s=60, vehicle_phases=1) as box:
        box.plug()
        limited(box, "solar", 0)
        for _ in range(120):
            flows_w = sum(ma or 0 for ma in box.state["current_ma"] or [0]) * 230 // 1_000
            box.publish(PREFIX + "set/grid_w", str(flows_w - 6_000))
            box.run(5)
        assert box.state["closed"]
        assert box.state["limit"]["by"] == "solar"
        box.until(lambda state: not state["closed"], 600)
        assert box.state["limit"]["why"] == "silent"


def test_no_lease_changes_where_the_clock_jumps():
    with WholeBox() as box:
        order(box, "limit", ma=10_000, ttl_s=300, fallback_ma=6_000)
        order(box, "time", unix=_NOW + 400_000)
        box.run(60)
        assert (box.state["limit"]["by"], box.state["limit"]["ma"]) == ("operator", 10_000)
        limited(box, "operator", 6_000, 300)


def test_the_return_after_an_outage_is_gentle():
    with WholeBox(grid_code="eu", grid_delay_s=60) as box:
        box.plug()
        state = limited(box, "grid", 0)
        assert state["limit"]["why"] in ("wait", "delay")
        box.until(lambda state: state["closed"], 200)
        assert box.state["limit"]["ma"] < 10_000
        limited(box, "box", 32_000, 2_400)


def test_a_car_on_one_phase_keeps_the_phases_balanced():
    with WholeBox(imbalance_ma=20_000) as box:
        box.plug(phases=1)
        limited(box, "imbalance", 20_000)
        box.run(30)
        assert max(ma or 0 for ma in box.state["current_ma"]) <= 20_000


def test_without_its_sensor_a_derated_box_charges_with_6_a():
    with WholeBox(climate="standard") as box:
        box.plug()
        assert limited(box, "temperature", 6_000)["limit"]["why"] == "sensor"
