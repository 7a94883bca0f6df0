"""`pilotwire config`: a box's configuration into a file, from one, and beside one."""

import json
import sys
from pathlib import Path
from typing import Any

from telling.output import objects
from telling.trouble import DONE, REFUSED, WRONG, Trouble

from . import answers, said
from .dialogue import Dialogue
from .show import at_box

HIDDEN = "***"  # what a box shows for a key or password


def pull(port: str, output: Path | None, as_json: bool) -> int:
    """Print the configuration in force, or write it: all but what is secret."""
    with at_box(port) as dialogue:
        values = answers.config(dialogue.does("config get"))
    shown = {key: value for key, value in values.items() if value != HIDDEN}
    secrets = sorted(set(values) - set(shown))
    if output:
        output.write_text(json.dumps(shown, indent=2, ensure_ascii=False) + "\n")
        text = f"{dialogue.box}: {len(shown)} keys in {output}"
        _tell(as_json, text, box=dialogue.box, file=str(output), keys=len(shown))
    elif as_json:
        objects(shown)
    else:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
    if secrets:
        print(f"not told by any box: {', '.join(secrets)}", file=sys.stderr)
    return DONE


def diff(port: str, file: Path, as_json: bool) -> int:
    """What `push` would change; REFUSED where there is something."""
    wanted = _load(file)
    with at_box(port) as dialogue:
        changes = _changes(dialogue, wanted)
    _print(dialogue.box, changes, as_json)
    return REFUSED if changes else DONE


def push(port: str, file: Path, dry: bool, reboot: bool, as_json: bool) -> int:
    """Have the box take the file's keys, and write them; in force from its next start on."""
    wanted = _load(file)
    with at_box(port, installer=not dry) as dialogue:
        changes = _changes(dialogue, wanted)
        _print(dialogue.box, changes, as_json)
        if dry or not changes:
            return DONE
        _set(dialogue, {key: to for key, _, to in changes})
        dialogue.does("config save")
        _tell(as_json, f"{dialogue.box}: saved, {len(changes)} keys", saved=len(changes))
        if reboot:
            dialogue.does("reboot")
            _tell(as_json, f"{dialogue.box}: it starts again", rebooted=True)
        else:
            _tell(as_json, "in force from the next start on: --reboot, or `reboot` at the console")
    return DONE


def _changes(dialogue: Dialogue, wanted: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """(key, now, then), in the file's order. Raises Trouble for a key that the box has not."""
    now = answers.config(dialogue.does("config get"))
    unknown = [key for key in wanted if key not in now]
    if unknown:
        raise Trouble(
            WRONG,
            f"{dialogue.box} knows no key {', '.join(unknown)}",
            "nothing was changed: a misspelt key would be left out in silence",
            "docs/configuration.md has them; `pilotwire config pull` shows this box's",
        )
    return [
        (key, now[key], value) for key, value in wanted.items() if value not in (now[key], HIDDEN)
    ]


def _set(dialogue: Dialogue, values: dict[str, Any]) -> None:
    """Keys may want each other, so those that are refused are tried again after the rest."""
    left = dict(values)
    while left:
        refused = {}
        for key, value in left.items():
            wrong = said.complaint(dialogue.run(f"config set {key} {_word(key, value)}"))
            if wrong:
                refused[key] = wrong
        if len(refused) == len(left):
            raise Trouble(
                REFUSED,
                f"{dialogue.box} refuses "
                + "; ".join(f"{key}: {refused[key]}" for key in refused),
                "nothing was saved, the box goes on as it was configured",
                "correct these keys in the file (docs/configuration.md has the ranges)",
            )
        left = {key: left[key] for key in refused}


def _word(key: str, value: Any) -> str:
    """A value as the console takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if not isinstance(value, str) or '"' in value:
        raise Trouble(
            WRONG,
            f"{key}: {value!r} cannot be typed at a console",
            "it takes numbers, true, false, and texts without quotation marks",
            "write config.json to the board instead: mpremote cp config.json :/config.json",
        )
    return f'"{value}"'


def _load(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except OSError as error:
        raise Trouble(
            WRONG,
            f"{file}: {error.strerror}",
            "there is nothing to compare the box with",
            f"name a file; `pilotwire config pull -o {file}` makes one of a box",
        ) from error
    except ValueError as error:
        raise Trouble(
            WRONG, f"{file} is no JSON: {error}", "nothing was changed", "mend it"
        ) from error
    if not isinstance(found, dict):
        raise Trouble(WRONG, f"{file} is no object of keys", "nothing was changed", "mend it")
    return found


def _print(box: str, changes: list[tuple[str, Any, Any]], as_json: bool) -> None:
    if as_json:
        objects(*({"key": key, "from": now, "to": to} for key, now, to in changes))
        return
    for key, now, to in changes:
        print(f"{key}: {json.dumps(now)} becomes {json.dumps(to)}")
    if not changes:
        print(f"{box} is configured so already")


def _tell(as_json: bool, text: str, **facts: Any) -> None:
    if not as_json:
        print(text)
    elif facts:
        objects(facts)
