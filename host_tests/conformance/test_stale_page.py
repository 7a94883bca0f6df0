"""docs/conformance.md is what the rows give now, and names every clause."""

import pytest
from conformance.page import PAGE, page
from conformance.rows import ROWS

# What the survey of IEC 61851-1:2017, IEC 62955 and GB/T 18487.1-2023 found that asks something
# of a wallbox: sequences, tables and clauses by their numbers.
CLAUSES = (
    *(f"seq. {n}" for n in ("1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "4", "5", "6", "7", "8.1")),
    *("seq. 8.2", "seq. 9.1", "seq. 9.2", "9.3", "10.1", "seq. 10.2", "seq. 11", "seq. 12"),
    *("table A.2", "A.3", "table A.4", "table A.7", "table A.8", "A.2.2", "A.2.3", "A.4.11"),
    *("A.5.2", "A.5.3", "Annex B", "table D.9", "ISO 15118", "1 to 2 V", "3,100 pF", "A.3.1"),
    *("A.3.9.2", "A.3.10.5-7", "A.3.10.9", "A.3.10.10", "A.3.10.12", "5.2.1.7", "7.9", "10.1"),
    *("10.6.1", "11.3.1", "12.5", "13.2", "table A.5", "GB/T ratings", "inrush", "I²t", "IP54"),
    *("18487.1-2015", "IEC 62955", "9.9.2.1", "9.9.2.2", "GB/T 40820", "3 mm", "J1772", "EMC"),
)


def test_committed_page_is_what_the_rows_give():
    assert PAGE.read_text(encoding="utf-8") == page(), "stale: make conformance writes it anew"


@pytest.mark.parametrize("clause", CLAUSES)
def test_clause_appears(clause):
    assert clause in PAGE.read_text(encoding="utf-8")


def test_names_are_unique():
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))
