"""Boards broken in one place each, and what the check says of them: a row for every message."""

from typing import Any, NamedTuple

GONE = object()
NO_LOCK = {"inputs.lock": None, "outputs.lock": None}


class Broken(NamedTuple):
    """`board` of boards/ with `changes`: {place: value or GONE}."""

    board: str
    changes: dict[str, Any]
    says: str


# The shape: keys and ranges.
SHAPE = (
    Broken("pico_w", {"": []}, "error: board.json: [], wanted an object"),
    Broken("pico_w", {"chip": GONE}, "error: chip: is missing"),
    Broken(
        "pico_w", {"chip": "esp8266"}, "error: chip: 'esp8266', wanted 'rp2' or 'esp32' or 'host'"
    ),
    Broken("pico_w", {"rated_ma": GONE}, "error: rated_ma: is missing"),
    Broken("pico_w", {"rated_ma": 5_999}, "error: rated_ma: 5999, wanted 6,000 to 80,000"),
    Broken("pico_w", {"rated_ma": "32"}, "error: rated_ma: '32', wanted 6,000 to 80,000"),
    Broken("pico_w", {"rated_ma": True}, "error: rated_ma: True, wanted 6,000 to 80,000"),
    Broken("pico_w", {"phases": 2}, "error: phases: 2, wanted 1 or 3"),
    Broken("pico_w", {"feedback": 1}, "error: feedback: 1, wanted True or False"),
    Broken("pico_w", {"model": ""}, "error: model: '', wanted a text of 1 to 40 characters"),
    Broken("pico_w", {"pilot": 15}, "error: pilot: 15, wanted an object"),
    Broken(
        "pico_w",
        {"pp.volts": 3},
        "error: pp.volts: there is no such key here; known are adc, pull_up_ohm",
    ),
    Broken(
        "pico_w",
        {"contactor.pin": 30},
        "error: contactor.pin: 30, wanted a GPIO; RP2040 has 0 to 29",
    ),
    Broken(
        "esp32_devkit",
        {"inputs.pe.pin": 24},
        "error: inputs.pe.pin: 24, wanted a GPIO; ESP32 has 0 to 19, 21 to 23, 25 to 27, 32 to 39",
    ),
    Broken(
        "pico_w",
        {"watchdog_ms": 8_389},
        "error: watchdog_ms: 8389, wanted 0 or 1,000 to 8,388",
    ),
    Broken(
        "esp32_devkit",
        {"watchdog_ms": 500},
        "error: watchdog_ms: 500, wanted 0 or 1,000 to 60,000",
    ),
    Broken("pico_w", {"hold": {"pin": 2}}, "error: hold: {'pin': 2}, wanted a list"),
    Broken("pico_w", {"hold": [{"pin": 2, "level": 2}]}, "error: hold[0].level: 2, wanted 0 or 1"),
    Broken(
        "pico_w", {"pp.pull_up_ohm": 47_000}, "error: pp.pull_up_ohm: 47000, wanted 300 to 10,000"
    ),
    Broken(
        "esp32_devkit",
        {"pp.pull_up_ohm": 2_000},
        "error: pp.pull_up_ohm: 2000, wanted 500 to 1,600",
    ),
    Broken("esp32_devkit", {"meter.uart": 0}, "error: meter.uart: 0, wanted 1 or 2"),
    Broken("esp32_devkit", {"pilot.adc": GONE}, "error: pilot.adc: is missing"),
    Broken(
        "smartevse_v3",
        {"outputs.lock.pulse_ms": 5_000},
        "error: outputs.lock.pulse_ms: 5000, wanted 50 to 2,000",
    ),
    Broken("host", {"outputs.lock": False}, "error: outputs.lock: False, wanted True or None"),
    Broken(
        "host",
        {"pilot": {"pwm": 15}},
        "error: pilot: there is no such key here; known are "
        "chip, dead_man, feedback, model, name, outputs, phases, rated_ma, repl",
    ),
)

# Pins, buses and the ADC.
PINS = (
    Broken(
        "pico_w",
        {"inputs.dim.pin": 17},
        "error: inputs.dim.pin: GPIO 17 is taken: inputs.feedback.pin has it too",
    ),
    Broken(
        "pico_w",
        {"contactor.pin": 25},
        "error: contactor.pin: GPIO 25 belongs to the Pico's own circuit and its wireless chip",
    ),
    Broken(
        "esp32_devkit",
        {"contactor.pin": 9},
        "error: contactor.pin: GPIO 9 belongs to the module's flash",
    ),
    Broken(
        "esp32_devkit",
        {"module": "mini"},
        "error: grid.rx: GPIO 16 belongs to the module's flash",
    ),
    Broken(
        "esp32_devkit",
        {"inputs.rcd.pin": 38},
        "error: inputs.rcd.pin: GPIO 38 belongs to nothing outside of an ESP32-WROOM-32",
    ),
    Broken(
        "esp32_devkit",
        {"outputs.rcd_test.pin": 1},
        "error: outputs.rcd_test.pin: GPIO 1 is the console's (UART 0), "
        "which installing and mending need",
    ),
    Broken(
        "esp32_devkit",
        {"inputs.rcd.pin": 32, "outputs.rcd_test.pin": 35},
        "error: outputs.rcd_test.pin: GPIO 35 can only be an input",
    ),
    Broken(
        "esp32_devkit",
        {"inputs.rcd.pull": "up"},
        "error: inputs.rcd.pin: GPIO 35 has no pull of its own: "
        'put a resistor there, and "pull": ""',
    ),
    Broken(
        "esp32_devkit",
        {"contactor.pin": 12},
        "warning: contactor.pin: GPIO 12 decides how the chip starts: "
        "what hangs there must leave it at its level",
    ),
    Broken(
        "esp32_devkit",
        {"pilot.adc": 2},
        "error: pilot.adc: GPIO 2 is ADC2, which the radio needs while Wi-Fi is on; "
        "wanted 32, 33, 34, 35, 36, 37, 38 or 39",
    ),
    Broken(
        "esp32_devkit",
        {"pp.adc": 5},
        "error: pp.adc: GPIO 5 has no ADC for that; wanted 32, 33, 34, 35, 36, 37, 38 or 39",
    ),
    Broken(
        "pico_w",
        {"pilot.adc": 28},
        "error: pilot.adc: GPIO 28 is a channel that the sampler does not read; wanted 26",
    ),
    Broken("pico_w", {"pp.adc": 14}, "error: pp.adc: GPIO 14 has no ADC for that; wanted 27"),
    Broken(
        "pico_w",
        {"meter.tx": 2},
        "error: meter.tx: GPIO 2 cannot be uart1.tx; wanted 4, 8, 20 or 24",
    ),
    Broken(
        "pico_w",
        {"i2c.scl": 10},
        "error: i2c.scl: GPIO 10 cannot be i2c0.scl; wanted 1, 5, 9, 13, 17, 21, 25 or 29",
    ),
    Broken(
        "pico_w",
        {"ethernet": {"spi": 1, "sck": 10, "mosi": 11, "miso": 13, "cs": 14, "rst": 2}},
        "error: ethernet.miso: GPIO 13 cannot be spi1.miso; wanted 8, 12, 24 or 28",
    ),
    Broken(
        "pico_w",
        {"buzzer": {"pin": 14}},
        "error: buzzer.pin: GPIO 14 is on PWM slice 7, which is the pilot's alone (GPIO 15): "
        "its frequency would change",
    ),
    Broken("esp32_devkit", {"grid.uart": 1}, "error: grid.uart: 1 is the meter's already"),
    Broken(
        "pico_w",
        {"console": {"uart": 0, "tx": 12, "rx": 13}},
        "error: console.uart: 0 is the grid's already",
    ),
    Broken(
        "pico_w",
        {"grid": None, "console": {"uart": 0, "tx": 4, "rx": 13}},
        "error: console.tx: GPIO 4 is taken: meter.tx has it too",
    ),
    Broken("pico_w", {"repl": 0}, "error: repl: 0, wanted True or False"),
    Broken("host", {"repl": "no"}, "error: repl: 'no', wanted True or False"),
    Broken(
        "pico_w",
        {"grid": None, "console": {"uart": 0, "tx": 12, "rx": 13, "de": 14}},
        "error: console.de: there is no such key here; known are rx, tx, uart",
    ),
    Broken(
        "esp32_devkit",
        {
            "ethernet": {"mdc": 2, "mdio": 5, "address": 1, "power": None, "clock": 0},
            "meter.rx": 12,
        },
        "error: ethernet (its data lines): GPIO 21 is taken: i2c.sda has it too",
    ),
)

# What one key says and another takes back, and the divider.
CLAIMS = (
    Broken("pico_w", {"name": "pico"}, "error: name: 'pico', but the folder is called 'pico_w'"),
    Broken(
        "pico_w",
        {"inputs.feedback": None},
        "error: feedback: true, but inputs.feedback is null: a weld would go unseen",
    ),
    Broken("pico_w", {"feedback": False}, "error: feedback: false, but there is inputs.feedback"),
    Broken(
        "pico_w",
        {"phases": 1, "outputs.three_phases": {"pin": 2, "active": 1}},
        "error: outputs.three_phases: phases is 1: there is no L2 and L3 to be switched",
    ),
    Broken(
        "pico_w",
        {"inputs.rcd": None},
        "error: outputs.rcd_test: without inputs.rcd nobody sees the device trip",
    ),
    Broken(
        "pico_w",
        {"inputs.lock": None},
        "warning: outputs.lock: without inputs.lock nobody sees whether the bolt has moved",
    ),
    Broken(
        "pico_w",
        {"outputs.lock": None},
        "error: inputs.lock: without outputs.lock there is no bolt to be seen",
    ),
    Broken(
        "host",
        {"dead_man": True},
        "error: dead_man: true, but a process has no pin: the plant drops the coil",
    ),
    Broken(
        "pico_w",
        {"contactor.active": 0},
        "error: contactor.active: 0, but a dead-man rests low and is open then; wanted 1",
    ),
    Broken(
        "smartevse_v3",
        {"watchdog_ms": 0},
        "error: watchdog_ms: 0 without a dead-man: "
        "a chip that hangs would keep the contactor closed",
    ),
    Broken(
        "pico_w",
        {"pilot.full_mv": 25_000},
        "error: pilot.zero_mv, pilot.full_mv: are 40,000 mV apart, 10 mV a count; "
        "wanted 1 to 32,767: few counts tell no states apart",
    ),
    Broken(
        "pico_w",
        {"pilot.zero_mv": -11_000},
        "error: pilot.zero_mv, pilot.full_mv: reading ends at -11.0 V; wanted -11.4 V or less",
    ),
    Broken(
        "smartevse_v3",
        {"pilot.top_mv": GONE},
        "error: pilot.zero_mv, pilot.full_mv: reading ends at +10.6 V; wanted +11.4 V or more, "
        "or pilot.top_mv where the chip has it",
    ),
    Broken(
        "smartevse_v3",
        {"pilot.top_mv": 2_900},
        "error: pilot.top_mv: 2,900, wanted 3,022 (+10.0 V of the pilot: less may be state B) "
        "to 3,100 (the ADC's end)",
    ),
    Broken(
        "pico_w",
        {"pilot.full_mv": 12_000},
        "warning: pilot.zero_mv, pilot.full_mv: the ADC is exact from -15.0 V to +12.0 V only; "
        "+-12.6 V would show all that a generator may do",
    ),
)
EVERY = SHAPE + PINS + CLAIMS
