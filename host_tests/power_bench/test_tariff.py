"""The bench of day-ahead prices: what it compares is alike, and each way does what it says."""

from datetime import datetime

import pytest
from pilotwire.power.plan import check_prices
from power_bench import tariff
from zones.compiler import zone_info

MARKET = tariff.market(3)
CHARGES = tariff.charges(3)[:50]
BERLIN = zone_info("Europe/Berlin")


def outcomes(way):
    return [tariff.WAYS[way](charge, MARKET) for charge in CHARGES]


def test_a_seed_draws_the_same_year_and_another_seed_another():
    assert tariff.market(3) == MARKET != tariff.market(4)
    assert tariff.charges(3)[:50] == CHARGES != tariff.charges(4)[:50]


def test_every_charge_lies_in_the_market_and_could_be_full():
    year = tariff.charges(3)
    for before, charge in zip([None, *year], year, strict=False):
        assert MARKET.start <= charge.begin < charge.end <= MARKET.start + 900 * len(MARKET.prices)
        assert charge.wh <= charge.wish_wh
        assert charge.w <= tariff.W
        assert before is None or before.end <= charge.begin


@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_a_box_knows_tomorrows_prices_from_13_00_on(month):
    for hour in (0, 12, 13, 23):
        now = datetime(2027, month, 28, hour, tzinfo=BERLIN)
        known = MARKET.known(int(now.timestamp()))
        check_prices(known, int(now.timestamp()))
        end = known["start"] + len(known["prices"]) * 900
        midnight = datetime(2027, month, 30 if hour >= 13 else 29, tzinfo=BERLIN)
        assert end == midnight.timestamp()
        assert known["start"] <= now.timestamp()
        assert known["prices"][0] == MARKET.at(known["start"])


def test_the_boxs_plan_fills_every_car_within_a_hundredth_of_the_best():
    own, best = outcomes("Pilotwire's plan"), outcomes("best possible")
    for charge, one, bound, straight in zip(CHARGES, own, best, outcomes("at once"), strict=True):
        assert one.wh >= charge.wh
        assert one.blocks[0][0] >= charge.begin
        assert one.blocks[-1][1] <= charge.end
        assert bound.cost <= one.cost + 0.01  # of the last second more than the car wants
        assert one.cost <= straight.cost + 0.01
    assert sum(one.cost for one in own) <= 1.01 * sum(one.cost for one in best)


def test_the_weekly_window_charges_from_22_to_6_and_no_longer():
    for one in outcomes("22:00 to 6:00"):
        for first, last in one.blocks:
            for unix in (first, last - 1):
                hour = datetime.fromtimestamp(unix, BERLIN).hour
                assert hour >= 22 or hour < 6


def test_the_table_has_a_row_for_each_way(monkeypatch):
    monkeypatch.setattr(tariff, "charges", lambda seed: CHARGES[:5])
    lines = list(tariff.table(3))
    assert [line[:18].strip() for line in lines[-4:]] == list(tariff.WAYS)
    assert "100.0%" in lines[-4]


def test_the_picture_is_drawn(tmp_path):
    tariff.draw(tmp_path / "night.png", 3, 1)
    assert (tmp_path / "night.png").read_bytes()[:4] == b"\x89PNG"
