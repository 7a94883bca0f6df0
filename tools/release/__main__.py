"""`make release`: builds dist/ from the commit that is checked out."""

import argparse
import sys
from pathlib import Path

from packing.mpy import BuildError
from rig.interpreter import ROOT

from .commit import NotThisTree
from .make import boards, make
from .version import NotReleasable

parser = argparse.ArgumentParser(prog="python -m release", description=__doc__)
parser.add_argument("--out", type=Path, default=ROOT / "dist", help="is emptied first")
parser.add_argument("--docs", type=Path, default=ROOT / "build" / "docs", help="of make docs")
parser.add_argument("--board", action="append", choices=boards(), help="all by default")
options = parser.parse_args()
try:
    for line in make(options.out, options.docs, options.board or boards()):
        print(line)
except (BuildError, NotThisTree, NotReleasable, OSError) as error:
    sys.exit(f"no release: {error}")
