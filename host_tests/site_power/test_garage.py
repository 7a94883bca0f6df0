"""What is drawn looks like what was published."""

from itertools import pairwise
from statistics import mean

import pytest
from site_power import garage

HOUR_S = 3_600
PUBLISHED = {"home": (12.8, 12.7, 0.49), "work": (9.3, 6.5, 0.83)}  # kWh, h, a weekday


@pytest.mark.parametrize("kind", PUBLISHED)
def test_stay_energy_and_number_are_about_those_published(kind):
    kwh, hours, a_day = PUBLISHED[kind]
    # Few enough cars that hardly any finds its place taken, and big cars, which leave full.
    found = garage.visits(kind, 2_000, 5, seed=1, busy=0.1, max_ma=32_000)
    big = [visit for visit in found if visit.car.phases == 3]
    assert mean(visit.car.wanted_wh for visit in big) / 1_000 == pytest.approx(kwh, rel=0.2)
    stay_h = mean((visit.leaves_s - visit.arrives_s) / HOUR_S for visit in found)
    assert stay_h == pytest.approx(hours, rel=0.15)
    assert len(found) / 2_000 / 5 == pytest.approx(a_day * 0.1, rel=0.15)


@pytest.mark.parametrize(("kind", "busiest"), [("home", 16), ("work", 8)])
def test_people_come_home_in_the_afternoon_and_to_work_in_the_morning(kind, busiest):
    hours = [0] * 24
    for visit in garage.visits(kind, 3_000, 5, seed=2, busy=0.3):
        hours[int(visit.arrives_s % garage.DAY_S // HOUR_S)] += 1
    assert hours.index(max(hours)) == busiest


@pytest.mark.parametrize("kind", garage.KINDS)
def test_a_place_has_one_car_at_a_time_and_it_could_have_all_that_it_wants(kind):
    found = garage.visits(kind, 30, 14, seed=3, busy=3)
    assert found == sorted(found, key=lambda visit: visit.arrives_s)
    for place in range(30):
        own = [visit for visit in found if visit.place == place]
        assert len(own) > 5
        assert all(a.leaves_s < b.arrives_s for a, b in pairwise(own))
        assert len({(visit.car.phases, visit.car.max_ma) for visit in own}) == 1
    for visit in found:
        hours = (visit.leaves_s - visit.arrives_s) / HOUR_S
        most_wh = hours * visit.car.phases * visit.car.max_ma * 0.23
        assert 0 < visit.car.wanted_wh < most_wh


def test_the_seed_alone_says_who_comes():
    assert garage.visits("work", 20, 7, 5) == garage.visits("work", 20, 7, 5)
    assert garage.visits("work", 20, 7, 5) != garage.visits("work", 20, 7, 6)


@pytest.mark.parametrize("kind", garage.KINDS)
def test_every_number_says_where_it_comes_from(kind):
    assert "Cars: " in garage.source(kind)
    assert "doi:" in garage.source(kind) or garage.source(kind).startswith("as `home`")
