"""A meter's register map: data in maps/<name>.json, turned into the fewest requests once."""

import json

PHASED = ("voltage_mv", "current_ma")  # up to three registers, L1..L3
_SINGLE = ("power_mw", "import_wh", "export_wh")
_KEYS = {
    "name": str,
    "function": int,
    "type": str,
    "word_order": str,
    "max_registers": int,
    "gap_ms": int,
    "serial": dict,
    "resolution_wh": int,
    "quantities": dict,
}
_SERIAL = {
    "address": range(1, 248),
    "baud": (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200),
    "parity": ("N", "E", "O"),
    "stop": (1, 2),
}
_REGISTERS = 2  # of an f32


class MapError(ValueError):
    """A map that cannot be used; the message says which key and what it may be."""


class RegisterMap:
    """`data` is the map as decoded from JSON; docs/meters.md describes its keys.

    `blocks`: one tuple per request, (first register, count, fields); a field is (quantity,
    phase 0..2, byte offset in the block, factor to mV, mA, mW or Wh). `serial` and `gap_ms` are
    what the meter's line needs, `char_bits` what a character takes on it.
    """

    def __init__(self, data):
        for key in data:
            if key not in _KEYS:
                raise MapError("unknown key " + key)
        for key in _KEYS:
            if not isinstance(data.get(key), _KEYS[key]):
                raise MapError(key + " is missing or not of type " + _KEYS[key].__name__)
        if data["type"] != "f32" or data["word_order"] != "big":
            raise MapError("type must be f32 and word_order big")
        if data["function"] not in (3, 4):
            raise MapError("function must be 3 or 4")
        if not _REGISTERS <= data["max_registers"] <= 125:
            raise MapError("max_registers must be 2..125")
        serial = data["serial"]
        for key in _SERIAL:
            if serial.get(key) not in _SERIAL[key]:
                raise MapError("serial: " + key + " must be one of " + str(_SERIAL[key]))
        self.name = data["name"]
        self.function = data["function"]
        self.gap_ms = data["gap_ms"]
        self.serial = serial
        self.char_bits = 9 + (serial["parity"] != "N") + serial["stop"]
        self.blocks = _blocks(_fields(data["quantities"]), data["max_registers"])
        self._step_wh = data["resolution_wh"]

    def resolution_wh(self, energy_wh):
        """Smallest step of the energy register at this reading, in Wh.

        The meter's own step, until the kWh no longer fit a single's 24 bits that finely:
        2 Wh from 16384 kWh on, and twice that at each doubling.
        """
        step_wh = 1
        limit_wh = 16_384_000
        while energy_wh >= limit_wh:
            limit_wh <<= 1
            step_wh <<= 1
        return max(self._step_wh, step_wh)


def load(name):
    """The map maps/<name>.json. Raises MapError if there is none or it is not usable."""
    try:
        with open(__file__.rsplit("/", 1)[0] + "/maps/" + name + ".json") as f:
            return RegisterMap(json.load(f))
    except OSError:
        raise MapError("no map " + name) from None


def _fields(quantities):
    """(register, quantity, phase, factor), in the order of the registers."""
    fields = []
    for name in quantities:
        if name not in PHASED and name not in _SINGLE:
            raise MapError("unknown quantity " + name)
        registers = quantities[name].get("registers")
        factor = quantities[name].get("factor")
        most = 3 if name in PHASED else 1
        if not isinstance(registers, list) or not 1 <= len(registers) <= most:
            raise MapError(name + ": registers must be a list of 1.." + str(most))
        if not isinstance(factor, int) or not 1 <= factor <= 1_000_000:
            raise MapError(name + ": factor must be 1..1000000")
        for phase, register in enumerate(registers):
            if not isinstance(register, int) or not 0 <= register <= 0xFFFE:
                raise MapError(name + ": a register must be 0..65534")
            fields.append((register, name, phase, factor))
    if not fields:
        raise MapError("quantities is empty")
    return sorted(fields)


def _blocks(fields, most):
    """Taking registers from the lowest up while they fit gives the fewest requests."""
    blocks = []
    for register, name, phase, factor in fields:
        if not blocks or register + _REGISTERS - blocks[-1][0] > most:
            blocks.append((register, []))
        first, members = blocks[-1]
        members.append((name, phase, 2 * (register - first), factor))
    return [(first, members[-1][2] // 2 + _REGISTERS, members) for first, members in blocks]
