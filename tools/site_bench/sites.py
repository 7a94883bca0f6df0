"""The sites of the bench: a yard, a garage under flats, a car park where people work."""

from dataclasses import dataclass

from site_power import tree


@dataclass(frozen=True)
class Sort:
    """`kind`: which garage of site_power.garage; `busy` times as many cars as were published."""

    site: tree.Site
    kind: str
    busy: float
    days: int  # that the whole bench runs


def _feeder(name: str, fuse_a: int, curve: str, others_a: int, parent: str = "") -> str:
    text = f'[feeders.{name}]\nfuse_a = {fuse_a}\ncurve = "{curve}"\nothers_a = {others_a}\n'
    return text + (f'parent = "{parent}"\n' if parent else f'meter = "{METER}"\n')


def _box(number: int, feeder: str, max_a: int, share_a: int) -> str:
    turn = [[1, 2, 3], [2, 3, 1], [3, 1, 2]][number % 3]  # the installer turns the phases
    return (
        f'[boxes.bay-{number}]\nfeeder = "{feeder}"\nrotation = {turn}\n'
        f"max_a = {max_a}\nshare_a = {share_a}\n"
    )


METER = "grid"


def _yard() -> tree.Site:
    """Four boxes of 11 kW behind the 20 A of a house; one of them keeps 6 A by itself."""
    text = 'name = "yard"\nlease_s = 20\n' + _feeder("main", 20, "gG", 7)
    boxes = [_box(i, "main", 16, 6 if i == 1 else 0) for i in range(1, 5)]
    return tree.parse(text + "".join(boxes))


def _flats() -> tree.Site:
    """Twenty boxes of 22 kW on two feeders of 40 A behind the 50 A of a block of flats."""
    text = 'name = "flats"\nlease_s = 20\n' + _feeder("main", 50, "gG", 22)
    text += _feeder("left", 40, "B", 0, "main") + _feeder("right", 40, "B", 0, "main")
    for i in range(1, 21):
        text += _box(i, "left" if i <= 10 else "right", 32, 6 if i == 1 else 0)
    return tree.parse(text)


def _works() -> tree.Site:
    """Two hundred boxes of 22 kW on ten feeders of 50 A behind 200 A of a car park."""
    text = 'name = "works"\nlease_s = 30\n' + _feeder("main", 200, "gG", 35)
    for j in range(10):
        text += _feeder(f"row-{j}", 50, "gG", 0, "main")
    for i in range(200):
        text += _box(i + 1, f"row-{i // 20}", 32, 6 if i % 50 == 0 else 0)
    return tree.parse(text)


SORTS = {
    4: Sort(_yard(), "three-phase", 3.0, 14),
    20: Sort(_flats(), "three-phase", 3.0, 14),
    200: Sort(_works(), "work", 1.5, 7),
}
