from backend.prefix import contiguous
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.integers(1, 40)
SPANS = st.tuples(NUMBERS, st.integers(0, 10)).map(lambda span: (span[0], span[0] + span[1]))


@given(st.integers(0, 40), st.sets(NUMBERS), st.lists(SPANS))
def test_ends_before_the_first_number_that_is_neither_stored_nor_missing(upto, seqs, missing):
    known = seqs.union(*(range(first, last + 1) for first, last in missing))
    end = upto
    while end + 1 in known:
        end += 1
    assert contiguous(upto, seqs, missing) == end
