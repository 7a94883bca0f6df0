"""The HAL of the ESP32 calls MicroPython as its published stubs say, and so is the fake made."""

import unittest

import fake_esp32
import pytest
import test_esp32
import test_esp32_parts
from fake_esp32 import Machine
from stubs import checked, classes, constants, signatures, stub

FAKES = ("Pin", "ADC", "PWM", "Timer", "WDT", "UART", "I2C", "RTC")


@pytest.fixture
def machine():
    return classes(stub("esp32", "machine"))


@pytest.mark.parametrize("name", FAKES)
def test_the_fake_has_no_other_constants_than_the_stub(machine, name):
    (definition,) = machine[name]
    known = constants(definition)
    for constant, value in vars(getattr(Machine, name)).items():
        if constant.isupper():
            assert known[constant] == value, f"{name}.{constant}"


def test_the_fakes_reset_causes_are_the_stubs():
    known = constants(stub("esp32", "machine"))
    for name in ("PWRON_RESET", "HARD_RESET", "WDT_RESET", "SOFT_RESET"):
        assert known[name] == getattr(Machine, name)


def test_every_call_of_the_hal_is_one_that_a_stub_takes(machine, monkeypatch):
    calls = 0
    for name in FAKES:
        fake = getattr(Machine, name)
        (definition,) = machine[name]
        known = signatures(definition.body)
        for method, function in list(vars(fake).items()):
            if callable(function):
                monkeypatch.setattr(fake, method, checked(function, known[method]))
                calls += 1
    functions = signatures(stub("esp32", "machine").body)
    for name in ("freq", "reset_cause"):
        patched = staticmethod(checked(getattr(Machine, name), functions[name]))
        monkeypatch.setattr(Machine, name, patched)
    assert calls > 15
    load = unittest.TestLoader().loadTestsFromModule
    suite = unittest.TestSuite(map(load, (test_esp32, test_esp32_parts)))
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun > 40
    for _, trace in result.failures + result.errors:
        pytest.fail(trace)


def test_a_call_with_wrong_arguments_is_noticed(machine, monkeypatch):
    Machine.chip = fake_esp32.Chip()
    for name, method, arguments in (
        ("Timer", "init", {"period": 10, "callbak": None}),
        ("WDT", "__init__", {"timeout_ms": 8_000}),
        ("RTC", "memory", {"data": b""}),  # by position only
    ):
        (definition,) = machine[name]
        function = getattr(Machine, name).__dict__[method]
        with pytest.raises(TypeError, match="is none of"):
            checked(function, signatures(definition.body)[method])(object(), **arguments)
