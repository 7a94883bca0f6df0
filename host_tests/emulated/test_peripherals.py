"""The blocks a wallbox needs, driven by stock MicroPython, seen from outside the chip."""

from itertools import pairwise

import pytest
from emulator.charge_pump import ChargePump
from emulator.pins import DutyMeter, Edges
from emulator.serial_slave import SerialSlave

UART = """
from machine import Pin, UART
u = UART(1, 9600, tx=Pin(4), rx=Pin(5), timeout=200, rxbuf=256)
"""

DEAD_MAN = """
import rp2
from machine import Pin, Timer

@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def dead_man():
    pull(block)
    mov(x, osr)
    label("wave")
    set(pins, 1) [15]
    set(pins, 0) [12]
    pull(noblock)
    mov(x, osr)
    jmp(x_dec, "wave")

sm = rp2.StateMachine(0, dead_man, freq=320_000, set_base=Pin(16))
sm.active(1)
"""

TICK = """
def tick(_):
    if sm.tx_fifo() < 4:
        sm.put(500)
timer = Timer(period=10, mode=Timer.PERIODIC, callback=tick, hard=True)
"""

ADC_RING = """
import machine, rp2, uctypes
from machine import Pin, mem32
for gpio in 26, 27:
    machine.ADC(Pin(gpio))
raw = bytearray(512)
skip = -uctypes.addressof(raw) & 255
ring = memoryview(raw)[skip:skip + 256]
a, b = rp2.DMA(), rp2.DMA()
for dma, after in (b, a), (a, b):
    ctrl = dma.pack_ctrl(size=1, inc_read=False, ring_size=8, ring_sel=True, treq_sel=36,
                         irq_quiet=True, chain_to=after.channel)
    dma.config(read=0x4004C00C, write=ring, count=256, ctrl=ctrl, trigger=dma is a)
mem32[0x4004C008] = 1 << 24 | 1 << 3 | 1
mem32[0x4004C010] = 960 - 1 << 8
mem32[0x4004C000] = 0b11 << 16 | 1 << 3 | 1
"""


def test_a_frame_goes_to_the_slave_and_its_reply_comes_back(boot):
    slave = SerialSlave(1, lambda frame: frame[::-1], baud=9600)
    board = boot(devices=[slave])
    board.exec(UART)
    frame = bytes(range(100, 160))  # longer than the FIFOs
    assert board.exec(f"u.write({frame!r})\nprint(u.read(60) == {frame[::-1]!r})") == "True\n"
    ((_, heard),) = slave.frames
    assert heard == frame


def test_another_baud_rate_is_not_understood(boot):
    slave = SerialSlave(1, lambda frame: frame, baud=19_200)
    board = boot(devices=[slave])
    board.exec(UART)
    assert board.exec("u.write(b'hello')\nprint(u.read(5))") == "None\n"
    assert slave.frames == []


def test_pwm_edges_are_at_the_nanosecond_asked_for(boot):
    edges, meter = Edges(15), DutyMeter(15)
    board = boot(devices=[edges, meter])
    board.exec("from machine import Pin, PWM\npwm = PWM(Pin(15), freq=1000, duty_ns=0)")
    for duty in (1_000, 2_666, 5_333, 9_600):
        board.exec(f"pwm.duty_ns({duty * 100})")
        board.run_ms(3)
        edges.seen.clear()
        board.run_ms(5)
        assert edges.highs_ns() == pytest.approx([duty * 100] * len(edges.highs_ns()), abs=50)
        assert edges.periods_ns() == pytest.approx([1e6] * len(edges.periods_ns()), abs=50)
        assert meter.duty == duty


def test_the_adc_samples_the_input_at_that_instant(boot):
    board = boot()
    board.chip.adc.sources[0] = lambda: int(board.ns / 1e6)
    counts = board.exec(
        "from machine import ADC\n"
        "import time\n"
        "adc = ADC(26)\n"
        "a = adc.read_u16() >> 4\n"
        "time.sleep_ms(1000)\n"
        "print((adc.read_u16() >> 4) - a)"
    )
    assert int(counts) == pytest.approx(1000, abs=2)


def test_a_hard_timer_keeps_its_period_through_collections(boot):
    edges = Edges(2)
    board = boot(devices=[edges])
    board.exec(
        "import gc, time\n"
        "from machine import Pin, Timer\n"
        "pin = Pin(2, Pin.OUT)\n"
        "keep = [bytearray(100) for _ in range(700)]\n"
        "t = Timer(period=10, mode=Timer.PERIODIC, callback=lambda _: pin.toggle(), hard=True)\n"
        "end = time.ticks_add(time.ticks_ms(), 150)\n"
        "while time.ticks_diff(end, time.ticks_ms()) > 0: gc.collect()"
    )
    times = [ns for ns, _ in edges.seen]
    periods = [later - earlier for earlier, later in pairwise(times)]
    assert len(periods) >= 13
    assert periods == pytest.approx([10e6] * len(periods), abs=50_000)


def test_dma_fills_a_ring_from_the_adc_for_ever_and_while_idle(boot):
    """50 kS/s, two channels, two DMA channels that start each other every 256 samples."""
    board = boot()
    board.chip.adc.sources[0] = lambda: int(board.ns / 1e6) & 0x7FF
    board.chip.adc.sources[1] = lambda: int(board.ns / 1e6) & 0x7FF | 0x800
    board.exec(ADC_RING)
    for _ in range(3):
        board.run_ms(50)
        now = int(board.ns / 1e6) & 0x7FF
        ring = eval(board.exec("print(bytes(ring))"))
        counts = [ring[k] | ring[k + 1] << 8 for k in range(0, 256, 2)]
        channels = [count >> 11 for count in counts]
        assert set(pairwise(channels)) == {(0, 1), (1, 0)}
        ages = [(count & 0x7FF) - now for count in counts]
        assert min(ages) >= -3
        assert max(ages) - min(ages) <= 3


def test_a_token_buys_50_ms_of_square_wave_and_a_stopped_timer_drops_the_coil(boot):
    pump = ChargePump(16, hold_ms=5)
    board = boot(devices=[pump])
    board.exec(DEAD_MAN)
    assert not pump.energised
    board.exec("sm.put(500)")
    board.run_ms(100)
    seen = pump.edges.seen
    assert seen[-1][0] - seen[0][0] == pytest.approx(50e6, rel=0.01)
    assert pump.edges.periods_ns() == pytest.approx([100_000] * 500, rel=0.01)
    assert not pump.energised
    board.exec(TICK)
    board.run_ms(300)
    assert pump.energised
    assert max(pump.edges.periods_ns()[510:]) < 101_000, "tokens add up to one wave"
    board.exec("timer.deinit()")
    board.run_until(lambda: not pump.energised, 60)


def test_a_token_of_nothing_ends_the_wave_at_once(boot):
    pump = ChargePump(16, hold_ms=5)
    board = boot(devices=[pump])
    board.exec(DEAD_MAN + "sm.put(50_000)")
    board.run_until(lambda: pump.energised, 50)
    board.exec("import time, machine\nsm.put(0)\nmachine.Pin(17, machine.Pin.OUT).on()")
    board.run_until(lambda: not pump.energised, 10)
