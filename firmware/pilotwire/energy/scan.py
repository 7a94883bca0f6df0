"""`meter scan`: which meters are on a bus, how they are set, and how sure that is.

Loaded on demand. The likely settings and addresses come first; a meter is whatever answers with
a sound frame, be it a refusal. What it is, its model register says, or whether a map's reading
can be true.
"""

from binascii import crc32

from . import mapfile
from .meter import Meter
from .modbus import ModbusError
from .plausible import checks
from .rtu import open_bus

# Settings in which meters leave their factories, the most frequent first: baud, parity, stop bits.
SETTINGS = (
    (9_600, "N", 1), (9_600, "E", 1), (19_200, "E", 1), (2_400, "N", 1), (19_200, "N", 1),
    (38_400, "N", 1), (38_400, "E", 1), (9_600, "N", 2), (4_800, "N", 1), (4_800, "E", 1),
    (2_400, "E", 1), (1_200, "N", 1), (57_600, "N", 1), (115_200, "N", 1),
)  # fmt: skip
STAGES = (range(1, 4), range(4, 33), range(33, 248))  # of addresses, each with all settings

CERTAIN = "certain"  # its model register says so
LIKELY_SO = "likely"  # voltage and power are plausible, and something else besides
POSSIBLE = "possible"  # nothing contradicts it
UNKNOWN = "unknown"  # a Modbus device, and no map fits

_RESPONSE_MS = 200
_SURE = (UNKNOWN, POSSIBLE, LIKELY_SO, CERTAIN)
_ENOUGH = 3  # checks that hold


class Found:
    """A device: `address`, `setting` (baud, parity, stop bits), `maps` that fit it best, `sure`,
    `serial`, `firmware`; `order` "" or the word order that it has against its map.
    """

    def __init__(self, address, setting):
        self.address = address
        self.setting = setting
        self.maps = []
        self.sure = UNKNOWN
        self.serial = ""
        self.firmware = ""
        self.order = ""

    def text(self):
        """One line for a person."""
        baud, parity, stop = self.setting
        at = "address %d, %d 8%s%d: " % (self.address, baud, parity, stop)
        if not self.maps:
            return at + "a Modbus device of no known type"
        text = at + " or ".join(self.maps) + " (" + self.sure + ")"
        if self.serial:
            text += ", serial " + self.serial
        if self.order:
            text += ', but words in the order "%s"' % self.order
        return text


async def scan(open_port, ticks_ms, addresses=None, say=print, settings=SETTINGS):
    """Found devices. `open_port(baud, parity, stop)` gives a port as Bus wants it, or None.

    Without `addresses` the likely ones are asked with all settings, then the others. It ends with
    the first setting in which anybody answers: on one bus all have the same.
    """
    for some in STAGES if addresses is None else (addresses,):
        for setting in settings:
            bus = open_bus(open_port, ticks_ms, *setting, response_ms=_RESPONSE_MS)
            if not bus:
                continue
            say("asking addresses %d to %d at %d 8%s%d" % ((some[0], some[-1]) + setting))
            found = []
            for address in some:
                if await _answers(bus, address):
                    found.append(Found(address, setting))
                    await identify(found[-1], bus, ticks_ms)
                    say(found[-1].text())
            if found:
                return found
    return []


async def identify(found, bus, ticks_ms):
    """Fill in what the device `found` on `bus` is."""
    seen = {}  # checksum of a map's registers -> how sure its reading made it
    for name in mapfile.names():
        for order in ("", "big", "little"):
            data = mapfile.data(name, "")
            if order == data.get("order", "big"):
                continue
            if order:
                data["order"] = order
            sure = await _fits(bus, ticks_ms, found.address, data, seen)
            _rank(found, name, order, sure)
            if sure != UNKNOWN:
                break
    if found.maps:
        table = mapfile.load(found.maps[0], "")
        meter = Meter(bus, table, ticks_ms, found.address)
        await meter.poll()
        found.serial, found.firmware = meter.serial, meter.firmware


def _rank(found, name, order, sure):
    if order and sure == LIKELY_SO:
        sure = POSSIBLE
    old, new = _SURE.index(found.sure), _SURE.index(sure)
    if new > old:
        found.sure = sure
        found.maps = [name]
        found.order = order
    elif new == old and sure != UNKNOWN and order == found.order:
        found.maps.append(name)


async def _fits(bus, ticks_ms, address, data, seen):
    """How sure it is that the map `data` is the device's."""
    table = mapfile.build(data, mapfile.ALL)
    meter = Meter(bus, table, ticks_ms, address, 1)
    layout = crc32(str(table.blocks).encode())
    if layout not in seen:
        seen[layout] = await _sure(meter)
    sure = seen[layout]
    model = mapfile.model(data)
    if model and sure is not None:
        block, known = model
        said = await meter.ask(block, 1)
        if said and said != "0":  # which says nothing
            whole = block[3] >= 0  # a number; of a text the beginning
            fits = [said == word or (not whole and said.startswith(word)) for word in known]
            sure = CERTAIN if any(fits) else None
    return sure or UNKNOWN


async def _sure(meter):
    """How sure the reading alone makes it that the map fits; None: it does not."""
    if not await meter.poll() or meter.reading.import_wh is None:
        return None
    held = checks(meter.reading)
    if not all(held.values()):
        return None
    if len(held) >= _ENOUGH and "voltage" in held and "power" in held:
        return LIKELY_SO
    return POSSIBLE if held else UNKNOWN


async def _answers(bus, address):
    """Whether somebody at `address` sends a sound frame."""
    for function in (4, 3):
        try:
            await bus.read(address, ((function, 0, 2),), _nothing, 1)
            return True
        except ModbusError as error:
            if error.reason == "exception":
                return True
    return False


def _nothing(_block, _start):
    pass
