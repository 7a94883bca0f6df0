"""A name's address from the DNS (RFC 1035): one question over UDP, and an answer that is checked.

Anybody may send us an answer. So the question carries a random id, the answer must repeat both,
and nothing in it is believed before it is seen to lie within the packet. Only addresses of IPv4
are asked for. Names that end in .local are asked of everybody in the local network (RFC 6762).
"""

import struct

from micropython import const

from ..ticks import since

_PORT = const(53)
_MDNS = "224.0.0.251:5353"
_TRIES = const(4)  # the servers in turn
_WAIT_MS = const(1_500)  # for each
_LONGEST = const(512)  # RFC 1035, 4.2.1
_NAME_MAX = const(253)
_LABEL_MAX = const(63)
_CHAIN_MAX = const(8)  # aliases of aliases
_RESPONSE = const(0x8000)
_RCODE = const(0x0F)
_NXDOMAIN = const(3)
_A = const(1)
_CNAME = const(5)
_IN = const(1)
_CACHE_FLUSH = const(0x8000)  # RFC 6762 10.2, a bit of an answer's class


class Junk(Exception):
    """A packet that is no answer to our question."""


class NoAddress(Exception):
    """The server knows that there is no such name, or no address to it: asking on is in vain."""


async def look_up(hal, name):
    """(address, seconds for which it holds) of `name`. OSError where there is none: the text says
    why. Takes at most 6 s; needs some 3 KB of heap while it runs."""
    try:
        question = encode(name)
    except ValueError:
        raise OSError("bad-name")
    servers = [_MDNS] if question.lower().endswith(b"\5local\0\0\1\0\1") else hal.name_servers()
    trouble = "no-server"
    for i in range(_TRIES if servers else 0):
        host, _, port = servers[i % len(servers)].partition(":")
        try:
            return await _ask(hal, host, int(port or _PORT), question)
        except NoAddress as refused:
            raise OSError(refused.args[0])
        except OSError as error:
            trouble = error.args[0]
    raise OSError(trouble)


async def _ask(hal, host, port, question):
    id_ = hal.secret(2)
    line = hal.datagrams(host, port)
    began_ms = hal.ticks_ms()
    try:
        line.send(id_ + b"\1\0\0\1\0\0\0\0\0\0" + question)  # one question, recursion desired
        while True:
            left_ms = _WAIT_MS - since(hal.ticks_ms(), began_ms)
            data = await line.receive(_LONGEST, left_ms) if left_ms > 0 else None
            if data is None:
                raise OSError("silent")
            try:
                return answer(data, id_, question)
            except Junk:
                continue  # somebody else's: the answer may still come
    finally:
        line.close()


def encode(name):
    """`name` as a question for its address. ValueError where it is no host name."""
    labels = name.encode().rstrip(b".").split(b".")
    for label in labels:
        if not 1 <= len(label) <= _LABEL_MAX:
            raise ValueError("a label of 1 to 63 characters wanted: %s" % name)
    if len(name) > _NAME_MAX:
        raise ValueError("at most 253 characters wanted: %s" % name)
    return b"".join([bytes([len(label)]) + label for label in labels]) + b"\0\0\1\0\1"


def answer(data, id_, question):
    """(address, seconds) from the packet `data` that answers `question`, asked as `id_`.

    Junk: no answer to it. OSError: the server is in trouble. NoAddress: there is no address.
    """
    start = 12 + len(question)
    if len(data) < start or data[:2] != id_ or data[12:start].lower() != question.lower():
        raise Junk
    flags, questions, answers = struct.unpack(">HHH", data[2:8])
    if not flags & _RESPONSE or questions != 1:
        raise Junk
    code = flags & _RCODE
    if code == _NXDOMAIN:
        raise NoAddress("no-name")
    if code:
        raise OSError("server-%d" % code)
    return _follow(_records(data, start, answers), question[:-4].lower())


def _follow(records, name):
    """From alias to alias to an address, in whatever order the records lie."""
    left_s = 0x7FFFFFFF
    for _ in range(_CHAIN_MAX):
        alias, alias_s = None, 0
        for owner, kind, ttl_s, value in records:
            if owner == name:
                if kind == _A:
                    return "%d.%d.%d.%d" % tuple(value), min(left_s, ttl_s)
                alias = value
                alias_s = ttl_s
        if alias is None:
            break
        name, left_s = alias, min(left_s, alias_s)
    raise NoAddress("no-address")


def _records(data, at, count):
    """[(owner, type, TTL, 4 bytes or name)] of those answers that may matter."""
    found = []
    for _ in range(count):
        if at >= len(data):
            break  # cut short: what came before it holds
        owner, at = _name(data, at)
        if at + 10 > len(data):
            raise Junk
        kind, class_, ttl_s, size = struct.unpack(">HHIH", data[at : at + 10])
        at += 10
        if at + size > len(data):
            raise Junk
        if class_ & ~_CACHE_FLUSH == _IN:
            if ttl_s & 0x80000000:
                ttl_s = 0  # RFC 2181, section 8
            if kind == _A and size == 4 and 0 < data[at] < 224:  # 0: nowhere; from 224: many
                found.append((owner, kind, ttl_s, data[at : at + 4]))
            elif kind == _CNAME:
                found.append((owner, kind, ttl_s, _name(data, at)[0]))
        at += size
    return found


def _name(data, at):
    """(name in labels, lower case; where what follows it lies). RFC 1035, 4.1.4: a pointer goes
    back, so each must point before the last one: no loop, and no more than 255 bytes."""
    labels = b""
    after = None
    least = at
    while True:
        if at >= len(data) or len(labels) > _NAME_MAX + 1:
            raise Junk
        size = data[at]
        if size >= 0xC0:
            if at + 2 > len(data):
                raise Junk
            if after is None:
                after = at + 2
            at = (size & 0x3F) << 8 | data[at + 1]
            if at >= least:
                raise Junk
            least = at
        elif size > _LABEL_MAX:
            raise Junk
        else:
            if at + 1 + size > len(data):
                raise Junk
            labels += data[at : at + 1 + size]
            at += 1 + size
            if not size:
                return labels.lower(), at if after is None else after
