"""The hand-over between the rings, over every place at which ring 0 can interrupt ring 1.

Ring 0 runs to its end once it runs (a hard timer's interrupt); ring 1 can be interrupted before
each single load and store. The arrays of the real HandOver are replaced by ones that stop there.
"""

from itertools import combinations

import pytest
from pilotwire.pilot import handover
from pilotwire.pilot.handover import HandOver, TornRead


class Steps:
    """Counts ring 1's loads and stores; before those in `interrupts`, `ring0()` runs."""

    def __init__(self):
        self.ring0 = lambda: None
        self.interrupts = ()
        self.count = 0
        self._in_ring0 = False

    def step(self):
        if self._in_ring0:
            return
        if self.count in self.interrupts:
            self._in_ring0 = True
            self.ring0()
            self._in_ring0 = False
        self.count += 1


class Cells:
    """An array of integers whose every access is a step; a copy of all goes cell by cell."""

    def __init__(self, steps, n):
        self._steps = steps
        self._cells = [0] * n

    def __len__(self):
        return len(self._cells)

    def __getitem__(self, i):
        self._steps.step()
        return self._cells[i]

    def __setitem__(self, i, value):
        if isinstance(i, slice):
            for k, each in zip(range(*i.indices(len(self))), value, strict=True):
                self[k] = each
        else:
            self._steps.step()
            self._cells[i] = value

    def whole(self):
        """The one value that stands in all cells but the first; None for a torn copy."""
        values = set(self._cells[1:])
        return values.pop() if len(values) == 1 else None


def instrumented():
    steps = Steps()
    shared = HandOver()
    shared.slots = (Cells(steps, handover.N_DOWN), Cells(steps, handover.N_DOWN))
    shared.published = Cells(steps, 1)
    shared.up = Cells(steps, handover.N_UP)
    return steps, shared


def hand_down(interrupts):
    """Ring 1 hands down 1, 2 and 3; what ring 0 took, and the number of steps that ring 1 made."""
    steps, shared = instrumented()
    copy = Cells(steps, handover.N_DOWN)
    taken = []

    def ring0():
        if shared.take(copy):
            taken.append(copy.whole())

    steps.ring0 = ring0
    steps.interrupts = interrupts
    for value in (1, 2, 3):
        spare = shared.spare()
        for i in range(1, handover.N_DOWN):
            spare[i] = value
        shared.publish()
    count = steps.count
    steps.interrupts = (count,)
    steps.step()  # ring 0 also runs after everything
    return taken, count


def test_down_is_never_torn_never_goes_back_and_the_last_one_arrives():
    _, count = hand_down(())
    assert count > 3 * handover.N_DOWN
    for first in range(count):
        for second in range(first, count, 7):
            taken, _ = hand_down((first, second))
            assert None not in taken, (first, second)
            assert taken == sorted(set(taken)), (first, second)
            assert taken[-1] == 3, (first, second)


def tell(shared, value):
    """Ring 0 hands up an array of one value."""
    shared.tell([value] * handover.N_DECIDED, [value] * (handover.N_UP - handover.UP_INPUTS))


def read_up(interrupts):
    """Ring 1 reads once: (the value or TornRead, the newest value written, steps)."""
    steps, shared = instrumented()
    copy = Cells(steps, handover.N_UP)
    written = [0]

    def ring0():
        written[0] += 1
        tell(shared, written[0])

    ring0()  # outside any interrupt: these steps are counted, so start anew
    steps.count = 0
    steps.ring0 = ring0
    steps.interrupts = interrupts
    try:
        value = shared.read(copy) and copy.whole()
    except TornRead:
        value = TornRead
    return value, written[0], steps.count


def test_up_is_never_torn_whatever_interrupts_and_how_often():
    _, _, one_read = read_up(())
    assert one_read > 2 * handover.N_UP
    for times in (1, 2):
        for interrupts in combinations(range(times * one_read + 1), times):
            value, written, _ = read_up(interrupts)
            assert value in range(1, written + 1), interrupts


def test_up_read_ends_even_if_ring_0_runs_all_the_time():
    _, _, one_read = read_up(())
    for every in range(1, one_read):
        value, _, count = read_up(range(0, 10_000, every))
        assert value is TornRead
        assert count <= 8 * one_read
    value, written, _ = read_up(range(5, 7 * one_read, one_read))
    assert value == written, "the eighth try is undisturbed"


@pytest.mark.parametrize("cells", range(handover.N_UP))
def test_a_writing_that_was_broken_off_is_not_believed_and_the_next_one_is(cells):
    shared = HandOver()
    shared.up = [0] * handover.N_UP
    copy = [0] * handover.N_UP
    shared.up[handover.UP_SEQ] = 1
    for i in range(1, cells):
        shared.up[i] = 7
    with pytest.raises(TornRead):
        shared.read(copy)
    tell(shared, 8)
    assert list(shared.read(copy))[1:] == [8] * (handover.N_UP - 1)
