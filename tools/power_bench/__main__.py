"""`make power-bench`: the tables and the pictures."""

import argparse
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from . import picture

# Each is a module with a function `table` that yields lines.
PARTS = [part for part in ("solar", "tariff") if find_spec(f"{__package__}.{part}")]
_PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    parser = argparse.ArgumentParser(prog="power-bench", description=__doc__)
    parser.add_argument("--days", type=int, default=20, help="seeded days of the solar table")
    parser.add_argument("--first", type=int, default=201, help="seed of the first of them")
    parser.add_argument("--only", choices=PARTS, help="one part")
    options = parser.parse_args()
    for part in PARTS:
        if options.only not in (None, part):
            continue
        module = import_module(f"{__package__}.{part}")
        keys = {"days": options.days, "first": options.first} if part == "solar" else {}
        for line in module.table(**keys):
            print(line, flush=True)
        if part == "solar":
            for path in picture.draw_all(_PICTURES):
                print(f"drawn: {path.relative_to(_PICTURES.parents[1])}")


if __name__ == "__main__":
    main()
