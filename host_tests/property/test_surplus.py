"""Surplus charging in a closed loop with the plant's car, under any sun, lag and silence."""

from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pilotwire.power.phases import Switches
from pilotwire.power.solar import Solar
from pilotwire.power.steady import Steady
from plant.car import Car
from power_bench.outlet import Outlet

LEAST_MA, MOST_MA = 6_000, 16_000
SMOOTH_S, TTL_S, STOP_W, PATIENCE_WH = 10, 30, 500, 20
ON_S, OFF_S, PAUSE_S = 300, 200, 600
SETTLED_S = 120
FOLLOW_S = 16  # the current steps every 10 s, the car follows within 5 s more


class Second(NamedTuple):
    surplus_w: int
    heard: bool  # whether the grid's meter was
    wish_ma: int
    limit_ma: int
    power_w: int
    phases: int
    silent: bool
    switching: bool  # of phases: the current is meant for those to come


class Loop:
    """Solar, Steady, box and car; the meters are `age_s` behind, the grid's own `late_s` more."""

    def __init__(self, draw):
        self.minimum = draw(st.booleans())
        self.least_ma = draw(st.sampled_from((6_000, 8_000)))  # that the car needs to start
        switches = Switches(PAUSE_S, 10) if draw(st.booleans()) else None
        self.solar = Solar(
            self.minimum, MOST_MA, 0, STOP_W, PATIENCE_WH, SMOOTH_S, TTL_S, switches=switches
        )
        self.steady = Steady(self.least_ma, LEAST_MA, ON_S, OFF_S, 0, False)
        car = Car(
            react_ms=draw(st.integers(100, 5_000)),
            min_ma=LEAST_MA,
            phases=draw(st.sampled_from((1, 2, 3))),
            up_ma_s=draw(st.integers(1_000, 20_000)),
        )
        self.outlet = Outlet(car, draw(st.sampled_from((1, 3))), switches is not None)
        self.late_s = draw(st.integers(0, 2))
        self.every_s = draw(st.sampled_from((1, 1, 5, 10)))
        self.seconds: list[Second] = []
        self._drew = [(0, self.outlet.phases, 0)] * 3  # of the last seconds: W, phases, used

    def run(self, surplus_w: int, seconds: int, silent: bool = False) -> None:
        outlet = self.outlet
        for _ in range(seconds):
            t = len(self.seconds)
            heard = not silent and t % self.every_s == 0
            own_w, phases, used = self._drew[-1]
            grid_w = self._drew[-1 - self.late_s][0] - surplus_w
            wish_ma = self.solar.look(t * 1_000, grid_w if heard else None, own_w, phases, used)
            limit_ma = min(self.steady.look(t * 1_000, wish_ma, used > 0), MOST_MA)
            outlet.step(limit_ma, self.solar.phases)
            self._drew = [*self._drew[1:], (outlet.power_w, outlet.phases, outlet.used)]
            self.seconds.append(
                Second(
                    surplus_w,
                    heard,
                    wish_ma,
                    limit_ma,
                    outlet.power_w,
                    outlet.phases,
                    self.solar.reason == "silent",
                    self.solar.phases != outlet.phases,
                )
            )


@st.composite
def runs(draw):
    loop = Loop(draw)
    for _ in range(draw(st.integers(2, 6))):
        surplus_w = draw(
            st.integers(-2_000, 9_000) | st.sampled_from((1_300, 1_380, 1_460, 4_140))
        )
        loop.run(surplus_w, draw(st.integers(1, 900)), draw(st.integers(0, 4)) == 0)
    return loop


def spells(seconds):
    """[(whether it is on, seconds)], the one in progress left out."""
    found = [[seconds[0].limit_ma > 0, 0]]
    for second in seconds:
        if (second.limit_ma > 0) != found[-1][0]:
            found.append([second.limit_ma > 0, 0])
        found[-1][1] += 1
    return found[:-1]


@given(runs())
@settings(max_examples=60, deadline=None)
def test_a_car_gets_its_least_current_or_none_and_each_for_its_time(loop):
    for second in loop.seconds:
        assert second.limit_ma == 0 or second.limit_ma >= LEAST_MA
        assert second.limit_ma == 0 or second.limit_ma >= min(second.wish_ma, MOST_MA)
    for place, (on, seconds) in enumerate(spells(loop.seconds)):
        if on:
            assert seconds >= ON_S
        elif place:  # the first may start at once
            assert seconds >= OFF_S


@given(runs())
@settings(max_examples=60, deadline=None)
def test_a_value_holds_for_its_time_to_live_and_no_longer(loop):
    silent_s = TTL_S
    for second in loop.seconds:
        silent_s = 0 if second.heard else silent_s + 1
        if silent_s >= TTL_S:
            assert second.wish_ma == (LEAST_MA if loop.minimum else 0)
        assert second.silent == (silent_s >= TTL_S)


clouds = st.tuples(st.sampled_from((1_500, 2_000, 8_000)), st.integers(100, 500))


@given(runs(), st.lists(clouds, min_size=4, max_size=8))
@settings(max_examples=60, deadline=None)
def test_phases_keep_their_pause(loop, passing):
    for surplus_w, seconds in passing:
        loop.run(surplus_w, seconds)
    last_s = None
    for t in range(1, len(loop.seconds)):
        if loop.seconds[t].phases != loop.seconds[t - 1].phases:
            assert last_s is None or t - last_s >= PAUSE_S
            last_s = t


@given(runs(), st.integers(-1_000, 9_000))
@settings(max_examples=60, deadline=None)
def test_once_settled_it_stands_still_and_takes_no_more_than_the_surplus(loop, surplus_w):
    """Or the least current, as long as patience, on time and threshold want that."""
    loop.run(surplus_w, 2 * PAUSE_S + ON_S + SETTLED_S)
    settled = loop.seconds[-SETTLED_S:]
    first, last = settled[0], settled[-1]
    # A little above the threshold patience lasts for longer than this run.
    over_w = first.power_w - surplus_w - STOP_W
    assume(not 0 < over_w < PATIENCE_WH * 3_600 // PAUSE_S)
    for second in settled:
        assert second.limit_ma == first.limit_ma
        assert abs(second.power_w - first.power_w) <= 1
    if last.limit_ma > LEAST_MA:
        assert last.power_w <= surplus_w
        assert last.power_w >= surplus_w - 250 or last.limit_ma == MOST_MA
    elif last.limit_ma and not loop.minimum:
        assert last.power_w <= surplus_w + STOP_W


@given(runs(), st.integers(0, 9_000), st.integers(0, 9_000))
@settings(max_examples=60, deadline=None)
def test_a_step_of_the_surplus_is_followed_without_overshoot(loop, before_w, after_w):
    """While it falls the offer lags by what the smoothing allows, while it rises never ahead."""
    loop.every_s, loop.late_s = 1, 0
    loop.run(before_w, SETTLED_S)
    loop.run(after_w, SETTLED_S)
    step = loop.seconds[-SETTLED_S + FOLLOW_S :]
    for i, second in enumerate(step):
        left_w = max(before_w - after_w, 0) * SMOOTH_S / (SMOOTH_S + 1 + i)  # 1/t above exp(-t)
        follows = second.wish_ma == second.limit_ma and not second.switching
        if second.limit_ma > LEAST_MA and follows:
            assert second.power_w <= after_w + left_w + 30
