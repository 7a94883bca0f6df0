"""The best possible is the best of all ways, found here by trying every one."""

import random
from functools import cache

import pytest
from power_bench import optimum
from power_bench.control import Mode

ON_S, OFF_S, PAUSE_S, START_S, SWITCH_S = 3, 2, 4, 1, 2


@pytest.fixture(autouse=True)
def _short_times(monkeypatch):
    for name, seconds in (
        ("ON_S", ON_S),
        ("OFF_S", OFF_S),
        ("PAUSE_S", PAUSE_S),
        ("START_S", START_S),
        ("SWITCH_S", SWITCH_S),
    ):
        monkeypatch.setattr(optimum, name, seconds)


def by_trying(surplus_w, mode):
    """The most gain of any way through `surplus_w`, second by second."""
    numbers = (1, 3) if mode.switches else (mode.phases,)

    def gained(n, t):
        power_w = optimum.draws(surplus_w[t], n, mode.most_ma)
        return optimum.gain(power_w, surplus_w[t])

    @cache
    def on(n, t, dark, stay, pause):
        """On `n`, for `dark` s without current; no stop for `stay` s, no change for `pause` s."""
        if t == len(surplus_w):
            return 0.0
        later = on(n, t + 1, max(dark - 1, 0), max(stay - 1, 0), max(pause - 1, 0))
        ways = [later + (0 if dark else gained(n, t))]
        if not mode.minimum and not stay and not dark:
            ways.append(off(t, OFF_S))
        if not stay and not pause:
            ways += [on(m, t, SWITCH_S, 0, PAUSE_S) for m in numbers if m != n]
        return max(ways)

    @cache
    def off(t, wait):
        if t == len(surplus_w):
            return 0.0
        ways = [off(t + 1, max(wait - 1, 0))]
        if not wait:
            ways += [on(n, t, START_S, ON_S, 0) for n in numbers]
        return max(ways)

    return max(on(n, 0, 0, 0, 0) for n in numbers) if mode.minimum else off(0, 0)


@pytest.mark.parametrize(
    "mode",
    [
        Mode("one"),
        Mode("three", phases=3),
        Mode("both", switches=True),
        Mode("minimum", minimum=True, switches=True),
    ],
    ids=lambda mode: mode.name,
)
def test_no_way_gains_more_and_its_own_gains_that(mode):
    chance = random.Random(9)
    for _ in range(150):
        surplus_w = [chance.choice((0, 900, 2_000, 4_500, 8_000)) for _ in range(14)]
        found = optimum.best(surplus_w, mode)
        gained = sum(map(optimum.gain, found.power_w, surplus_w))
        assert gained == pytest.approx(by_trying(surplus_w, mode)), surplus_w
