"""`python -m home_assistant [PYTHON [VERSION]]`: each box's message, read by Home Assistant.

PYTHON is an interpreter that Home Assistant runs on (device discovery needs 3.13 or newer),
VERSION one of pytest-homeassistant-custom-component, which names the Home Assistant that it
belongs to; pyproject.toml has the usual one. What is taken becomes the snapshot that CI compares.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from rig.interpreter import ROOT

from .boxes import BOXES, SNAPSHOTS, told

PACKAGE = "pytest-homeassistant-custom-component"


def environment(python: str, version: str) -> Path:
    """The folder of a Python environment with Home Assistant, set up once. Exits with what is
    missing."""
    found = shutil.which(python)
    newer = "import sys; sys.exit(sys.version_info < (3, 13))"
    if not found or subprocess.run([found, "-c", newer], check=False).returncode:
        sys.exit(f"{python} is no Python 3.13 or newer: name one with PYTHON_HA=path")
    home = ROOT / "build" / "home-assistant" / f"{Path(found).name}-{version}"
    ready = home / "ready"
    if not ready.exists():
        print(f"installing Home Assistant into {home.relative_to(ROOT)} (some minutes, once)")
        subprocess.run([found, "-m", "venv", "--clear", home], check=True)
        pip = [home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"{PACKAGE}=={version}"], check=True)
        ready.touch()
    return home


def check(home: Path, messages: dict[str, tuple[str, bytes]]) -> int:
    """Run check.py in the environment `home`; pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "messages.json"
        given.write_text(
            json.dumps({name: [topic, text.decode()] for name, (topic, text) in messages.items()})
        )
        # No configuration: ours names folders and options that its pytest has not.
        command = [home / "bin" / "pytest", "-c", "/dev/null", "--rootdir", folder, "-q"]
        command += ["-p", "no:cacheprovider", "--asyncio-mode=auto", "--tb=short"]
        command += [Path(__file__).with_name("check.py")]
        variables = {"PATH": "/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8"}
        variables |= {"MESSAGES": str(given), "EXAMPLES": str(SNAPSHOTS / "states.json")}
        return subprocess.run(command, env=variables, cwd=folder, check=False).returncode


def main(python: str = "python3.13", version: str = "") -> int:
    """0 when Home Assistant takes every box and refuses every mutation."""
    pins = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pilotwire"]
    messages = {name: told(name) for name in BOXES}
    home = environment(python, version or pins["home-assistant"])
    if code := check(home, messages):
        return code
    for name, (_, payload) in messages.items():
        path = SNAPSHOTS / f"discovery.{name}.json"
        path.write_text(json.dumps(json.loads(payload), indent=1) + "\n")
        print("taken:", path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
