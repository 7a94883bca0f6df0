"""The repairs on the bare chip model: no firmware image, so these always run."""

import asyncio

import pytest
from emulator import filesystem
from emulator.charge_pump import ChargePump
from emulator.chip import PicoChip
from emulator.pins import DutyMeter, Edges
from emulator.usb import NakingCdc
from emulator.wifi import _connect
from emulator.wiring import Divider
from hypothesis import given
from hypothesis import strategies as st
from rp2040py.execute_batch import execute_batch
from rp2040py.simulator import Simulator

MS = 1_000_000
UART0 = 0x40034000
SIO = 0xD0000000
OUT_SET, OUT_CLR, OE_SET = 0x14, 0x18, 0x24
FUNCTION_SIO = 5


@pytest.fixture
def chip():
    return PicoChip()


def pin(chip, gpio, high):
    """Drive a pin as the core would."""
    chip.gpio[gpio].ctrl = FUNCTION_SIO
    chip.write_uint32(SIO + (OUT_SET if high else OUT_CLR), 1 << gpio)
    chip.write_uint32(SIO + OE_SET, 1 << gpio)


class Uart:
    """UART 0 as a driver sets it up: 9600 baud, 8N1, FIFOs on, all interrupts unmasked."""

    DR, FR, IBRD, FBRD, LCR_H, CR, IMSC, RIS, ICR = (
        0,
        0x18,
        0x24,
        0x28,
        0x2C,
        0x30,
        0x38,
        0x3C,
        0x44,
    )
    TX, RX, QUIET = 1 << 5, 1 << 4, 1 << 6
    TX_FULL, TX_EMPTY, BUSY = 1 << 5, 1 << 7, 1 << 3

    def __init__(self, chip):
        self.chip = chip
        self.sent = []
        chip.uart[0].on_byte = lambda byte: self.sent.append((chip.clock.nanos, byte))
        for register, value in (
            (self.IBRD, 813),
            (self.FBRD, 51),
            (self.LCR_H, 0x70),
            (self.CR, 0x301),
            (self.IMSC, 0x7F0),
        ):
            self.write(register, value)

    def write(self, register, value):
        self.chip.write_uint32(UART0 + register, value)

    def read(self, register):
        return self.chip.read_uint32(UART0 + register)

    @property
    def raised(self):
        return self.read(self.RIS) & (self.TX | self.RX | self.QUIET)


BYTE_NS = 10 / 9600 * 1e9


def test_a_byte_takes_its_time_on_the_wire(chip):
    uart = Uart(chip)
    for byte in b"abc":
        uart.write(uart.DR, byte)
    assert uart.read(uart.FR) & uart.BUSY
    chip.clock.tick(4 * BYTE_NS)
    times = [ns for ns, _ in uart.sent]
    assert bytes(byte for _, byte in uart.sent) == b"abc"
    assert times == pytest.approx([BYTE_NS, 2 * BYTE_NS, 3 * BYTE_NS], rel=1e-3)
    assert not uart.read(uart.FR) & uart.BUSY


def test_the_usb_pll_may_feed_the_uart(chip):
    """48 MHz, as MicroPython sets it: 312.5 is 9600 baud there, and 25,000 from clk_sys."""
    uart = Uart(chip)
    for register, value in ((uart.IBRD, 312), (uart.FBRD, 32)):
        uart.write(register, value)
    assert chip.uart[0].baud_rate == 25_000
    chip.write_uint32(0x40008048, 1 << 11 | 2 << 5)
    assert chip.uart[0].baud_rate == 9_600
    chip.enter_reset()
    assert chip.clk_peri == 125_000_000


def test_the_transmit_interrupt_comes_once_when_the_fifo_is_half_empty(chip):
    uart = Uart(chip)
    assert not uart.raised, "an idle transmitter asks for nothing: machine.UART() would hang"
    for byte in range(33):  # 32 in the FIFO, one on the wire
        uart.write(uart.DR, byte)
    assert uart.read(uart.FR) & uart.TX_FULL
    chip.clock.tick(15.5 * BYTE_NS)
    assert not uart.raised
    chip.clock.tick(BYTE_NS)
    assert uart.raised == uart.TX
    uart.write(uart.ICR, uart.TX)
    chip.clock.tick(40 * BYTE_NS)
    assert not uart.raised
    assert len(uart.sent) == 33


def test_a_full_receiver_loses_bytes_and_says_so(chip):
    uart = Uart(chip)
    for byte in range(34):
        chip.uart[0].feed_byte(byte)
    assert chip.uart[0].overruns == 2
    assert uart.raised == uart.RX
    received = [uart.read(uart.DR) for _ in range(32)]
    assert [word & 0xFF for word in received] == list(range(32))
    assert received[0] >> 11 == 1
    assert not any(word >> 8 for word in received[1:])


def test_few_bytes_are_reported_when_the_line_is_quiet(chip):
    uart = Uart(chip)
    chip.uart[0].feed_byte(7)
    chip.clock.tick(31 / 9600 * 1e9)
    assert not uart.raised
    chip.clock.tick(2 / 9600 * 1e9)
    assert uart.raised == uart.QUIET
    assert uart.read(uart.DR) == 7
    assert not uart.raised


@given(mask=st.integers(1, 31), first=st.integers(0, 4))
def test_round_robin_visits_every_channel_of_the_mask_in_turn(mask, first):
    chip = PicoChip()
    seen = []
    for channel in range(5):
        chip.adc.sources[channel] = lambda channel=channel: seen.append(channel) or 0
    chip.write_uint32(0x4004C000, mask << 16 | first << 12 | 1 << 3 | 1)
    for _ in range(11):
        chip.clock.tick(2_000)
    wanted = [channel for channel in range(5) if mask >> channel & 1]
    assert seen[0] == first
    start = next((k for k, channel in enumerate(wanted) if channel > first), 0)
    turns = [wanted[(start + k) % len(wanted)] for k in range(len(seen) - 1)]
    assert seen[1:] == turns


def test_pio_keeps_its_time_while_the_core_sleeps(chip):
    """set pins 1 [15]; set pins 0 [15]: a square wave of 32 cycles at 320 kHz, 10 kHz."""
    simulator = Simulator(rp2040=chip)
    edges = Edges(2)
    edges.attach(chip)
    pio = 0x50200000
    chip.gpio[2].ctrl = 6
    for address, word in (
        (0x48, 0xE081),  # set pindirs, 1
        (0x4C, 0xEF01),
        (0x50, 0xEF00),
        (0xC8, 390 << 16 | 160 << 8),  # CLKDIV 390.625
        (0xCC, 2 << 12 | 1 << 7),  # EXECCTRL: wrap from 2 to 1
        (0xDC, 1 << 26 | 2 << 5),  # PINCTRL: one pin, from GPIO 2
        (0x00, 1),
    ):
        chip.write_uint32(pio + address, word)
    simulator.stopped = False
    chip.core.waiting = True
    end = chip.clock.create_alarm(simulator.stop)
    end.schedule(100 * MS)
    while not simulator.stopped:
        execute_batch(simulator, 1)
    periods = edges.periods_ns()
    assert len(periods) == pytest.approx(1000, abs=2)
    assert sum(periods) / len(periods) == pytest.approx(100_000, rel=1e-3)


def test_an_idle_usb_endpoint_is_left_waiting(chip):
    cdc = NakingCdc(chip.usb_ctrl)
    cdc._out_endpoint = 2
    served = []
    chip.usb_ctrl.endpoint_read_done = lambda endpoint, chunk: served.append(chunk)
    chip.usb_ctrl.on_endpoint_read(2, 64)
    chip.clock.tick(1_000 * MS)
    assert served == []
    cdc.write(bytes(range(100)))
    chip.clock.tick(MS)
    assert served == [bytes(range(64))]
    chip.usb_ctrl.on_endpoint_read(2, 64)
    assert b"".join(served) == bytes(range(100))


def test_a_reset_releases_the_pins_and_listeners_hear_of_it(chip):
    edges = Edges(4)
    edges.attach(chip)
    pin(chip, 4, True)
    assert edges.level
    chip.enter_reset()
    assert not edges.level
    assert chip.resets_seen == 1


def test_duty_is_measured_from_the_edges(chip):
    started = []
    meter = DutyMeter(9, on_start=lambda: started.append(chip.clock.nanos))
    meter.attach(chip)
    pin(chip, 9, True)
    chip.clock.tick(5 * MS)
    assert meter.duty == 10_000
    for duty in (533, 2_666, 9_600):
        for _ in range(3):
            pin(chip, 9, False)
            chip.clock.tick((10_000 - duty) * 100)
            pin(chip, 9, True)
            chip.clock.tick(duty * 100)
        assert meter.duty == duty
    chip.clock.tick(5 * MS)
    assert meter.duty == 10_000
    pin(chip, 9, False)
    assert meter.duty == 100
    chip.clock.tick(5 * MS)
    assert meter.duty == 0
    assert len(started) == 3  # power-on, the PWM, the last falling edge


def test_the_charge_pump_holds_while_edges_arrive_and_not_by_a_level(chip):
    changes = []
    pump = ChargePump(
        3,
        hold_ms=50,
        fill_edges=20,
        on_change=lambda on: changes.append((chip.clock.nanos / MS, on)),
    )
    pump.attach(chip)
    pin(chip, 3, True)
    chip.clock.tick(200 * MS)
    assert changes == []
    for edge in range(2_000):
        pin(chip, 3, edge % 2)
        chip.clock.tick(MS / 10)
    assert pump.energised
    last_edge_ms = (chip.clock.nanos - MS / 10) / MS
    chip.clock.tick(100 * MS)
    assert [on for _, on in changes] == [True, False]
    assert changes[1][0] == pytest.approx(last_edge_ms + 50, abs=0.01)


def test_the_divider_gives_counts_and_clips():
    divider = Divider("cp", ratio_pm=131, offset_mv=1_650)
    assert [divider.counts(mv) for mv in (-20_000, -12_000, 0, 12_000, 20_000)] == [
        0,
        96,
        2048,
        3999,
        4095,
    ]


def test_only_the_gateway_is_reached_over_wifi():
    for host in ("127.0.0.1", "10.0.0.2", "1.1.1.1"):
        with pytest.raises(OSError, match=host):
            asyncio.run(_connect(host, 80))


@given(
    st.dictionaries(
        st.from_regex(r"\A([a-z]{1,8}/){0,2}[a-z_]{1,12}\.(py|mpy)\Z"),
        st.binary(max_size=9_000),
        max_size=6,
    )
)
def test_a_tree_comes_back_as_it_was_put(tree):
    flash = bytearray(2 << 20)
    filesystem.put_tree(flash, tree)
    assert filesystem.get_tree(flash) == tree
    assert not any(flash[:0x12C000])


def test_a_directory_is_a_tree(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.py").write_bytes(b"A = 1\n")
    (tmp_path / "main.py").write_bytes(b"")
    flash = bytearray(2 << 20)
    filesystem.put_tree(flash, tmp_path)
    assert filesystem.get_tree(flash) == {"lib/a.py": b"A = 1\n", "main.py": b""}
