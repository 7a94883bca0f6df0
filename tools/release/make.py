"""Builds a release's folder; each of its files depends on the commit and on nothing else."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from packing.mpy import ARCHITECTURES, MANIFEST, PACK, BuildError, build
from rig.interpreter import ROOT

from .bill import bill
from .bundle import below, bundle
from .commit import commit, source
from .version import pyproject, released

SUMS = "SHA256SUMS"
_PAGE = "README.md"


def boards() -> list[str]:
    """Those that firmware is compiled for."""
    found = sorted((ROOT / "boards").glob("*/board.json"))
    chips = {path.parent.name: json.loads(path.read_text())["chip"] for path in found}
    return [board for board, chip in chips.items() if chip in ARCHITECTURES]


def make(out: Path, docs: Path, wanted: Sequence[str]) -> Iterator[str]:
    """Empties `out` and fills it; yields a line for a person on each file.

    Raises BuildError, NotThisTree, NotReleasable, OSError.
    """
    if os.environ.get("PILOTWIRE_LINES"):
        raise BuildError("PILOTWIRE_LINES is set, a release has none: unset it")
    name, made = commit(ROOT)
    version, told = released(ROOT)
    if not (docs / "index.html").is_file():
        raise FileNotFoundError(f"no pages in {docs}: make docs")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    stem = f"pilotwire-{version}"
    firmware, written = {}, {}
    for board in wanted:
        files = _built(board)
        manifest = json.loads(files[MANIFEST])
        firmware[board] = manifest["files"][PACK]["sha256"], manifest["firmware"]
        written[f"{stem}-{board}.zip"] = bundle(files)
    written[f"{stem}-docs.zip"] = bundle(below(docs))
    written[f"{stem}-source.tar.gz"] = source(ROOT, stem)
    project = pyproject(ROOT)["project"]
    written[f"{stem}.cdx.json"] = bill(version, name, made, firmware, project).encode()
    written[f"{stem}-changes.md"] = f"# Pilotwire {version}\n\n{told}\n".encode()
    sums = {file: hashlib.sha256(content).hexdigest() for file, content in written.items()}
    written[SUMS] = "".join(f"{sums[file]}  {file}\n" for file in sorted(sums)).encode()
    for file, content in sorted(written.items()):
        (out / file).write_bytes(content)
        yield f"{len(content):9} {file}"


def _built(board: str) -> dict[str, bytes]:
    """{path in the bundle: content}: what goes onto the board, and its page."""
    with tempfile.TemporaryDirectory() as folder:
        build(board, Path(folder))
        files = below(Path(folder))
    return {**files, _PAGE: (ROOT / "boards" / board / _PAGE).read_bytes()}
