"""The samples: exactly the firmware's signals, and more by name."""

from array import array

import pytest
from pilotwire.pilot import signals
from plant import Car, Contactor, World, readings
from plant.climate import OPEN_DECI_C, OPEN_PM, SHORT_DECI_C, SHORT_PM

BASE = readings._BASE


def test_every_signal_of_the_firmware_is_fed():
    inputs = array("i", [-(2**31)] * signals.N_INPUTS)
    World(Car()).sample(inputs)
    assert list(inputs[:10]) == [8_979, 8_979, 10_000, 220, 0, 0, 1, 1, 0, 0]
    assert -(2**31) not in inputs, "a signal without a reading: see readings.EXTRA"


def test_the_names_go_with_the_indices():
    world = World(Car())
    inputs = [0] * signals.N_INPUTS
    world.sample(inputs)
    by_name = world.signals()
    for name in BASE:
        assert by_name[name] == inputs[getattr(signals, name)], name
    assert set(by_name) == {*BASE, *readings.EXTRA}


@pytest.mark.parametrize(
    ("part", "name", "value", "signal", "seen"),
    [
        ("box", "value", -250, "BOX_DECI_C", -250),
        ("box", "open", True, "BOX_DECI_C", OPEN_DECI_C),
        ("box", "shorted", True, "BOX_DECI_C", SHORT_DECI_C),
        ("plug", "value", 905, "PLUG_DECI_C", 905),
        ("plug", "open", True, "PLUG_DECI_C", OPEN_DECI_C),
        ("plug", "shorted", True, "PLUG_DECI_C", SHORT_DECI_C),
        ("humidity", "value", 980, "HUMIDITY_PM", 980),
        ("humidity", "open", True, "HUMIDITY_PM", OPEN_PM),
        ("humidity", "shorted", True, "HUMIDITY_PM", SHORT_PM),
    ],
)
def test_sensors_of_the_climate(part, name, value, signal, seen):
    world = World()
    mild = world.signals()
    setattr(getattr(world.climate, part), name, value)
    assert world.signals() == mild | {signal: seen}


def test_the_cover_and_the_emergency_stop():
    world = World()
    world.cover_open = True
    assert (world.signals()["TAMPER"], world.signals()["STOP"]) == (1, 0)
    world.stop_pressed = True
    assert (world.signals()["TAMPER"], world.signals()["STOP"]) == (1, 1)
    assert world.changed_us["cover"] == world.changed_us["stop"] == 0


def test_the_second_contactor_has_a_feedback_of_its_own():
    assert World().signals()["FEEDBACK2"] == signals.NOT_FITTED
    first, second = Contactor.pair()
    world = World(contactor=first, contactor2=second)
    world.set_outputs(10_000, True, phases=1)
    world.advance(1_000_000)
    seen = world.signals()
    assert (seen["FEEDBACK"], seen["FEEDBACK2"]) == (1, 0)
