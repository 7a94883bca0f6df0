"""The examples in docs/mqtt/examples: a list of messages a file, for the topics that name it."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .document import FOLDER, Topic, topics


@cache
def messages(file: Path) -> tuple[Any, ...]:
    return tuple(json.loads(file.read_text()))


def all_of_them() -> Iterator[tuple[Topic, str, Any]]:
    """(topic, place of the example, message): a file is read once, for the first topic."""
    seen = set()
    for topic in topics().values():
        for ref in topic.examples:
            name = ref.partition("#")[0]
            if name in seen:
                continue
            seen.add(name)
            for i, message in enumerate(messages(FOLDER / name)):
                yield topic, f"{name}#/{i}", message
