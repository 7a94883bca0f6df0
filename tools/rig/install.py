"""Installs what pip cannot, at the versions in pyproject.toml: `python -m rig.install WHAT`.

micropython-lib  MicroPython's packages, by pipkin, which alone knows their layout
compared         packages that the benches compare with, by pipkin; the firmware uses none
stubs            MicroPython's types, one directory a chip: pyright takes one set at a time
webassembly      the 32-bit port, by npm
asyncapi         the parser that judges docs/mqtt/asyncapi.yaml, by npm
"""

import subprocess
import sys
import tomllib

from .interpreter import ROOT

BUILD = ROOT / "build"


def _run(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")


def main(what: str) -> None:
    """Install `what` below build/. Exits with what the installer printed when it fails."""
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pilotwire"]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if what in ("micropython-lib", "compared"):
        _run(*pip, f"pipkin=={pins['pipkin']}")
        target = BUILD / ("micropython-modbus" if what == "compared" else what)
        pipkin = [sys.executable, "-m", "pipkin", "-q", "-d", str(target)]
        _run(*pipkin, "install", "--no-mp-org", *pins[what])
    elif what == "stubs":
        for chip, package in pins["stubs"].items():
            _run(*pip, "--upgrade", "--target", str(BUILD / "stubs" / chip), package)
    elif what in ("webassembly", "asyncapi"):
        target = BUILD / what
        target.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(target)]
        _run(*npm, pins[what])
    else:
        sys.exit(f"{what} is none of micropython-lib, compared, stubs, webassembly, asyncapi")


if __name__ == "__main__":
    main(sys.argv[1])
