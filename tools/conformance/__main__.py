"""`make conformance`: measure every row and write docs/conformance.md. Exit 1 if one fails."""

import sys

from .measure import holds, measured
from .page import write
from .row import number
from .rows import ROWS

write()
failed = False
for row in ROWS:
    for profile in row.profiles:
        if holds(row, profile):
            continue
        failed = True
        result = measured(row, profile)
        figure = result.failure or f"{number(result.least)} … {number(result.most)}"
        print(f"{row.name} ({profile}): {figure}, the limit is {row.limit}")
print("docs/conformance.md: " + ("rows fail" if failed else f"all {len(ROWS)} rows hold"))
sys.exit(failed)
