"""The table of boxes: a CSV whose columns are keys of config.json, a row a box, checked whole.

Nothing is made of a table in which anything is wrong: every fault is named, by line and column.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pilotwire.config import KEYS, ConfigError, check

OURS = ("mqtt_user", "mqtt_password", "mqtt_host", "mqtt_port", "mqtt_tls")  # made, not given
_USER = re.compile(r"^user (\S+)", re.MULTILINE)


class BadTable(ValueError):
    """`faults`: a line of text for each."""

    def __init__(self, faults: list[str]):
        super().__init__("\n".join(faults))
        self.faults = faults


def users(acl: str) -> set[str]:
    """Users with rights of their own in mosquitto's list: no box may be called like one."""
    return set(_USER.findall(acl))


def read(path: Path, taken: Iterable[str]) -> list[dict[str, Any]]:
    """The configuration of each row. `taken`: ids that no box may have. Raises BadTable."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.reader(file, strict=True)
            lines = [(table.line_num, row) for row in table if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadTable([f"{path}: {error}"]) from error
    if len(lines) < 2:
        raise BadTable([f"{path}: a line of column names and one of values at least are wanted"])
    names = [name.strip() for name in lines[0][1]]
    faults = _heading(names)
    if faults:
        raise BadTable(faults)
    found: list[dict[str, Any]] = []
    seen = dict.fromkeys(taken, "is a user with rights of its own in the broker's list")
    for number, row in lines[1:]:
        config, wrong = _row(names, row)
        name = config.get("id")
        if not wrong and name in seen:
            wrong = [f"id: {name!r} {seen[name]}"]
        if isinstance(name, str):
            seen.setdefault(name, f"is the id of line {number}, too")
        faults += [f"line {number}, column {one}" for one in wrong]
        found.append(config)
    if faults:
        raise BadTable(faults)
    return found


def one(texts: Mapping[str, str], taken: Iterable[str]) -> dict[str, Any]:
    """The configuration of a single box, from texts. Raises BadTable."""
    faults = _heading(list(texts))
    config, wrong = ({}, []) if faults else _row(list(texts), list(texts.values()))
    if not faults and not wrong and config["id"] in taken:
        wrong = [f"id: {config['id']!r} is a user with rights of its own in the broker's list"]
    if faults or wrong:
        raise BadTable(faults or [f"key {fault}" for fault in wrong])
    return config


def _heading(names: list[str]) -> list[str]:
    faults = []
    for name in dict.fromkeys(names):
        if name not in KEYS:
            faults.append(f"line 1: {name!r} is no key of docs/configuration.md")
        elif name in OURS:
            faults.append(f"line 1: column {name} is made here, leave it out")
        elif names.count(name) > 1:
            faults.append(f"line 1: column {name} is there twice")
    if "id" not in names:
        faults.append("line 1: a column id is wanted: 1 to 20 letters, digits, - and _")
    return faults


def _row(names: list[str], cells: list[str]) -> tuple[dict[str, Any], list[str]]:
    """A row's configuration, and what is wrong with it; an empty cell is the key's default."""
    if len(cells) != len(names):
        return {}, [f"{names[-1]}: {len(cells)} values for {len(names)} columns"]
    config: dict[str, Any] = {}
    wrong = []
    for name, cell in zip(names, cells, strict=True):
        if not (text := cell.strip()) and name != "id":
            continue
        value = _typed(KEYS[name][0], text)
        if type(value) is not type(KEYS[name][0]):
            wrong.append(f"{name}: {text!r} is none of {_allowed(name)}")
            continue
        try:
            check({"id": "box", name: value} if name != "profile" else {"id": "box"})
        except ConfigError as error:
            wrong.append(str(error))
        config[name] = value
    if not wrong:
        try:
            check(config)
        except ConfigError as error:
            wrong.append(str(error))
    return config, wrong


def _typed(default: Any, text: str) -> Any:
    """The text as the kind that the key has; as it is where it is none."""
    if isinstance(default, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if isinstance(default, int):
        return int(text) if re.fullmatch(r"-?\d{1,9}", text) else text
    return text


def _allowed(name: str) -> str:
    """What a key that is no text may be."""
    default, *span = KEYS[name]
    if isinstance(default, bool):
        return "true, false"
    return f"{span[0]} to {span[1]}" if len(span) == 2 else ", ".join(map(str, span[0]))
