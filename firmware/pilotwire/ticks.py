"""Differences of monotonic milliseconds, across the counter's wrap-around."""

import time

# CPython has none: there it is the simulation's clock that counts, and that does not wrap.
_difference = getattr(time, "ticks_diff", lambda new, old: new - old)


def since(now_ms, then_ms):
    """Milliseconds from `then_ms` to `now_ms`, both of `hal.ticks_ms()`."""
    return _difference(now_ms, then_ms)
