"""`make power-bench`: the tables and the pictures."""

import argparse
from collections.abc import Iterable
from pathlib import Path

from . import picture, solar, tariff

_PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    parser = argparse.ArgumentParser(prog="power-bench", description=__doc__)
    parser.add_argument("--days", type=int, default=20, help="seeded days of the solar table")
    parser.add_argument("--first", type=int, default=201, help="seed of the first of them")
    parser.add_argument("--only", choices=("solar", "tariff"), help="one part")
    options = parser.parse_args()
    if options.only != "tariff":
        _print(solar.table(days=options.days, first=options.first))
        _drawn(*picture.draw_all(_PICTURES))
    if options.only != "solar":
        _print(tariff.table())
        path = _PICTURES / "prices.png"
        tariff.draw(path)
        _drawn(path)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def _drawn(*paths: Path) -> None:
    for path in paths:
        print(f"drawn: {path.relative_to(_PICTURES.parents[1])}")


if __name__ == "__main__":
    main()
