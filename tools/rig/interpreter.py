"""Where the MicroPython interpreter and the project's folders are."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
LIBRARY = ROOT / "build" / "micropython-lib"
HEAP = "heapsize=192wK"  # of 64 bits, and the compiler is in it: 1.5 MB, a bound and no proof


class NoInterpreter(RuntimeError):
    """There is no MicroPython for this machine; the text says what to do."""


def interpreter() -> Path:
    """`MICROPYTHON`, else the one beside this Python. Raises NoInterpreter."""
    named = os.environ.get("MICROPYTHON")
    path = Path(named) if named else Path(sys.prefix) / "bin" / "micropython"
    if path.is_file():
        return path
    if named:
        raise NoInterpreter(
            f"MICROPYTHON names {named}, which is no file: name the interpreter, or unset it"
        )
    raise NoInterpreter(
        "no MicroPython interpreter: PyPI has none for this machine, so build MicroPython's unix "
        "port and name it with MICROPYTHON=path"
    )


def environment(*extra: Path) -> dict[str, str]:
    """The process environment in which `import pilotwire` works on MicroPython."""
    path = [*map(str, extra), str(FIRMWARE), str(LIBRARY), ".frozen"]
    return {**os.environ, "MICROPYPATH": ":".join(path)}
