"""The way to a broker: its address, the time to judge certificates by, TLS. `dial` is a Dial."""

import struct
from errno import ENOMEM

from micropython import const

from ..loading import unload
from ..ticks import since
from .retry import DialError

_TTL_MIN_S = const(60)  # whatever the DNS says of how long an address holds:
_TTL_MAX_S = const(600)  # only those who have lost their broker ask again
_ROW = const(64)  # blocks
_MOST_PLUGS = const(1_000)


def is_address(text):
    """Whether `text` is an IPv4 address, which nobody need look up."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) < 256 for part in parts)


async def connect(dial, host, port):
    """See Dial.open."""
    hal = dial.hal
    address = await _broker(dial, host)
    if not dial.tls:
        return await hal.open_connection(address, port)
    if hal.clock()[0] is None:
        await _find_time(dial)
    from .tls import context

    try:
        made = context(hal.root)
    except (OSError, ValueError) as error:
        raise DialError("tls:memory" if error.args[0] == ENOMEM else "tls:files")
    finally:
        unload("link.tls")
    try:
        opened = await hal.open_connection(address, port, made, host)
    except OSError as error:
        if error.args[0] == ENOMEM:
            raise DialError("tls:memory")
        raise
    if dial.collects:
        dial.handshake_begins(_plugs())
    return opened


def _plugs(most=_MOST_PLUGS):
    """Something in each hole of the heap below its first KB in one piece, to hold on to.

    For its sums mbedtls takes thousands of pieces of some 50 bytes and gives each back at once;
    MicroPython looks for each from the lowest hole on, past hundreds that are too small.
    """
    block = 4 * struct.calcsize("P")
    plugs = None
    last = row = 0
    try:
        for _ in range(most):
            plugs = (plugs,)  # a block
            at = id(plugs)
            row = row + 1 if at - last == block else 0
            if row == _ROW:
                break
            last = at
    except MemoryError:
        return None
    return plugs


async def ask_time(dial):
    """See Dial.ask_time."""
    host, _, port = dial.ntp_host.partition(":")
    address, _ = await address_of(dial.hal, host)
    from .ntp import PORT, ask

    try:
        return await ask(dial.hal, address, int(port) if port.isdigit() else PORT)
    finally:
        unload("link.ntp")


async def _find_time(dial):
    dial.assumed = None
    try:
        if dial.ntp_host:
            await ask_time(dial)
            return
    except OSError:
        pass  # then by what is certain
    dial.assumed = dial.last_known()
    if dial.assumed is not None:
        dial.hal.set_clock(dial.assumed, "none")


async def _broker(dial, host):
    known, now_ms = dial.address, dial.hal.ticks_ms()
    if known:
        if since(now_ms, dial.found_ms) < dial.holds_ms:
            return known
        if dial.patience and dial.patience.closed():
            return known  # loading names takes longer than ring 0 can wait there
    try:
        dial.address, ttl_s = await address_of(dial.hal, host)
    except OSError as error:
        if known:
            return known
        raise DialError("name:%s" % error.args[0])
    dial.found_ms = now_ms
    dial.holds_ms = max(_TTL_MIN_S, min(ttl_s, _TTL_MAX_S)) * 1000
    return dial.address


async def address_of(hal, host):
    """(address, seconds for which it holds). OSError."""
    if is_address(host):
        return host, _TTL_MAX_S
    from .names import look_up

    try:
        return await look_up(hal, host)
    finally:
        unload("link.names")
