"""Whether a heap grows, from bytes in use after a collection, many times in a run."""

from collections.abc import Sequence


def grown_bytes(used: Sequence[int]) -> int:
    """From the least of the first third to the least of the last one.

    What is kept for good, that is: a collection looks through the stack too, and may overlook
    something for a while.
    """
    third = max(len(used) // 3, 1)
    return min(used[-third:]) - min(used[:third])
