"""One cut in 40 of `make powercut`, on MicroPython's own littlefs."""

from powercut.__main__ import cut

ONE_IN = 40


def test_a_power_cut_loses_no_record_and_no_wh(micropython):
    results = cut(ONE_IN)
    assert [line for result in results for line in result.wrong] == []
    assert sum(result.lost for result in results) == 0
    assert {result.what for result in results if result.tried} == {
        "operations",
        "recoveries",
        "ticks",
    }
