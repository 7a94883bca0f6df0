"""Who gets what and when, told by what boxes are sent and obey."""

import json
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from manager_stage import UNIX, Stage, site
from site_power.manager import Manager

LED_S = 10


def charging(boxes, seconds=120, **more):
    """Every box has a car, and so much time has gone by."""
    stage = Stage(site(boxes, **more))
    stage.run(LED_S)
    for name in stage.boxes:
        stage.plug(name)
    stage.run(seconds)
    return stage


def test_boxes_share_what_the_building_leaves():
    stage = charging(2)
    # 40 A less 1 A of margin; nobody else draws.
    assert sum(stage.limits_ma().values()) in range(38_800, 39_001)
    assert max(stage.limits_ma().values()) - min(stage.limits_ma().values()) <= 1_000
    for _, _, command in stage.sent:
        assert command["args"]["ttl_s"] == stage.site.lease_s
        assert command["args"]["source"] == "site"


def test_an_overload_is_answered_in_the_same_step():
    stage = charging(2)
    stage.sent.clear()
    load = [ma + 15_000 for ma in stage.drawn_ma()]
    stage.say("meter/grid", {"current_ma": load})
    stage.step()
    assert {name for _, name, _ in stage.sent} == set(stage.boxes)
    assert sum(command["args"]["ma"] for _, _, command in stage.sent) <= 24_000
    assert [line["kind"] for line in stage.manager.lines()].count("overload") == 3


def test_what_is_taken_from_one_is_given_to_another_only_when_it_is_surely_gone():
    stage = Stage(site(2))
    stage.run(LED_S)
    stage.plug("bay-1")
    stage.run(60)
    assert stage.limits_ma()["bay-1"] == 32_000
    stage.deaf.add("bay-1")
    stage.plug("bay-2")
    while stage.limits_ma()["bay-1"] > 20_000:
        assert stage.limits_ma()["bay-2"] <= 7_000
        stage.run(1)
    stage.run(120)
    assert sum(stage.limits_ma().values()) <= 39_000


def test_a_grant_is_renewed_at_about_half_its_life():
    stage = charging(1)
    stage.sent.clear()
    stage.run(60)
    times = [at_s for at_s, _, _ in stage.sent]
    gaps = [after - before for before, after in pairwise(times)]
    assert all(3.5 <= gap <= 6 for gap in gaps), gaps
    assert len(gaps) > 8


def test_without_its_meter_the_building_is_believed_to_take_all_it_may():
    stage = charging(2)
    stage.others_ma = None
    stage.run(20)
    assert sum(stage.limits_ma().values()) <= 30_000


def test_a_car_that_takes_less_leaves_the_rest_to_others():
    stage = Stage(site(2))
    stage.run(LED_S)
    stage.plug("bay-1", max_ma=10_000)
    stage.plug("bay-2")
    stage.run(200)
    assert stage.limits_ma()["bay-1"] in range(11_000, 13_001)
    assert stage.limits_ma()["bay-2"] >= 26_000


def test_who_waits_takes_turns_and_nobody_stops_and_goes():
    stage = charging(3, 60, fuse=25, others=10)
    stage.others_ma = 9_000  # 15 A are left: two of three
    stage.run(1_800)
    stops = [box.interruptions for box in stage.boxes.values()]
    assert all(box.charge_wh > 700 for box in stage.boxes.values()), stops
    assert sum(stops) <= 1_800 / stage.site.turn_s * 2 + 2


def test_the_higher_class_comes_first():
    stage = charging(3, 60, fuse=25, others=10, priorities=(1, 9, 1))
    stage.others_ma = 15_000  # 9 A are left: one
    stage.run(700)
    assert stage.limits_ma()["bay-2"] >= 6_000
    assert stage.boxes["bay-2"].interruptions == 0


def test_who_has_to_leave_soon_comes_first():
    stage = charging(3, 60, fuse=25, others=10)
    soon = int(stage.manager._unix_s + stage.now_s) + 3_600
    stage.say("wish/bay-3", {"wh": 9_000, "by_unix": soon})
    stage.others_ma = 15_000
    stage.run(900)
    before = {name: box.charge_wh for name, box in stage.boxes.items()}
    stage.run(900)
    gained = {name: box.charge_wh - before[name] for name, box in stage.boxes.items()}
    assert max(gained, key=lambda name: gained[name]) == "bay-3", gained


def test_who_has_time_waits_his_turn():
    stage = charging(3, 60, fuse=25, others=10)
    late = int(stage.manager._unix_s + stage.now_s) + 36_000
    stage.say("wish/bay-3", {"wh": 20_000, "by_unix": late})
    stage.others_ma = 15_000  # 9 A are left: one
    stage.run(2_700)
    assert all(box.charge_wh > 500 for box in stage.boxes.values())


def test_a_full_car_keeps_nothing_from_who_wants_more_and_is_tried_again():
    stage = Stage(site(2, fuse=25, others=10))
    stage.run(LED_S)
    stage.plug("bay-1", wanted_wh=100)
    stage.plug("bay-2")
    stage.run(600)
    assert stage.boxes["bay-1"].charge_wh >= 100
    assert stage.limits_ma()["bay-1"] == 0
    state = json.loads(stage.retained[stage.base + "state"])
    assert state["boxes"]["bay-1"]["why"] == "idle"
    assert stage.limits_ma()["bay-2"] > 20_000  # 1.25 times the fuse without the building
    tried = stage.now_s
    while stage.limits_ma()["bay-1"] == 0:
        stage.run(10)
    assert stage.now_s - tried >= stage.site.turn_s
    stage.run(120)
    assert stage.limits_ma()["bay-1"] == 0
    # Another car is another matter.
    stage.hear(stage.boxes["bay-1"].unplug(stage.now_s))
    stage.run(5)
    stage.plug("bay-1")
    stage.run(120)
    assert stage.boxes["bay-1"].drawn_ma >= 6_000


def test_whoever_takes_over_begins_with_the_last_word():
    stage = Stage(site(2), word={"bay-1": 32_000, "bay-2": 0})
    stage.run(LED_S)
    for name in stage.boxes:
        stage.plug(name)
    stage.run(30)
    assert stage.limits_ma()["bay-2"] <= 7_000, "bay-1 may have 32 A of the former's"
    stage.run(120)
    assert stage.limits_ma()["bay-2"] > 18_000


def test_without_a_last_word_everybody_may_have_all_for_a_while():
    stage = Stage(site(2), word=None)
    stage.run(LED_S)
    for name in stage.boxes:
        stage.plug(name)
    stage.run(60)
    assert set(stage.limits_ma().values()) == {0}
    stage.run(120)
    assert sum(stage.limits_ma().values()) > 38_000


def test_a_box_that_has_started_again_gets_its_grant_again():
    stage = charging(1)
    box = stage.boxes["bay-1"]
    before_ma = box.limit_ma
    box.restart(stage.now_s)
    assert box.limit_ma == 0
    stage.hear(box.connect(stage.now_s))
    stage.run(2)
    assert box.limit_ma == before_ma


KEYS = (
    *("state", "limit", "ma", "by", "offered_ma", "cable_ma", "closed", "enabled", "session_wh"),
    *("unix", "clock", "current_ma", "limits", "limit_ma", "boot", "id", "ok", "who", "n", "term"),
    *("lease_s", "wh", "by_unix", "grid", "meter", "phase_power_w", "bay-1"),
    *("start", "step_s", "prices", "w", "feed_in"),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["B2", "C2", "site", 10**400, -1]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)
PAYLOADS = st.one_of(
    st.binary(max_size=40),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from([b"[" * 100_000, b"1" * 5_000, bytes(20_000), b'{"current_ma":[1e999,0,0]}']),
)


@dataclass
class Hostile:
    topic: str
    payload: bytes
    retained: bool


TOPICS = [f"pilotwire/v1/bay-1/{name}" for name in ("online", "info", "state", "tele", "cmdres")]
TOPICS += [
    f"pilotwire-site/v1/yard/{name}" for name in ("lead", "granted", "meter/grid", "prices")
]
TOPICS += ["pilotwire-site/v1/yard/solar"]
TOPICS += ["pilotwire-site/v1/yard/wish/bay-1", "pilotwire/v1/nobody/state", "", "a/b/c"]
HOSTILE = st.builds(Hostile, st.sampled_from(TOPICS), PAYLOADS, st.booleans())


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, max_size=12))
def test_no_message_stops_it(messages):
    stage = charging(1, 5)
    for message in messages:
        stage.manager.take(stage.now_s, message.topic, message.payload, message.retained)
        stage.step()
        question = stage.manager.question(stage.now_s, UNIX + stage.now_s)
        if question:
            stage.manager.answer(question, question.solve(0.1))
    stage.run(1)
    assert stage.manager.counts["messages"] >= len(messages)


@given(st.sampled_from(TOPICS), PAYLOADS, st.booleans())
def test_no_message_stops_one_that_has_heard_nothing_yet(topic, payload, retained):
    manager = Manager(site(1), "one")
    manager.take(1.0, topic, payload, retained)
    manager.connected(2.0)
    manager.take(3.0, topic, payload, retained)
    manager.step(4.0, 1_800_000_000)
