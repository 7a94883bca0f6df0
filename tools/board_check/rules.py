"""What can be wrong with a board whose keys are all there and in their range."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from .chips import CHIPS, PULL_SUPPLY_MV, listed, numbers
from .finding import ERROR, WARNING, Finding
from .uses import ADC, OUT, uses

Board = Mapping[str, Any]

# IEC 61851-1 Annex A: 12 V +-5 % leaves the generator, so a reading that ends before 11.4 V cannot
# tell +12 V from less, nor -12 V from more.
_LEAST_MV = 11_400
_MOST_MV = 12_600
_STATE_A_MV = 10_001  # pilot/levels.py: from here on it may be state A


def _facts(data: Board) -> dict[str, Any]:
    return CHIPS[data["chip"]]


def taken_twice(data: Board) -> Iterator[Finding]:
    places = defaultdict(list)
    for use in uses(data):
        places[use.pin].append(use.place)
    for pin, users in sorted(places.items()):
        if len(users) > 1:
            yield ERROR(users[-1], f"GPIO {pin} is taken: {' and '.join(users[:-1])} has it too")


def taken_by_the_board(data: Board) -> Iterator[Finding]:
    facts = _facts(data)
    module = data.get("module", next(iter(facts["taken"])))
    for use in uses(data):
        for owner, ranges in facts["taken"][module].items():
            if use.pin in numbers(ranges):
                yield ERROR(use.place, f"GPIO {use.pin} belongs to {owner}")
        if use.pin in facts["console"]:
            yield ERROR(
                use.place,
                f"GPIO {use.pin} is the console's (UART 0), which installing and mending need",
            )


def inputs_only(data: Board) -> Iterator[Finding]:
    facts = _facts(data)
    deaf = numbers(facts["input_only"])
    for use in uses(data):
        if use.pin in deaf and use.way == OUT:
            yield ERROR(use.place, f"GPIO {use.pin} can only be an input")
        elif use.pin in deaf and use.pull:
            yield ERROR(
                use.place,
                f'GPIO {use.pin} has no pull of its own: put a resistor there, and "pull": ""',
            )


def strapping(data: Board) -> Iterator[Finding]:
    pins = _facts(data)["strapping"]
    for use in uses(data):
        if use.pin in pins:
            yield WARNING(
                use.place,
                f"GPIO {use.pin} decides how the chip starts: "
                "what hangs there must leave it at its level",
            )


def analogue(data: Board) -> Iterator[Finding]:
    facts = _facts(data)
    for use in uses(data):
        may = facts["adc"].get(use.place, ())
        if use.way != ADC or use.pin in may:
            continue
        for why, pins in facts["adc_taken"].items():
            if use.pin in pins:
                yield ERROR(use.place, f"GPIO {use.pin} is {why}; wanted {listed(may)}")
                break
        else:
            yield ERROR(use.place, f"GPIO {use.pin} has no ADC for that; wanted {listed(may)}")


def multiplexer(data: Board) -> Iterator[Finding]:
    functions = _facts(data)["functions"]
    for use in uses(data):
        if use.signal in functions and use.pin not in functions[use.signal]:
            yield ERROR(
                use.place,
                f"GPIO {use.pin} cannot be {use.signal}; wanted {listed(functions[use.signal])}",
            )


def slices(data: Board) -> Iterator[Finding]:
    n = _facts(data)["slices"]
    pilot, *others = (use for use in uses(data) if use.signal == "pwm")
    for use in others:
        if n and use.pin // 2 % n == pilot.pin // 2 % n:
            yield ERROR(
                use.place,
                f"GPIO {use.pin} is on PWM slice {use.pin // 2 % n}, which is the pilot's alone "
                f"(GPIO {pilot.pin}): its frequency would change",
            )


def buses(data: Board) -> Iterator[Finding]:
    taken: dict[int, str] = {}
    for name in ("meter", "grid", "console"):
        port = data.get(name)
        if not port:
            continue
        if port["uart"] in taken:
            yield ERROR(f"{name}.uart", f"{port['uart']} is the {taken[port['uart']]}'s already")
        taken[port["uart"]] = name


def claims(data: Board) -> Iterator[Finding]:
    """What one key says and another takes back."""
    if data["outputs"]["three_phases"] and data["phases"] != 3:
        yield ERROR("outputs.three_phases", "phases is 1: there is no L2 and L3 to be switched")
    if data["chip"] == "host":
        if data["dead_man"]:
            yield ERROR("dead_man", "true, but a process has no pin: the plant drops the coil")
        return
    inputs, outputs = data["inputs"], data["outputs"]
    if data["feedback"] and not inputs["feedback"]:
        yield ERROR("feedback", "true, but inputs.feedback is null: a weld would go unseen")
    if inputs["feedback"] and not data["feedback"]:
        yield ERROR("feedback", "false, but there is inputs.feedback")
    if outputs["rcd_test"] and not inputs["rcd"]:
        yield ERROR("outputs.rcd_test", "without inputs.rcd nobody sees the device trip")
    if outputs["lock"] and not inputs["lock"]:
        yield WARNING("outputs.lock", "without inputs.lock nobody sees whether the bolt has moved")
    if inputs["lock"] and not outputs["lock"]:
        yield ERROR("inputs.lock", "without outputs.lock there is no bolt to be seen")


def dead_man(data: Board) -> Iterator[Finding]:
    if data["dead_man"] and not data["contactor"]["active"]:
        yield ERROR("contactor.active", "0, but a dead-man rests low and is open then; wanted 1")
    if not data["dead_man"] and not data["watchdog_ms"]:
        yield ERROR(
            "watchdog_ms",
            "0 without a dead-man: a chip that hangs would keep the contactor closed",
        )


def divider(data: Board) -> Iterator[Finding]:
    facts, pilot = _facts(data), data["pilot"]
    zero_mv, span_mv = pilot["zero_mv"], pilot["full_mv"] - pilot["zero_mv"]
    both = "pilot.zero_mv, pilot.full_mv"
    if not 1 <= span_mv <= facts["span_mv"]:
        yield ERROR(
            both,
            f"are {span_mv:,} mV apart, {span_mv / 4096:.0f} mV a count; "
            f"wanted 1 to {facts['span_mv']:,}: few counts tell no states apart",
        )
        return

    def reaches(pins_mv: list[int]) -> tuple[int, int]:
        low_mv, high_mv = (zero_mv + span_mv * mv // PULL_SUPPLY_MV for mv in pins_mv)
        return low_mv, high_mv

    low_mv, high_mv = reaches(facts["adc_mv"])
    if "top_mv" in pilot:
        least = -(-(_STATE_A_MV - zero_mv) * PULL_SUPPLY_MV // span_mv)
        most = facts["adc_mv"][1]
        if not least <= pilot["top_mv"] <= most:
            yield ERROR(
                "pilot.top_mv",
                f"{pilot['top_mv']:,}, wanted {least:,} ({_volts(_STATE_A_MV)} of the pilot: "
                f"less may be state B) to {most:,} (the ADC's end)",
            )
    if low_mv > -_LEAST_MV:
        yield ERROR(both, f"reading ends at {_volts(low_mv)}; wanted {_volts(-_LEAST_MV)} or less")
    if high_mv < _LEAST_MV and "top_mv" not in pilot:
        yield ERROR(
            both,
            f"reading ends at {_volts(high_mv)}; wanted {_volts(_LEAST_MV)} or more, "
            "or pilot.top_mv where the chip has it",
        )
    low_mv, high_mv = reaches(facts["adc_exact_mv"])
    if low_mv > -_MOST_MV or high_mv < _MOST_MV:
        yield WARNING(
            both,
            f"the ADC is exact from {_volts(low_mv)} to {_volts(high_mv)} only; "
            f"+-{_MOST_MV / 1000:.1f} V would show all that a generator may do",
        )


def _volts(mv: int) -> str:
    return f"{mv / 1000:+.1f} V"


ON_EVERY_BOARD = (claims,)
ON_CHIPS = (
    taken_twice,
    taken_by_the_board,
    inputs_only,
    strapping,
    analogue,
    multiplexer,
    slices,
    buses,
    dead_man,
    divider,
)
