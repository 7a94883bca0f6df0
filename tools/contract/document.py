"""docs/mqtt/asyncapi.yaml as Python knows it: the topics, who sends them, and how."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from rig.interpreter import ROOT

FOLDER = ROOT / "docs" / "mqtt"
FILE = FOLDER / "asyncapi.yaml"
PREFIX = "pilotwire/v1/{id}/"


@dataclass(frozen=True)
class Topic:
    """One channel. `name` is what follows PREFIX; `schema` the file that describes the payload.

    `plain`: the payload is text, else JSON. `qos` is 0 or 1.
    """

    name: str
    by_box: bool
    qos: int
    retained: bool
    plain: bool
    schema: Path
    summary: str
    description: str
    examples: tuple[Any, ...]


def read() -> dict[str, Any]:
    return yaml.safe_load(FILE.read_text())


@cache
def topics() -> dict[str, Topic]:
    """By name, in the document's order. Raises ValueError for what breaks the house's rules."""
    return topics_of(read())


def topics_of(document: dict[str, Any]) -> dict[str, Topic]:
    """The same of any version of the document."""
    found = {}
    for key, channel in document["channels"].items():
        name = channel["address"].removeprefix(PREFIX)
        if name == channel["address"]:
            raise ValueError(f"channels/{key}: {channel['address']} does not begin with {PREFIX}")
        operations = [
            one
            for one in document["operations"].values()
            if one["channel"]["$ref"] == f"#/channels/{key}"
        ]
        if len(operations) != 1:
            raise ValueError(f"channels/{key}: {len(operations)} operations, one is wanted")
        if len(channel["messages"]) != 1:
            raise ValueError(f"channels/{key}: {len(channel['messages'])} messages, one is wanted")
        (message,) = channel["messages"].values()
        mqtt = operations[0]["bindings"]["mqtt"]
        found[name] = Topic(
            name=name,
            by_box=operations[0]["action"] == "send",
            qos=mqtt["qos"],
            retained=mqtt["retain"],
            plain=message.get("contentType") == "text/plain",
            schema=(FOLDER / message["payload"]["$ref"]).resolve(),
            summary=channel["summary"],
            description=channel["description"],
            examples=tuple(one["payload"]["$ref"] for one in message["examples"]),
        )
    return found
