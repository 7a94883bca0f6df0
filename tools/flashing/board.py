"""What a board has: its image, its flash, its slots, its configuration."""

import json

from packing.pack import HEAD, MARK

from .console import Console, Facts
from .finding import Finding
from .fits import architecture, image_format, refusals
from .flash import SLOTS
from .made import STARTERS, Made, digest
from .plan import BLOCK_BYTES, blocks

# What the firmware comes to write at most (docs/records.md): the journal and the small files.
_DATA_BLOCKS = 74 + 8
_LONGEST_CONFIG = 4_096


def findings(console: Console, made: Made | None) -> list[Finding]:
    """Against `made` where there is one. Raises CableLost, BoardFailed."""
    facts = console.facts()
    version = ".".join(map(str, facts.version))
    format_ = ".".join(map(str, image_format(facts)))
    found = [
        Finding(
            f"{facts.machine}, {facts.implementation} {version}, .mpy {format_} "
            f"{architecture(facts)}"
        )
    ]
    if made:
        found += [
            Finding(text, f"the build for {made.board} cannot be put on", wrong=True)
            for text in refusals(facts, made)
        ]
    found.append(_space(facts))
    found += _slots(console, facts, made)
    if made:
        found += [_starter(console, facts, name, made.files[name]) for name in STARTERS]
    found.append(_config(console, facts))
    return found


def _space(facts: Facts) -> Finding:
    block, _, total, free = facts.space
    said = f"flash: {free * block // 1_024} of {total * block // 1_024} KB free"
    written = 0 if "config.good.json" in facts.files else _DATA_BLOCKS
    if free * block < written * BLOCK_BYTES:
        return Finding(
            said,
            f"records and settings come to {_DATA_BLOCKS * BLOCK_BYTES // 1_024} KB: once it is "
            "full, billed charges are refused",
            "remove what is not the firmware's: mpremote ls, mpremote rm",
        )
    return Finding(said)


def _slots(console: Console, facts: Facts, made: Made | None) -> list[Finding]:
    named = console.read("/slot", 1).decode(errors="replace") if "slot" in facts.files else "a"
    ran = console.interrupted.started_from.lstrip("/")
    found = [
        _slot(console, name, facts.files[f"{name}.pack"], name == named, made)
        for name in SLOTS
        if f"{name}.pack" in facts.files
    ]
    if ran in SLOTS and ran != named:
        found.append(
            Finding(
                f"slot {ran} was running, though slot {named} is named",
                f"slot {named} is not whole, or has crashed twice",
                "flash it",
                wrong=True,
            )
        )
    elif ran not in SLOTS:
        found.append(
            Finding(
                "the board had started from no slot",
                "there is no whole one, or both have crashed; the contactor stays open",
                "flash it",
                wrong=True,
            )
        )
    found += [
        Finding(
            f"{name}: {size} bytes of a pack",
            "putting it on was interrupted",
            "flash it: that goes on from there",
        )
        for name, size in sorted(facts.files.items())
        if name.endswith(".part")
    ]
    return found


def _slot(console: Console, name: str, size: int, named: bool, made: Made | None) -> Finding:
    path = f"/{name}.pack"
    mark, said, _ = HEAD.unpack(console.read(path, HEAD.size).ljust(HEAD.size, b"\0"))
    title = f"slot {name}{', which starts' if named else ''}: {blocks(size) * 4} KB"
    if mark != MARK or said != size:
        return Finding(f"{title}, not whole", "it is passed over", "flash it", wrong=named)
    if made and console.digest(path, size) == digest(made.pack):
        return Finding(f"{title}, {made.firmware[:8]}, as it was built")
    if made and named:
        return Finding(
            f"{title}, another firmware than {made.firmware[:8]}",
            f"it is not what build/{made.board} holds",
            f"make flash BOARD={made.board} PORT={console.port}",
        )
    return Finding(f"{title}, whole")


def _starter(console: Console, facts: Facts, name: str, content: bytes) -> Finding:
    size = facts.files.get(name, -1)
    if size == len(content) and console.digest(f"/{name}", size) == digest(content):
        return Finding(f"{name}, as it was built")
    if size < 0:
        return Finding(f"no {name}", "the board starts nothing by itself", "flash it", wrong=True)
    return Finding(f"{name} is another", "it is not what the build holds", "flash it")


def _config(console: Console, facts: Facts) -> Finding:
    if "config.json" not in facts.files:
        return Finding(
            "no config.json",
            "the box charges nobody before it has one (docs/configuration.md)",
            f"write one: mpremote connect {console.port} cp config.json :/config.json",
        )
    try:
        json.loads(console.read("/config.json", _LONGEST_CONFIG))
    except ValueError as error:
        return Finding(
            f"config.json is no JSON: {error}",
            "the box goes on with config.good.json, the last good one, if there is one",
            "write it anew (docs/configuration.md)",
            wrong=True,
        )
    return Finding("config.json is there")
