"""A meter's map, from its maker's file in maps/ or the installer's meter.json: checked, grouped.

docs/meters.md describes the keys. Wanted once at the start, so it is not kept in memory.
"""

import json

from . import values
from .regmap import HEX, TEXT, RegisterMap

POLLED = ("voltage_mv", "current_ma", "power_mw", "import_wh", "export_wh")
PHASED = ("voltage_mv", "current_ma", "phase_power_mw")  # up to three registers, L1..L3
ALL = POLLED + ("phase_power_mw", "power_factor_pm", "frequency_mhz")
IDENTITY = ("serial", "firmware")
CUSTOM = "custom"


_KINDS = {
    "u16": 8 | values.UNSIGNED,
    "s16": 8 | values.SIGNED,
    "u32": 16 | values.UNSIGNED,
    "s32": 16 | values.SIGNED,
    "u64": 32 | values.UNSIGNED,
    "s64": 32 | values.SIGNED,
    "f32": 16 | values.FLOAT,
    "f64": 32 | values.FLOAT,
}
_ORDERS = {"big": 0, "little": values.LITTLE}
_SERIAL = {
    "address": range(1, 248),
    "baud": (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200),
    "parity": ("N", "E", "O"),
    "stop": (1, 2),
}
_USUAL = {"address": 1, "baud": 9600, "parity": "N", "stop": 1}
_NUMBERS = {  # key: (usual, least, most)
    "max_registers": (60, 1, 125),
    "hole": (16, 0, 125),
    "gap_ms": (50, 0, 1_000),
    "resolution_wh": (0, 0, 100_000),
}
_KEYS = (
    "name",
    "like",
    "function",
    "type",
    "order",
    "serial",
    "quantities",
    "ratios",
    "identity",
    "model",
)
# The files in maps/; one text, since a word of its own would be interned for ever.
MAKERS = (
    "abb acrel carlo_gavazzi chint eastron finder inepro janitza orno phoenix schneider sinotimer"
)
_FACTOR = 1_000_000
_CAUTIOUS_WH = 10  # step of a float, of which nothing is known
_HEAD = b'  "'  # of the first line of a map in its maker's file
_TAIL = b"  }"
_LONGEST = 4_096  # characters of a custom one


class MapError(ValueError):
    """A map that cannot be used; the message says which key and what it may be."""


def load(name, root, wanted=POLLED):
    """The RegisterMap `name`, or with "custom" `root`/meter.json. Raises MapError."""
    return build(data(name, root), wanted)


def build(data, wanted=POLLED):
    """The RegisterMap of `data`, with those of its quantities that are wanted. Raises MapError."""
    if not isinstance(data, dict):
        raise MapError("a map is an object of keys")
    for key in data:
        if key not in _KEYS and key not in _NUMBERS:
            raise MapError("%.40s: unknown key" % key)
    numbers = {key: _number(data, key, *_NUMBERS[key]) for key in _NUMBERS}
    serial = dict(_USUAL)
    serial.update(_object(data, "serial"))
    for key in serial:
        if serial[key] not in _SERIAL.get(key, ()):
            text = "serial: %.40s must be one of %s"
            raise MapError(text % (key, _SERIAL.get(key, tuple(_SERIAL))))
    model(data)
    title = data.get("name", CUSTOM)
    if not isinstance(title, str):
        raise MapError("name must be a text")
    identity = _object(data, "identity")
    for key in identity:
        if key not in IDENTITY:
            raise MapError("identity: %.40s must be one of %s" % (key, ", ".join(IDENTITY)))
    ratios = _object(data, "ratios")
    order = tuple(sorted(ratios))
    fields = []
    energy = None
    quantities = _object(data, "quantities")
    # A few meters leave the adding up to their reader.
    sums = "power_mw" in wanted and "power_mw" not in quantities
    phases = 0
    for name, row in quantities.items():
        if name not in ALL:
            raise MapError("%.40s: no such quantity, there are %s" % (name, ", ".join(ALL)))
        if row is None:
            continue
        found = _fields(data, name, row, order)
        if sums and name == "phase_power_mw":
            phases = len(found)
        if name in wanted or (sums and name == "phase_power_mw"):
            fields.extend(found)
        if name == "import_wh":
            energy = found[0]
    if not fields:
        raise MapError("quantities: none is wanted")
    step_wh = numbers["resolution_wh"]
    float_wh = 0
    if energy:
        is_float = energy[3] & values.FLOAT
        step_wh = step_wh or (_CAUTIOUS_WH if is_float else abs(energy[4]))
        if is_float and energy[3] >> 3 == 2:
            float_wh = abs(energy[4])
    return RegisterMap(
        title,
        serial,
        numbers["gap_ms"],
        _blocks(sorted(fields), numbers["max_registers"], numbers["hole"]),
        [_single(data, "ratios", key, ratios[key]) for key in order],
        {key: _single(data, "identity", key, identity[key]) for key in identity},
        step_wh,
        float_wh,
        phases,
    )


def model(data):
    """(block, words) of the register that names the model and what it begins with, or None."""
    row = _object(data, "model")
    if not row:
        return None
    words = row.get("is")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise MapError("model: is must be a list of texts")
    return _single(data, "model", "", row), words


def names():
    """All maps but the custom one, sorted."""
    found = []
    for path in _paths():
        with open(path, "rb") as file:
            while line := file.readline():
                if line.startswith(_HEAD):
                    found.append(line.split(b'"')[1].decode())
    return sorted(found)


def data(name, root):
    """The map `name` as it is written, before `build`. Raises MapError."""
    found = _custom(root) if name == CUSTOM else _published(name)
    if isinstance(found, dict) and "like" in found:
        like = found.pop("like")
        base = data("" if like == CUSTOM else str(like), root)
        base["quantities"].update(_object(found, "quantities"))  # null: it has none
        found["quantities"] = base["quantities"]
        base.update(found)
        return base
    return found


def _published(name):
    """Only its own lines are taken apart: a whole maker's file would be 15 KB of the heap."""
    head = b'%s%s": {' % (_HEAD, name.encode())
    for path in _paths():
        with open(path, "rb") as file:
            while line := file.readline():
                if line.startswith(head):
                    return json.loads(_section(file))
    raise MapError("no map %.40s" % name)


def _section(file):
    lines = [b"{"]
    while line := file.readline():
        if line.startswith(_TAIL):
            break
        lines.append(line)
    lines.append(b"}")
    return b"".join(lines)


def _paths():
    folder = __file__.rsplit("/", 1)[0] + "/maps/%s.json"
    return [folder % maker for maker in MAKERS.split()]


def _custom(root):
    try:
        with open(root + "/meter.json") as file:
            text = file.read(_LONGEST + 1)
    except OSError:
        raise MapError("no map custom: meter.json is missing") from None
    if len(text) > _LONGEST:
        raise MapError("meter.json: more than %d characters" % _LONGEST)
    try:
        return json.loads(text)
    except (ValueError, RuntimeError, MemoryError):  # the latter two: nested too deeply
        raise MapError("meter.json: not JSON") from None


def _object(data, key):
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise MapError("%s must be an object of keys" % key)
    return found


def _number(row, key, usual, least, most, name=""):
    """The integer row[key]; also written "0x1F" or "31"."""
    found = row.get(key, usual)
    if isinstance(found, str):
        try:
            found = int(found, 0)
        except ValueError:
            pass
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
        raise MapError("%s%s must be %d..%d" % (name and name + ": ", key, least, most))
    return found


def _choice(data, row, key, usual, choices, name):
    found = row.get(key, data.get(key, usual))
    if not isinstance(found, (str, int)) or found not in choices:
        raise MapError("%s: %s must be one of %s" % (name, key, ", ".join(map(str, choices))))
    return found


def _row(data, name, row, types):
    """(function, registers, kind) of a row of the map."""
    if not isinstance(row, dict):
        raise MapError("%.40s must be an object of keys" % name)
    for key in row:
        if key not in (
            "function",
            "type",
            "order",
            "registers",
            "factor",
            "ratios",
            "words",
            "is",
        ):
            raise MapError("%.40s: unknown key %.40s" % (name, key))
    type_ = _choice(data, row, "type", "f32", types, name)
    order = _choice(data, row, "order", "big", _ORDERS, name)
    kind = types[type_]
    registers = row.get("registers")
    if not isinstance(registers, list) or not registers:
        raise MapError("%s: registers must be a list" % name)
    found = [_number({"register": r}, "register", 0, 0, 0xFFFF, name) for r in registers]
    function = int(_choice(data, row, "function", 3, (3, 4), name))
    return function, found, kind | _ORDERS[order] if kind >= 0 else kind


def _fields(data, name, row, ratios):
    """(function, register, phase or -1, kind, factor, ratios as bits, attribute) of each."""
    function, registers, kind = _row(data, name, row, _KINDS)
    most = 3 if name in PHASED else 1
    if len(registers) > most:
        raise MapError("%s: registers must be a list of 1..%d" % (name, most))
    factor = _number(row, "factor", None, -_FACTOR, _FACTOR, name)
    if not factor:
        raise MapError("%s: factor must not be 0" % name)
    by = row.get("ratios", [])
    if not isinstance(by, list) or any(ratio not in ratios for ratio in by):
        raise MapError("%s: ratios must be a list of %s" % (name, ", ".join(ratios) or "none"))
    bits = sum([1 << ratios.index(ratio) for ratio in by])
    _within(name, max(registers), kind >> 3)
    return [
        (function, register, phase if most == 3 else -1, kind, factor, bits, name)
        for phase, register in enumerate(registers)
    ]


def _within(name, register, words):
    if register + words > 0x1_0000:
        raise MapError("%s: the last register is 65535" % name)


def _single(data, key, name, row):
    """The block of a row with one register, a ratio's or an identity's."""
    types = dict(_KINDS)
    if key != "ratios":
        types.update({"text": TEXT, "hex": HEX})
    function, registers, kind = _row(data, (key + " " + name).strip(), row, types)
    words = kind >> 3 if kind >= 0 else _number(row, "words", None, 1, 32, name)
    _within(name, registers[0], words)
    return function, registers[0], words, kind


def _blocks(fields, most, hole):
    """Taking registers from the lowest up while they fit gives the fewest requests."""
    blocks = []
    for function, register, phase, kind, factor, bits, name in fields:
        end = register + (kind >> 3)
        if end - register > most:
            raise MapError("%s: more registers than max_registers" % name)
        last = blocks[-1] if blocks else None
        if (
            not last
            or function != last[0]
            or end - last[1] > most
            or register - last[1] - last[2] > hole
        ):
            last = [function, register, 0, []]
            blocks.append(last)
        last[2] = max(last[2], end - last[1])
        last[3].append((name, phase, 2 * (register - last[1]), kind, factor, bits))
    return [tuple(block) for block in blocks]
