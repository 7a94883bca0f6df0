"""Keeps the clock: asks the NTP server soon after the start, and then once a day."""

import asyncio

from micropython import const

_FIRST_S = const(5)  # between two tries while it does not answer, doubling
_LONGEST_S = const(3_600)
_DAY_S = const(72_000)  # 20 h, so that a day has time for some tries more
_REFUSED = "kiss-of-death"


def pause_s(failures, refused, random_bits):
    """Seconds to the next question after so many `failures` in a row (0: it has answered), less
    up to a quarter by chance; `refused`: the server wants to be left alone."""
    if not failures:
        whole_s = _DAY_S
    elif refused:
        whole_s = _LONGEST_S
    else:
        whole_s = min(_FIRST_S << min(failures - 1, 10), _LONGEST_S)
    return whole_s - (whole_s * random_bits(10) >> 12)


async def keep(ask_time, random_bits):
    """Task: `ask_time` is Dial's. For ever."""
    failures = 0
    while True:
        refused = False
        try:
            await ask_time()
            failures = 0
        except OSError as error:
            failures += 1
            refused = error.args[0] == _REFUSED
        await asyncio.sleep(pause_s(failures, refused, random_bits))
