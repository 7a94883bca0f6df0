"""The model of a box by itself: events only, exact energy, and nothing against the contract."""

import json

import pytest
from contract.wire import Acquainted, check
from hypothesis import given, settings
from hypothesis import strategies as st
from site_power.model import FOLLOW_S, Box, Car
from site_power.model_says import OPERATOR

PREFIX = "pilotwire/v1/bay-1/"
ANY = Car()


def grant(box, now_s, ma, ttl_s=20, id_=None):
    args = {"ma": ma, "ttl_s": ttl_s, "fallback_ma": 6_000, "source": "site"}
    id_ = id_ or f"g{now_s}"
    return box.take(now_s, json.dumps({"id": id_, "type": "limit", "args": args}).encode())


def charging(car=ANY, **own):
    """A box whose car draws its share, and the time."""
    box = Box("bay-1", **own)
    box.connect(0)
    box.plug(0, car)
    box.step(20)
    assert box.drawn_ma == 6_000
    return box, 20.0


def test_a_lower_grant_is_offered_at_once_and_followed_within_5_s():
    for follow_s in (0.0, 2.5, FOLLOW_S):
        box, now_s = charging(Car(follow_s=follow_s))
        grant(box, now_s, 16_000, 600)
        box.step(now_s + 6)
        assert box.drawn_ma == 15_996
        said = grant(box, now_s + 7, 8_000)
        state = json.loads(said[-1].payload)
        assert state["offered_ma"] == 7_998
        box.step(now_s + 7 + follow_s)
        assert box.drawn_ma == 7_998


def test_without_the_site_it_falls_to_its_share_by_its_own_clock():
    box, now_s = charging(Car(follow_s=1))
    grant(box, now_s, 16_000, 20)
    box.disconnect(now_s + 3)
    box.step(now_s + 20.9)
    assert box.drawn_ma == 15_996
    box.step(now_s + 21)
    assert box.drawn_ma == 6_000


def test_a_share_of_nothing_stops_the_car_in_good_order():
    box = Box("bay-1", share_ma=0)
    box.connect(0)
    box.plug(0, Car())
    grant(box, 1, 16_000, 30)
    box.step(20)
    assert (box.drawn_ma, box.interruptions) == (15_996, 0)
    box.step(34)
    assert (box.drawn_ma, box.interruptions) == (0, 1)


def test_it_gives_what_the_car_wants_and_not_more():
    box, now_s = charging(Car(phases=1, max_ma=16_000, wanted_wh=5_000))
    grant(box, now_s, 32_000, 36_000)
    box.settle(now_s + 36_000)
    assert box.charge_wh == pytest.approx(5_000)
    assert (box.drawn_ma, box.interruptions) == (0, 0)
    first_wh = box.energy_wh
    box.unplug(50_000)
    box.plug(50_010, Car(phases=3, max_ma=16_000, wanted_wh=700))
    box.settle(60_000)
    assert box.charge_wh == pytest.approx(700)
    assert box.energy_wh == pytest.approx(first_wh + 700)


def test_results_and_events_that_the_broker_has_lost_go_again():
    box, now_s = charging()
    result = grant(box, now_s, 16_000, id_="lost")[0]
    box.disconnect(now_s)
    box.lost(result)
    box.unplug(now_s + 1)
    again = {message.topic.removeprefix(PREFIX): message for message in box.connect(now_s + 9)}
    assert json.loads(again["cmdres"].payload) == {"id": "lost", "ok": True, "reason": ""}
    assert list(again) == ["online", "cmdres", "event", "info", "state"]


def test_nothing_is_said_without_a_connection():
    box = Box("bay-1")
    assert box.plug(0, Car()) == []
    assert box.step(100) == []
    assert box.unplug(100) == []


ACTS = st.lists(
    st.tuples(
        st.floats(0, 90),
        st.sampled_from(("grant", "plug", "unplug", "pause", "resume", "drop", "connect", "cut")),
        st.sampled_from((0, 5_999, 6_000, 9_000, 16_000, 80_000)),
        st.integers(1, 100),
    ),
    max_size=25,
)


def act(box, now_s, what, ma, ttl_s):
    """What it says."""
    if what == "grant":
        return grant(box, now_s, ma, ttl_s)
    if what == "plug" and not box.car:
        car = Car(phases=1 + ma % 3, max_ma=max(ma, 6_000), wanted_wh=ttl_s * 10.0)
        return box.plug(now_s, car)
    if what == "unplug" and box.car:
        return box.unplug(now_s)
    if what in ("pause", "resume"):
        command = {"id": f"p{now_s}", "type": what}
        return box.take(now_s, json.dumps(command).encode())
    if what == "cut":
        box.restart(now_s)
    if what == "drop":
        box.disconnect(now_s)
    if what == "connect" and not box.connected:
        return box.connect(now_s)
    return []


ACQUAINTED = Acquainted()


@settings(max_examples=150, deadline=None)
@given(ACTS, st.booleans())
def test_it_says_the_same_however_it_is_stepped_and_never_against_the_contract(acts, known):
    boxes = [Box("bay-1", unix=lambda s: int(s) + 1_800_000_000 if known else None) for _ in "ab"]
    told = [[], []]
    now_s = 0.0
    for box, said in zip(boxes, told, strict=True):
        said += box.connect(0)
    for pause_s, what, ma, ttl_s in acts:
        for _ in range(3):  # one of them is looked at more often
            now_s += pause_s / 3
            told[0] += boxes[0].step(now_s)
        for box, said in zip(boxes, told, strict=True):
            said += box.step(now_s)
            before = box.drawn_ma
            said += act(box, now_s, what, ma, ttl_s)
            assert box.drawn_ma <= max(before, box.max_ma)
    assert told[0] == told[1]
    for box in boxes:
        box.settle(now_s)
    assert boxes[0].charge_wh == pytest.approx(boxes[1].charge_wh)
    for message in told[0]:
        name = message.topic.removeprefix(PREFIX)
        if name == "online":
            check(name, message.payload, message.qos, message.retain)
        else:
            ACQUAINTED.check(name, message.payload, json.loads(message.payload))


@settings(max_examples=150, deadline=None)
@given(ACTS)
def test_it_draws_no_more_than_it_may_5_s_ago(acts):
    """The largest limit of the last 5 s, from which cars may still come down."""
    box = Box("bay-1")
    box.connect(0)
    now_s = 0.0
    limits = [(0.0, box.limit_ma)]
    for pause_s, what, ma, ttl_s in acts:
        end_s = now_s + pause_s
        while box.next_s <= end_s:
            now_s = box.next_s
            box.step(now_s)
            limits.append((now_s, box.limit_ma))
            assert box.drawn_ma <= most(limits, now_s)
        now_s = end_s
        box.step(now_s)
        act(box, now_s, what, ma, ttl_s)
        limits.append((now_s, box.limit_ma))
        assert box.drawn_ma <= most(limits, now_s)


def most(limits, now_s):
    """Of all that held within the last 5 s, the one that was in force before them included."""
    recent = [ma for at_s, ma in limits if at_s > now_s - FOLLOW_S - 0.001]
    before = [ma for at_s, ma in limits if at_s <= now_s - FOLLOW_S - 0.001]
    return max(recent + before[-1:])


def test_a_month_costs_what_it_says_and_nothing_between():
    """In the profile `operator`: a heartbeat, idle and charging, and the few events."""
    month_s = 30 * 86_400
    box = Box("bay-1", pace=OPERATOR)
    said = len(box.connect(0) + box.plug(0, Car(wanted_wh=50_000)))
    steps = 0
    while box.next_s <= month_s:
        said += len(box.step(box.next_s))
        steps += 1
    hours = 50_000 / (3 * 230 * 6)
    assert steps == pytest.approx(hours * 60 + (month_s / 3_600 - hours) * 4, abs=15)
    assert said == pytest.approx(steps, abs=10)
