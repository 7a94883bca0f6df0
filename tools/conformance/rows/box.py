"""Heat, humidity, their sensors, stop, cover, and a ring 1 that falls silent. Numbers ours;
GB/T 18487.1-2023 10.1 wants protection against over-temperature and names no trip.
"""

from pilotwire.pilot import handover

from ..bench import EDGES, FAST, ONCE, ONLY_NOMINAL, ROUND, Bench, hands_down, sets
from ..row import Row, at_least, at_most, between, never

_SLOW_MS = at_most(500, "ms", ours=True)
_FEW = EDGES[:1]


def _opens_on(code: str, **ring1):
    def measure(bench: Bench) -> float:
        outlet = bench.charging()
        took = bench.opens(outlet, hands_down(outlet, **ring1))
        outlet.run(30)
        assert code in outlet.fault_codes, outlet
        return took

    return measure


def _hot(bench: Bench, dc: int) -> int:
    """Closings at `dc` after a trip at 85 degC, in a minute."""
    outlet = bench.charging()
    bench.opens(outlet, hands_down(outlet, temperature_dc=850))
    hands_down(outlet, temperature_dc=dc)()
    outlet.run(60_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _hysteresis(bench: Bench) -> int:
    return _hot(bench, 701)


def _damp(bench: Bench) -> int:
    """Closings at 92 % humidity after a trip at 95 %, in a minute."""
    outlet = bench.charging()
    bench.opens(outlet, hands_down(outlet, humidity_pm=950))
    hands_down(outlet, humidity_pm=920)()
    outlet.run(60_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _cooled(bench: Bench) -> int:
    return _hot(bench, 690)


def _stop(bench: Bench) -> float:
    outlet = bench.charging()
    return bench.opens(outlet, sets(outlet.world, stop_pressed=True))


def _stop_latched(bench: Bench) -> int:
    """Closings in a minute after the button has been released again."""
    outlet = bench.charging()
    bench.opens(outlet, sets(outlet.world, stop_pressed=True))
    outlet.world.stop_pressed = False
    outlet.run(60_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _tamper(bench: Bench) -> float:
    outlet = bench.charging()
    took = bench.opens(outlet, sets(outlet.world, cover_open=True))
    outlet.run(30)
    assert outlet.guard.duty == 0, "state F was expected"
    return took


def _silent(bench: Bench) -> float:
    """From the last word of ring 1 to steady +12 V."""
    outlet = bench.charging()
    outlet.ring1.every_ms = 100
    outlet.run(500)
    return bench.takes(
        outlet, sets(outlet.ring1, talking=False), lambda: outlet.guard.duty == 10_000, 60_000
    )


def _silent_opens(bench: Bench) -> float:
    """The same to the opening, with a vehicle that ignores the stop."""
    outlet = bench.charging()
    outlet.world.car.ignores_stop = True
    outlet.ring1.every_ms = 100
    outlet.run(500)
    return bench.opens(outlet, sets(outlet.ring1, talking=False), 60_000)


def _silent_recloses(bench: Bench) -> int:
    outlet = bench.charging()
    bench.opens(outlet, sets(outlet.ring1, talking=False), 60_000)
    outlet.run(120_000)
    return outlet.up(handover.UP_CLOSINGS) - 1


def _lease(bench: Bench) -> float:
    """From a limit's arrival, good for 10 s, to the fallback's duty; ring 1 says nothing more."""
    outlet = bench.charging()
    act = hands_down(outlet, leases=[(16_000, 10_000, 6_000)])
    bench.does(outlet, act)
    outlet.tick()
    outlet.ring1.talking = False
    at_us = outlet.world.now_us
    outlet.until(lambda: outlet.guard.duty == 1_000, 20_000)
    return (outlet.world.now_us - at_us) / 1_000


ROWS = (
    Row(
        "temperature",
        "GB/T 10.1",
        "85 degC reported: open",
        _SLOW_MS,
        _opens_on("temperature", temperature_dc=850),
        phases_us=ROUND,
        corners=_FEW,
    ),
    Row(
        "temperature-hysteresis",
        "-",
        "Energised again above 70 degC, in a minute",
        never("closings", ours=True),
        _hysteresis,
        corners=_FEW,
        phases_us=ONCE,
    ),
    Row(
        "temperature-cooled",
        "-",
        "Energised again below 70 degC",
        between(1, 1, "closing", ours=True),
        _cooled,
        corners=_FEW,
        phases_us=ONCE,
    ),
    Row(
        "humidity",
        "-",
        "95 % humidity reported: open",
        _SLOW_MS,
        _opens_on("humidity", humidity_pm=950),
        phases_us=ROUND,
        corners=_FEW,
    ),
    Row(
        "humidity-hysteresis",
        "-",
        "Energised again above 90 % humidity, in a minute",
        never("closings", ours=True),
        _damp,
        corners=_FEW,
        phases_us=ONCE,
    ),
    Row(
        "sensor-open",
        "-",
        "The temperature sensor's wire is broken: open",
        _SLOW_MS,
        _opens_on("sensor", temperature_dc=handover.OPEN),
        phases_us=ROUND,
        corners=_FEW,
    ),
    Row(
        "sensor-shorted",
        "-",
        "The temperature sensor is shorted: open",
        _SLOW_MS,
        _opens_on("sensor", temperature_dc=handover.SHORTED),
        phases_us=ROUND,
        corners=_FEW,
    ),
    Row(
        "humidity-sensor-open",
        "-",
        "The humidity sensor's wire is broken: open",
        _SLOW_MS,
        _opens_on("sensor", humidity_pm=handover.OPEN),
        phases_us=ROUND,
        corners=_FEW,
    ),
    Row(
        "emergency-stop",
        "GB/T (optional)",
        "Emergency stop: open",
        at_most(100, "ms", ours=True),
        _stop,
    ),
    Row(
        "emergency-stop-latched",
        "-",
        "Energised again in the minute after the button is released",
        never("closings", ours=True),
        _stop_latched,
        corners=_FEW,
        phases_us=ONCE,
    ),
    Row(
        "tamper",
        "-",
        "The cover is opened: open, state F",
        at_most(100, "ms", ours=True),
        _tamper,
    ),
    Row(
        "control-silent",
        "-",
        "Ring 1 falls silent: X1",
        between(29_900, 30_500, "ms", ours=True),
        _silent,
        corners=_FEW,
        phases_us=FAST,
    ),
    Row(
        "control-silent-opens",
        "-",
        "Ring 1 falls silent and the vehicle ignores the stop: open",
        at_most(37_000, "ms", ours=True),
        _silent_opens,
        corners=_FEW,
        phases_us=FAST,
    ),
    Row(
        "control-silent-stays-open",
        "-",
        "Energised again while ring 1 is silent",
        never("closings", ours=True),
        _silent_recloses,
        corners=ONLY_NOMINAL,
        phases_us=ONCE,
    ),
    Row(
        "lease-expires",
        "-",
        "A limit of 10 s that is not renewed: its fallback holds",
        at_least(9_950, "ms", ours=True),
        _lease,
        corners=_FEW,
    ),
)
