"""Each requirement of IEC 61851-1 and GB/T 18487.1-2023 as a test: see tools/conformance."""

import pytest
from conformance.measure import cases, figures, holds, measured
from conformance.rows import ROWS
from ring0.guards import There

EACH = [
    pytest.param(row, profile, id=f"{row.name}-{profile}")
    for row in ROWS
    for profile in row.profiles
]


@pytest.mark.parametrize(("row", "profile"), EACH)
def test_holds(row, profile):
    result = measured(row, profile)
    assert not result.failure
    assert holds(row, profile), f"{result.least} to {result.most}, the limit is {row.limit}"


@pytest.mark.parametrize(("row", "profile"), EACH)
def test_is_the_same_on_micropython(row, profile, micropython):
    there = next(cases(row, profile, There))
    assert figures(row, there) == measured(row, profile).first
