"""What the link costs and how fast it answers: the whole firmware in virtual time.

Network and broker take no time here, and the firmware's code takes none: what is left is what the
firmware waits for by itself. A chip's own time is in board_link.py.
"""

import statistics
from collections.abc import Iterator

from .figure import Figure
from .virtual import Calm

_HOUR_US = 3_600_000_000
_PAUSE_US = 17_000_000  # long enough for a ping: the connection was a good one
_TIMES = 60
_NEXT_US = 7_310_700  # a duty holds for 5 s; and another phase of every clock in the box
_OPERATOR = {"mqtt_profile": "operator"}
_LIMITS_MA = (10_000, 16_000)


def figures() -> list[Figure]:
    return [*_hours(), *_commands(), *_reconnections()]


def _hours() -> Iterator[Figure]:
    """MQTT's bytes on the connection in an hour, both ways, pings included."""
    for profile, idle_bytes, charging_bytes in (
        ("local", 200_000, 300_000),
        ("operator", 6_000, 60_000),
    ):
        with Calm({"mqtt_profile": profile}).running() as calm:
            yield f"link_idle_{profile}_bytes_per_h", _hour(calm), "bytes", idle_bytes
            calm.charge()
            yield f"link_charging_{profile}_bytes_per_h", _hour(calm), "bytes", charging_bytes


def _hour(calm: Calm) -> int:
    before = calm.network.carried_bytes
    calm.run_for(_HOUR_US)
    return calm.network.carried_bytes - before


def _commands() -> Iterator[Figure]:
    """From a command's arrival to its result, and to the pilot's new duty: the worst."""
    with Calm(_OPERATOR).running() as calm:
        calm.charge()
        results, duties = [], []
        for n in range(_TIMES):
            calm.run_for(_NEXT_US)
            duty = calm.world.pilot.duty
            began_us = calm.clock.now_us
            id_ = calm.backend.limit(_LIMITS_MA[n % 2], 86_400, 6_000)
            calm.until(lambda id_=id_: id_ in calm.backend.results)
            results.append(calm.clock.now_us - began_us)
            calm.until(lambda duty=duty: calm.world.pilot.duty != duty)
            duties.append(calm.clock.now_us - began_us)
    yield "command_to_result_ms", max(results) / 1_000, "ms", 20
    yield "command_to_duty_ms", max(duties) / 1_000, "ms", 100


def _reconnections() -> Iterator[Figure]:
    """From a connection that the broker drops to the box's `online`, the broker being there."""
    with Calm(_OPERATOR).running() as calm:
        times = []
        for _ in range(_TIMES):
            calm.run_for(_PAUSE_US)
            calm.broker.restart(forget=True)
            calm.network.refuses = False
            calm.backend.online = False
            times.append(calm.until(lambda: calm.backend.online) / 1_000)
    yield "reconnect_first_try_median_ms", statistics.median(times), "ms", 3_500
    yield "reconnect_first_try_worst_ms", max(times), "ms", 5_500
