"""The cheapest plan where each start costs something too: what a box does not weigh."""

from collections.abc import Sequence

UNIT_S = 300  # plans are made of such pieces


def best(costs: Sequence[float], wanted: int, start_cost: float) -> list[bool]:
    """Which of the equally long pieces to take, `wanted` of them, at least cost in all.

    Each run of them costs `start_cost` more. Of what costs the same, the earlier.
    """
    count = len(costs)
    if not 0 <= wanted <= count:
        raise ValueError(f"0 to {count} pieces wanted, not {wanted}")
    never = float("inf")
    # From piece i on, with k still to be taken, after a piece that was taken (on) or not (off).
    off = [0.0] + [never] * wanted
    on = off.copy()
    take_off: list[bytearray] = []
    take_on: list[bytearray] = []
    for cost in reversed(costs):
        new_off, new_on = off.copy(), off.copy()  # it is left out
        which_off, which_on = bytearray(wanted + 1), bytearray(wanted + 1)
        for k in range(1, wanted + 1):
            taken = cost + on[k - 1]
            if taken + start_cost <= new_off[k]:
                new_off[k] = taken + start_cost
                which_off[k] = 1
            if taken <= new_on[k]:
                new_on[k] = taken
                which_on[k] = 1
        off, on = new_off, new_on
        take_off.append(which_off)
        take_on.append(which_on)
    taken = [False] * count
    left = wanted
    for i in range(count):
        which = take_on if i and taken[i - 1] else take_off
        if which[count - 1 - i][left]:
            taken[i] = True
            left -= 1
    return taken


def blocks(begin: int, taken: Sequence[bool]) -> list[list[int]]:
    """[[from, until], ...] of pieces from `begin` on."""
    found: list[list[int]] = []
    for i, is_taken in enumerate(taken):
        first = begin + i * UNIT_S
        if is_taken and found and found[-1][1] == first:
            found[-1][1] += UNIT_S
        elif is_taken:
            found.append([first, first + UNIT_S])
    return found
