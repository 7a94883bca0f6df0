"""Whatever stands in meter.json: a map that can be polled, or a refusal. Never anything else."""

import asyncio
import copy
import json

from hypothesis import example, given, strategies
from pilotwire.energy import mapfile
from pilotwire.energy.meter import Meter
from pilotwire.energy.modbus import ModbusError

SOUND = {
    "function": 4,
    "order": "little",
    "serial": {"address": 1, "baud": 19200, "parity": "E", "stop": 1},
    "max_registers": 20,
    "hole": 4,
    "gap_ms": 50,
    "resolution_wh": 10,
    "ratios": {"ct": {"registers": [142], "type": "u16"}},
    "identity": {"serial": {"registers": ["0x5000"], "type": "text", "words": 7}},
    "model": {"registers": [11], "type": "u16", "is": ["341"]},
    "quantities": {
        "voltage_mv": {"registers": ["0x0100", "0x0101"], "type": "u16", "factor": 100},
        "power_mw": {"registers": [16], "type": "s32", "factor": 1000, "ratios": ["ct"]},
        "import_wh": {"registers": [32], "type": "f64", "factor": 1000, "function": 3},
    },
}


def places(value, path=()):
    """The way to every key and item of the map."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(inner, dict | list):
            found += places(inner, (*path, key))
        else:
            found.append((*path, key))
    return found


VALUES = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**40), 2**40)
    | strategies.floats(allow_nan=False)
    | strategies.sampled_from(["", "f32", "little", "0x10", "serial", "poll", "custom", "sdm630"])
    | strategies.text(max_size=6),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(strategies.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=4,
)


class Silent:
    """A bus on which nobody answers."""

    buffer = bytes(300)

    async def read(self, *_asked):
        raise ModbusError("timeout")


@given(strategies.sampled_from(places(SOUND)), VALUES, strategies.text(max_size=8))
@example(("quantities", "power_mw", "type"), [1], "")
@example(("identity", "serial"), {"registers": [1], "type": "u16"}, "poll")
@example(("name",), {}, "name")
def test_a_map_is_usable_or_refused(path, value, key):
    for new_key in (None, key):
        data = copy.deepcopy(SOUND)
        place = data
        for step in path[:-1]:
            place = place[step]
        if new_key is None:
            place[path[-1]] = value
        elif isinstance(place, dict):
            place[new_key] = place.pop(path[-1], value)
        data = json.loads(json.dumps(data))
        try:
            mapfile.model(data)
            table = mapfile.build(data, mapfile.ALL)
        except mapfile.MapError:
            continue
        assert asyncio.run(Meter(Silent(), table, lambda: 0).poll()) is False
        for function, first, count, fields in table.blocks:
            assert function in (3, 4)
            assert 1 <= count <= 125
            assert 0 <= first <= 0x1_0000 - count
            assert fields
