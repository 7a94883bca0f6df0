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
    if kind & FLOAT and words == 2:  # by halves, which are small integers on 32 bits
        high = data[at] << 8 | data[at + 1]
        low = data[at + step] << 8 | data[at + step + 1]
        return _scaled(high >> 15, high >> 7 & 0xFF, 127, 23, (high & 0x7F) << 16 | low, factor)
    raw = 0
    for _ in range(words):
        raw = raw << 16 | data[at] << 8 | data[at + 1]
        at += step
    top = 1 << 16 * words - 1
    if kind & FLOAT:
        return _scaled(raw >> 63, raw >> 52 & 0x7FF, 1023, 52, raw & (1 << 52) - 1, factor)
    if kind & SIGNED:
        if raw in (top, top - 1):
            return None
        if raw > top:
            raw -= top << 1
    elif raw == (top << 1) - 1:
        return None
    raw *= factor
    return raw if -_MOST < raw < _MOST else None


def _scaled(negative, exponent, bias, bits, fraction, factor):
    """(1 + fraction / 2**bits) * 2**(exponent - bias) * factor, rounded."""
    exponent -= bias
    if exponent < -_TINY:
        return 0
    if exponent > _HUGE:
        return None
    result = (fraction | 1 << bits) * factor
    shift = bits - exponent
    result = (result + (1 << shift - 1)) >> shift if shift > 0 else result << -shift
    if not -_MOST < result < _MOST:
        return None
    return -result if negative else result
