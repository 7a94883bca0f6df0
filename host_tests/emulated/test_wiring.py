"""The plant on a board's pins: MicroPython drives the pilot and the coil and reads the car."""

import pytest
from emulator.wiring import Divider, PlantWiring
from emulator.wiring import Pins as Wires
from emulator.world import WorldPlant
from plant import Cable, Car, World

WIRES = Wires(
    pilot=15,
    coil=16,
    analog={0: Divider("cp", 131, 1_650), 1: Divider("pp", 1_000)},
    inputs={17: "feedback", 18: "rcd", 19: "pe"},
    inverted_inputs=frozenset({19}),
    hold_ms=0,
)

BOARD = """
from machine import ADC, PWM, Pin
import time
coil = Pin(16, Pin.OUT, value=0)
feedback, rcd, pe = Pin(17, Pin.IN), Pin(18, Pin.IN), Pin(19, Pin.IN)
pilot = PWM(Pin(15), freq=1000, duty_u16=65535)
cp, pp = ADC(26), ADC(27)
def plateaus():
    counts = [cp.read_u16() >> 4 for _ in range(200)]
    return max(counts), min(counts)
"""


@pytest.fixture
def bench(boot):
    world = World()
    wiring = PlantWiring(WorldPlant(world), WIRES)
    board = boot(devices=[wiring])
    board.exec(BOARD)
    board.run_ms(10)
    return board, world, wiring


def test_the_adc_sees_both_plateaus_of_the_pilot_with_and_without_a_car(bench):
    board, world, _ = bench
    cp = WIRES.analog[0]
    assert eval(board.exec("print(plateaus())")) == (cp.counts(12_000), cp.counts(12_000))
    world.plug(Cable(), Car())
    board.run_ms(500)
    nine = cp.counts(world.cp_high_mv)
    assert cp.counts(8_400) < nine < cp.counts(9_600)
    assert eval(board.exec("print(plateaus())")) == (nine, nine)
    board.exec("pilot.duty_ns(533_000)")
    board.run_ms(10)
    assert world.pilot.duty == 5_330
    high, low = eval(board.exec("print(plateaus())"))
    assert high < cp.counts(9_600)
    assert low == cp.counts(-12_000)


def test_the_proximity_resistor_is_a_voltage_on_its_channel(bench):
    board, world, _ = bench
    world.plug(Cable(), None)
    board.run_ms(500)
    ohm = world.cable.pp_ohm
    wanted = WIRES.analog[1].counts(3_300 * ohm // (1_000 + ohm))
    assert int(board.exec("print(pp.read_u16() >> 4)")) == wanted


def test_the_coil_closes_the_contactor_and_its_feedback_comes_back(bench):
    board, world, wiring = bench
    assert board.exec("print(feedback(), rcd(), pe())") == "0 0 0\n"
    board.exec("coil(1)")
    board.run_ms(30)
    assert world.contactor.closed
    world.rcd_tripped, world.pe_ok = True, False
    board.run_ms(2)
    assert board.exec("print(feedback(), rcd(), pe())") == "1 1 1\n"
    board.hard_reset()
    board.run_ms(30)
    assert not world.contactor.closed
    assert [energised for _, energised in wiring.coil_changes] == [True, False]
