"""The fakes of the unit tests serve here too, and what the journal's two files share."""

import sys
from pathlib import Path

import pytest
from pilotwire.record import files, journal, segments

sys.path.append(str(Path(__file__).parents[1] / "unit"))

RESERVE_BYTES = 300  # for an event and the end of a charge


@pytest.fixture
def real_files():
    """Whatever a test put in their place is gone after it."""
    from fake_flash import Flash

    yield
    Flash().restore(files, journal, segments)


@pytest.fixture
def ring(monkeypatch, real_files):
    """A function that makes the journal a ring of so many segments of so many bytes."""

    def shrink(count, size):
        monkeypatch.setattr(segments.Segments.__init__, "__defaults__", (count, size))
        monkeypatch.setattr(journal, "_RESERVE_BYTES", RESERVE_BYTES)

    return shrink
