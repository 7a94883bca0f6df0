"""What is broken in a file of ring 0, and what is left alone."""

from mutants.mutate import Mutant, mutants

SOURCE = '''\
"""A text with numbers: 100."""

WAIT_MS = const(100)
RETRIES = const(3)
MASK = const(1 << 4)
_ALL = const(0xFFFF)
PLACE = const(2)


def step(row, ms):
    if ms < WAIT_MS and row:
        faults = 0
        faults |= reasons.LIMIT
        return row[12] * 2
    while RETRIES > ms or not row:
        ms = 0
    seen = faults.PE if ms == 0 else PLACE
    return seen
'''


def made(file: str = "thing.py") -> list[Mutant]:
    return mutants({file: SOURCE})


def changes(scope: str, file: str = "thing.py") -> set[str]:
    """What is done in `scope`."""
    prefix = f"{file} {scope}: "
    return {m.name.removeprefix(prefix) for m in made(file) if m.name.startswith(prefix)}


def test_numbers_are_doubled_halved_and_moved_by_a_step():
    assert changes("WAIT_MS") == {f"100 -> {ms}" for ms in (200, 50, 110, 90)}
    assert changes("RETRIES") == {f"3 -> {n}" for n in (6, 1, 4, 2)}


def test_masks_places_and_names_are_left_alone():
    for name in ("MASK", "_ALL", "PLACE"):
        assert not changes(name)
    assert not any("12" in m.name for m in made())
    assert not changes("WAIT_MS", "signals.py")


def test_conditions_edges_and_bits_are_broken():
    assert changes("step") == {
        "ms < WAIT_MS and row -> True",
        "ms < WAIT_MS and row -> False",
        "ms < WAIT_MS -> True",
        "ms < WAIT_MS -> ms <= WAIT_MS",
        "row -> True",
        "faults |= reasons.LIMIT -> pass",
        "2 -> 4",
        "2 -> 1",
        "2 -> 3",
        "RETRIES > ms or not row -> True",
        "RETRIES > ms or not row -> False",
        "RETRIES > ms -> False",
        "RETRIES > ms -> RETRIES >= ms",
        "not row -> False",
        "seen = faults.PE if ms == 0 else PLACE -> pass",
        "ms == 0 -> True",
        "ms == 0 -> False",
    }


def test_each_is_one_change_in_one_line_under_a_name_of_its_own():
    names = set()
    for mutant in made():
        lines = mutant.applied(SOURCE).splitlines()
        changed = [i for i, line in enumerate(SOURCE.splitlines(), 1) if line != lines[i - 1]]
        assert changed == [mutant.line]
        compile(mutant.applied(SOURCE), mutant.file, "exec")
        names.add(mutant.name)
    assert len(names) == len(made())


def test_a_name_outlives_a_move():
    moved = mutants({"thing.py": "\n\n" + SOURCE})
    assert [m.name for m in moved] == [m.name for m in made()]
