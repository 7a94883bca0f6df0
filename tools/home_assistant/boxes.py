"""Boxes that differ in what they have, and what each of them tells Home Assistant."""

from collections.abc import Callable, Iterable
from typing import Any

from pilotwire.link import discovery
from rig.interpreter import ROOT

SNAPSHOTS = ROOT / "host_tests" / "integrations"
PREFIX = "homeassistant"
ID = "box-1"
MODEL = "pico_w"
FIRMWARE = "51d0c0de"

# name: (configuration, board), as far as discovery looks at them
BOXES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bare": (
        {"meter": "", "grid_meter": "", "local_ttl_s": 0},
        {"phases": 1, "rated_ma": 16_000, "outputs": {"three_phases": None}},
    ),
    "three-phases": (
        {"meter": "sdm630", "grid_meter": "", "local_ttl_s": 0},
        {"phases": 3, "rated_ma": 32_000, "outputs": {"three_phases": None}},
    ),
    "everything": (
        {"meter": "sdm630", "grid_meter": "sdm630", "local_ttl_s": 120},
        {"phases": 3, "rated_ma": 32_000, "outputs": {"three_phases": {"pin": 8}}},
    ),
}


class _Wire:
    """`Mqtt.publish_pieces`, which keeps what it is given."""

    def publish_pieces(self, packet: Callable[[int], Iterable[bytes]]) -> int:
        head, *pieces = filter(None, packet(1))
        # Topic and packet id end the head, after a length that has no zero in it.
        self.topic = bytes(head[head.index(0) + 2 : -2]).decode()
        self.payload = b"".join(pieces)
        return 1


def told(name: str) -> tuple[str, bytes]:
    """(topic, payload) of the box `name`."""
    config, board = BOXES[name]
    wire = _Wire()
    whole = {"id": ID, "ha_prefix": PREFIX, **config}
    discovery.publish(wire, whole, board, MODEL, FIRMWARE)
    return wire.topic, wire.payload
