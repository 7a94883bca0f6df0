"""When a lost broker is tried again, and the error that says why it was not reached."""

from micropython import const

SPREAD_S = const(600)  # how far the boxes that have lost one broker spread in the end
_LEAST_MS = const(500)
_FIRST_MS = const(5_000)


class DialError(OSError):
    """No connection: the text is the link's reason."""


def pause_ms(failures, spread_s, random_bits):
    """Wait before the next attempt after `failures` >= 0 in a row: anything from half a second to
    the end of a window, which is 5 s and doubles up to `spread_s`.

    A box cannot know whether it has lost its broker alone. So the first try is soon; and boxes
    that all find it gone come back spread over the whole of `spread_s`, evenly.
    """
    window_ms = max(min(_FIRST_MS << min(failures, 16), spread_s * 1000), _FIRST_MS)
    return _LEAST_MS + ((window_ms - _LEAST_MS) * random_bits(16) >> 16)
