"""`make mutants`: break ring 0 in every single place and demand that a test notices.

Each mutant meets ring 0's unit files, its own first; who survives those meets the guard on the
plant. `ONLY=sequence` takes one file. What can change nothing stands in equivalent.json with its
reason. Exits 1 if there is a survivor, or an entry of that file that is wrong.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rig.interpreter import ROOT

from .mutate import Mutant, mutants
from .ordeal import Ordeal

EQUIVALENT = Path(__file__).with_name("equivalent.json")
WORKERS = 2


def main(unit: list[str], only: str) -> int:
    """Try all mutants, or those of the file `only`, on the unit files `unit`."""
    began = time.monotonic()
    equivalent: dict[str, str] = json.loads(EQUIVALENT.read_text())
    survivors: list[str] = []
    wrong: list[str] = []
    with TemporaryDirectory() as copy, ThreadPoolExecutor(WORKERS) as pool:
        ordeal = Ordeal(ROOT, Path(copy), unit)
        made = mutants(ordeal.sources)
        names = {mutant.name for mutant in made}
        made = [m for m in made if only in ("", m.file, m.file.removesuffix(".py"))]
        if not made:
            sys.exit(f"no mutant in {only!r}: name a file of ring 0, as in ONLY=sequence")

        def survives(mutant: Mutant) -> bool:
            return ordeal.survives(mutant, thoroughly=mutant.name not in equivalent)

        for mutant, survived in zip(made, pool.map(survives, made), strict=True):
            if survived and mutant.name not in equivalent:
                survivors.append(mutant.name)
                print(f"survives, line {mutant.line}: {mutant.name}", flush=True)
            elif not survived and mutant.name in equivalent:
                wrong.append(mutant.name)
                print(f"not equivalent, a test notices it: {mutant.name}", flush=True)
    for name in equivalent:
        if name not in names:
            wrong.append(name)
            print(f"listed as equivalent, but no longer made: {name}")
    listed = sum(mutant.name in equivalent for mutant in made)
    killed = len(made) - listed - len(survivors)
    took_s = round(time.monotonic() - began)
    print(
        f"{len(made)} mutants: {killed} killed, {listed} equivalent, {len(survivors)} survive"
        f" ({took_s // 60} min {took_s % 60:02} s)"
    )
    return 1 if survivors or wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ.get("ONLY", "")))
