"""How far a box may be acknowledged."""

from collections.abc import Iterable

Span = tuple[int, int]  # first and last number


def contiguous(upto: int, seqs: Iterable[int], missing: Iterable[Span]) -> int:
    """The highest number up to which there is no gap: from `upto` on, over records and spans."""
    for first, last in sorted([*((seq, seq) for seq in seqs), *missing]):
        if first > upto + 1:
            break
        upto = max(upto, last)
    return upto
