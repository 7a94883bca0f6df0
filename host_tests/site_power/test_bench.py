"""The bench: its judge sees what nobody may do, its best is the best, its rivals obey."""

import json
import random
from dataclasses import replace
from typing import NamedTuple

import pytest
from site_bench import failures, optimum, rivals, score
from site_bench.building import Building, own_ma
from site_bench.judge import Judge
from site_bench.sites import SORTS
from site_bench.stage import stage
from site_bench.world import World
from site_power.manager import Manager


class Publication(NamedTuple):
    topic: str
    payload: bytes
    retain: bool


class Giver:
    """Gives every box all that it can take, every few seconds, to see the judge see it."""

    def __init__(self, site, ident):
        self._site = site
        self._ident = ident
        self._n = 0
        self._due_s = 0.0

    def subscriptions(self):
        return [f"{self._site.prefix}+/cmdres"]

    def connected(self, now_s):
        self._due_s = now_s

    def disconnected(self):
        pass

    def question(self, now_s, unix_s):
        return None

    def take(self, now_s, topic, payload, retained):
        assert json.loads(payload)["ok"]

    def lines(self):
        return []

    def next_s(self, now_s):
        return self._due_s

    def step(self, now_s, unix_s):
        if now_s < self._due_s:
            return []
        self._due_s = now_s + self._site.lease_s - 1
        self._n += 1
        args = {"ttl_s": self._site.lease_s, "fallback_ma": 0, "source": "site"}
        return [
            Publication(
                f"{self._site.prefix}{box.name}/cmd",
                json.dumps(
                    {
                        "id": f"{self._ident}-{self._n}",
                        "type": "limit",
                        "args": {"ma": box.max_ma, **args},
                    }
                ).encode(),
                False,
            )
            for box in self._site.boxes.values()
        ]


def test_a_tool_that_gives_everything_trips_the_fuse_and_the_judge_says_so():
    case = failures.CASES["nothing"]
    about = stage(SORTS[4], 1, 2)
    world = World(about, case, Giver)
    world.run()
    found = world.score()
    assert found.trips > 0
    assert found.used is not None
    assert found.used > 1
    # No share of anything is lost on the way: that is what cars get who need not share.
    ideal = rivals.run(about, rivals.RIVALS["uncontrolled"])
    assert found.part == pytest.approx(ideal.part, abs=0.02)
    assert found.ct == pytest.approx(ideal.ct, rel=0.02)


def test_no_fuse_is_over_its_curve_on_a_day_on_which_everything_fails_again_and_again():
    """Twenty boxes; broker, links, boxes, both instances, the meter, and a building that jumps."""
    case = failures.CASES["all"]
    about = stage(SORTS[20], 1, 2, case.jumps)
    lines = []
    world = World(about, case, Manager, lines.append)
    world.run()
    found = world.score()
    assert found.trips == 0
    assert found.used is not None
    assert found.used < 0.5
    assert found.part > 0.8
    assert min(world.counts.values()) >= 2
    assert len(world.counts) == 7
    assert {line["kind"] for line in lines} >= {"grant", "overload", "lead", "meter", "minute"}
    # What boxes drew and the building is what flowed through the fuse.
    assert max(world.judge.most_ma) < 2 * SORTS[20].site.feeders["main"].fuse_ma


@pytest.mark.parametrize("size", [4, 20])
@pytest.mark.parametrize("name", rivals.RIVALS)
def test_nobody_is_better_than_the_best_and_who_shares_keeps_the_fuse(size, name):
    about = stage(SORTS[size], 2, 3)
    best = optimum.best(about)
    found = rivals.run(about, rivals.RIVALS[name])
    for had, wanted in zip(found.had_wh, found.wanted_wh, strict=True):
        assert 0 <= had <= wanted + 1
    if name == "uncontrolled":
        assert found.trips > 0
        assert found.part == pytest.approx(1, abs=1e-3)
    else:
        assert (found.trips, found.used) == (0, 0)
        assert found.kwh <= best.kwh + 0.1
        if rivals.RIVALS[name].static:
            policy = rivals.Rival(rivals.RIVALS[name].policy)
            assert found.kwh < rivals.run(about, policy).kwh


def test_the_best_is_that_of_a_case_that_can_be_worked_out_by_hand():
    """One hour for two cars of 3 x 16 A behind a fuse with room for one of them."""
    about = stage(SORTS[4], 1, 1)
    car = replace(about.visits[0].car, phases=3, max_ma=16_000, wanted_wh=10_000)
    first = replace(about.visits[0], place=2, arrives_s=18_000, leaves_s=21_600, car=car)
    second = replace(first, place=3)
    found = optimum.best(replace(about, visits=[first, second]))
    kwh = 0.0
    for quarter in range(18_000, 21_600, 900):
        means = [0.0, 0.0, 0.0]
        for at_s, _, phase, ma in about.changes():
            means[phase - 1] += ma / 15 if quarter <= at_s < quarter + 900 else 0
        kwh += (20_000 - max(means)) * 3 * 230 / 1e6 / 4
    assert found.kwh == pytest.approx(kwh, rel=1e-6)
    assert found.ct == pytest.approx(found.kwh * score.PRICES[5], rel=0.001)


def test_the_building_takes_no_more_than_it_may_and_jumps_to_all_of_it():
    site = SORTS[20].site
    calm = list(Building(site, 1).changes(1))
    jumping = list(Building(site, 1, jumps=True).changes(1))
    most = {(name, p): own_ma(site, name, p) for name in site.feeders for p in (1, 2, 3)}
    for _, feeder, phase, ma in calm + jumping:
        assert 0 <= ma <= most[feeder, phase]
    full = [ma for _, feeder, phase, ma in jumping if ma == most[feeder, phase]]
    assert len(full) > 100
    assert [row[0] for row in jumping] == sorted(row[0] for row in jumping)


def test_the_judge_adds_up_each_phase_of_each_feeder_as_boxes_are_turned():
    site = SORTS[20].site
    judge = Judge(site)
    chance = random.Random(1)
    true = dict.fromkeys(judge.columns, 0.0)
    drawn = dict.fromkeys(site.boxes, (0, 0))
    for now_s in range(300):
        box = site.boxes[chance.choice(list(site.boxes))]
        ma, loaded = drawn[box.name]
        judge.box(box.name, loaded, -ma, now_s)
        drawn[box.name] = new = (chance.randrange(32_000), chance.choice((1, 3)))
        judge.box(box.name, new[1], new[0], now_s)
    for name, (ma, loaded) in drawn.items():
        for phase in site.boxes[name].rotation[:loaded]:
            for feeder in site.above(site.boxes[name].feeder):
                true[feeder, phase] += ma
    assert judge.load_ma == pytest.approx([true[column] for column in judge.columns])
    assert judge.currents("main") == pytest.approx([true["main", p] for p in (1, 2, 3)])


def test_jain_is_1_where_all_have_the_same_part_and_1_nth_where_one_has_all():
    def found(*had):
        return score.Score(had, [10.0] * len(had), 0, 0, None).jain

    assert found(5, 5, 5, 5) == pytest.approx(1)
    assert found(5, 0, 0, 0) == pytest.approx(0.25)


def test_energy_costs_what_the_hours_say():
    price = score.PRICES
    assert score.cost_ct(1_000, 0, 3_600) == pytest.approx(price[0])
    assert score.cost_ct(2_000, 16.5 * 3_600, 18 * 3_600) == pytest.approx(
        price[16] + 2 * price[17]
    )
    assert score.cost_ct(1_000, 23 * 3_600, 25 * 3_600) == pytest.approx(price[23] + price[0])
