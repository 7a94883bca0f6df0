"""What a meter's registers hold, as an integer: two's complement, IEEE 754, either word order.

No float is ever made of a float of the wire, so every port rounds alike.
"""

from micropython import const

# A kind: registers times 8, plus these. Words travel big-endian; LITTLE: the least one first.
UNSIGNED = const(0)
SIGNED = const(1)
FLOAT = const(2)
LITTLE = const(4)

_MOST = const(1 << 40)  # mV, mA, mW or Wh: more is no measurement
_TINY = const(40)  # a float below 2**-40 is nothing, whatever its factor
_HUGE = const(40)


def value(data, at, kind, factor):
    """The number at data[at], `kind` as above, times `factor`, to the nearest integer.

    None where the meter says that it has none: NaN and the infinities; all ones of an unsigned
    register; the ends of a signed one, 0x7FFF.. and 0x8000..; and from 2**40 on.
    """
    words = kind >> 3
    step = 2
    if kind & LITTLE:
        at += 2 * words - 2
        step = -2
    high = data[at] << 8 | data[at + 1]
    raw = 0  # without the first word: so it stays small for longer
    for _ in range(words - 1):
        at += step
        raw = raw << 16 | data[at] << 8 | data[at + 1]
    bits = 16 * words - 16
    if kind & FLOAT:
        if words == 2:
            return _scaled(
                high >> 15, (high >> 7 & 0xFF) - 127, (high & 0x7F) << 16 | raw, 23, factor
            )
        return _scaled(
            high >> 15, (high >> 4 & 0x7FF) - 1023, (high & 0xF) << 48 | raw, 52, factor
        )
    if kind & SIGNED:
        if high >= 0x8000:
            high -= 0x1_0000
        if (high == 0x7FFF and raw == (1 << bits) - 1) or (high == -0x8000 and not raw):
            return None
    elif high == 0xFFFF and raw == (1 << bits) - 1:
        return None
    if high:
        raw += high << bits
    raw *= factor
    return raw if -_MOST < raw < _MOST else None


def _scaled(negative, exponent, fraction, bits, factor):
    """(1 + fraction / 2**bits) * 2**exponent * factor, rounded."""
    if exponent < -_TINY:
        return 0
    if exponent > _HUGE:
        return None
    fraction |= 1 << bits
    shift = bits - exponent
    if shift > 0:  # whole and broken part by themselves, which are smaller
        whole = fraction >> shift
        fraction -= whole << shift
        result = whole * factor + (fraction * factor + (1 << shift - 1) >> shift)
    else:
        result = (fraction << -shift) * factor
    if not -_MOST < result < _MOST:
        return None
    return -result if negative else result
