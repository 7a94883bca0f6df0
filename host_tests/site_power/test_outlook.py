"""Who waits for a better price, and who does not."""

import json

import numpy as np
import pytest
from manager_stage import UNIX, Stage, site
from site_power import heard
from site_power.allocate import Layout
from site_power.outlook import SLOT_S, Outlook
from site_power.wants import Wants

CHEAP_LATER = [9_000, 9_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]


class Yard:
    """Two boxes with a car each; the first has a wish: an hour at 11 kW within two hours."""

    def __init__(self, wh=11_000, by_s=8 * SLOT_S, fuse=100):
        self.site = own = site(2, fuse=fuse)
        self.boxes = [heard.Box(), heard.Box()]
        for box in self.boxes:
            box.online = box.plugged = box.enabled = True
        self.boxes[0].wish = heard.Wish({"wh": wh, "by_unix": UNIX + by_s})
        self.outlook = Outlook(own, Layout(own), self.boxes)

    def prices(self, values, **more):
        self.outlook.take_prices({"start": UNIX, "step_s": SLOT_S, "prices": values, **more})

    def plan(self, now_s=0.0):
        """Whether there was something to plan; it has been planned then."""
        uses = np.ones((2, 3), bool)
        question = self.outlook.question(now_s, UNIX + now_s, np.array([16_000, 16_000]), uses)
        if question:
            self.outlook.answer(question, question.solve(2))
        return question is not None

    def waits(self, box=0):
        """In which of the eight slots."""
        return [self.outlook.waits(box, UNIX + slot * SLOT_S) for slot in range(8)]


def test_a_car_with_a_wish_waits_for_the_cheap_slots_and_one_without_for_nothing():
    yard = Yard()
    yard.prices(CHEAP_LATER)
    assert yard.plan()
    assert yard.waits()[:2] == [True, True]
    assert yard.waits(1) == [False] * 8


def test_a_plan_that_is_not_renewed_holds_nobody_back_for_long():
    yard = Yard()
    yard.prices([9_000] * 4 + [1_000] * 4)
    assert yard.plan()
    assert yard.waits() == [True, True] + [False] * 6


@pytest.mark.parametrize("prices", [None, [1_000] * 8])
def test_without_prices_or_where_they_are_all_alike_nobody_is_late(prices):
    yard = Yard(wh=22_000)  # all of the two hours
    if prices:
        yard.prices(prices)
    yard.plan()
    assert yard.waits() == [False] * 8


def test_who_cannot_have_it_all_by_then_waits_for_nothing():
    yard = Yard(wh=90_000)
    yard.prices(CHEAP_LATER)
    assert yard.plan()
    assert yard.waits() == [False] * 8


def test_nobody_waits_for_room_that_cars_without_a_wish_will_take():
    for had_wh, waits in ((0, False), (20_000, True)):
        yard = Yard(wh=13_000, fuse=30)
        yard.boxes[1].session_wh = had_wh
        yard.prices(CHEAP_LATER)
        assert yard.plan()
        assert yard.waits()[0] is waits, had_wh


def test_half_of_what_is_left_later_is_for_cars_that_are_still_to_come():
    for taken, waits in ((True, True), (False, False)):
        yard = Yard(wh=13_000, fuse=30)
        yard.boxes[1].session_wh = 20_000
        yard.boxes[1].plugged = taken
        yard.prices(CHEAP_LATER)
        assert yard.plan()
        assert yard.waits()[0] is waits, taken


def test_the_sun_is_waited_for_where_feeding_it_in_pays_less():
    yard = Yard()
    yard.prices([3_000] * 8, feed_in=800)
    yard.outlook.take_solar({"start": UNIX + 2 * SLOT_S, "step_s": SLOT_S, "w": [12_000] * 6})
    assert yard.plan()
    assert yard.waits()[:2] == [True, True]


def test_a_plan_is_asked_for_a_minute_after_the_last_if_something_is_new_and_every_five():
    yard = Yard()
    assert not yard.plan(60)
    yard.prices(CHEAP_LATER)
    assert yard.plan(61), "there was nothing to plan before"
    assert not yard.plan(122)
    yard.outlook.news()
    assert yard.plan(123)
    yard.outlook.news()
    assert not yard.plan(182)
    assert yard.plan(183)
    assert not yard.plan(482)
    assert yard.plan(483)
    question = yard.outlook.question(
        800, UNIX + 800, np.array([16_000] * 2), np.ones((2, 3), bool)
    )
    assert question
    yard.outlook.news()
    assert not yard.plan(900), "it is not answered yet"
    yard.outlook.answer(question, None)
    assert yard.waits() == [False] * 8
    assert yard.plan(901)


def test_a_wish_that_is_taken_back_or_a_car_that_leaves_waits_no_more():
    for change in ({"wish": None}, {"plugged": False}):
        yard = Yard()
        yard.prices(CHEAP_LATER)
        yard.plan()
        assert yard.waits()[0]
        for name, value in change.items():
            setattr(yard.boxes[0], name, value)
        assert not yard.waits()[0]


def test_who_has_been_let_go_on_has_a_turn_whatever_the_next_plan_says():
    yard = Yard()
    wants = Wants(yard.site, yard.boxes, yard.outlook)

    def waits(minute, says):
        yard.outlook.waits = lambda b, unix_s: says and b == 0
        wants.update(minute * 60.0, UNIX + minute * 60.0)
        return bool(wants.waits[0])

    turn = yard.site.turn_s // 60
    assert waits(0, True), "the first time at once"
    assert not waits(10, False)
    assert not waits(11, True)
    assert not waits(9 + turn, True)
    assert waits(10 + turn, True)
    assert not wants.waits[1]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"start": -1}, "start"),
        ({"start": True}, "start"),
        ({"step_s": 60}, "step_s"),
        ({"step_s": 900.0}, "step_s"),
        ({"prices": []}, "prices"),
        ({"prices": [1] * 193}, "prices"),
        ({"prices": [1.5]}, "prices"),
        ({"prices": [1_000_000]}, "prices"),
        ({"prices": None}, "prices"),
        ({"feed_in": "much"}, "feed_in"),
    ],
)
def test_a_table_that_is_none_is_refused_and_the_one_before_stays(change, word):
    yard = Yard()
    yard.prices(CHEAP_LATER)
    table = {"start": UNIX, "step_s": SLOT_S, "prices": [5_000] * 8, **change}
    with pytest.raises(heard.Malformed, match=word):
        yard.outlook.take_prices(table)
    yard.plan()
    assert yard.waits()[:2] == [True, True]


def test_the_manager_gives_nothing_to_who_waits_and_all_again_when_it_is_cheap():
    stage = Stage(site(2, fuse=100))
    stage.run(10)
    for name in stage.boxes:
        stage.plug(name)
    stage.say("wish/bay-1", {"wh": 5_000, "by_unix": UNIX + 4 * SLOT_S})
    stage.say("prices", {"start": UNIX, "step_s": SLOT_S, "prices": [9_000, 1_000, 1_000, 1_000]})
    stage.run(5)
    question = stage.manager.question(stage.now_s, UNIX + stage.now_s)
    stage.manager.answer(question, question.solve(2))
    stage.run(60)
    assert stage.limits_ma() == {"bay-1": 0, "bay-2": 32_000}
    said = json.loads(stage.retained[stage.base + "state"])
    assert said["boxes"]["bay-1"]["why"] == "planned"
    stage.run(SLOT_S - stage.now_s + 60)
    assert stage.limits_ma()["bay-1"] == 32_000
