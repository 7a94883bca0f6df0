"""All inputs of ring 0: ADC by DMA, contacts; RP2040 datasheet 2.5 and 4.9, IEC 61851-1 A.4.

The ADC converts 500,000 times a second, in turn ADC0 (GP26, the pilot) and ADC1 (GP27, the
proximity contact, or the multiplexer of a board that measures more). Two DMA channels start each
other each time the ring is full, so their count never ends, and their write pointers say what is
newest. The pilot comes every 4 us; the first 10 us after an edge and the sample before one are
left out, which leaves six of the 40 us low plateau at 96 % in every period.
"""

# ruff: noqa: F821 (viper's pointer types are no names of Python)

import gc
from array import array

import machine
import micropython
import uctypes
from machine import mem32
from micropython import const

_RING_BITS = const(11)  # 2,048 bytes: 1,024 samples, 2.05 ms
_RING_BYTES = const(2_048)
_LAST = const(1_023)
_WINDOW = const(560)  # 280 of the pilot: 1.12 ms, so any window holds each plateau whole
_PERIOD = const(60)  # from here on it is one period of the pilot, 250 samples: one clock for both
_LEAP = const(16)  # 8 samples of the pilot, 32 us: no plateau is shorter than 40 us
_LEAPS = const(35)  # _WINDOW // _LEAP
_HEAD = const(6)  # three samples, 10 us after an edge, are left out
_ENDS = const(4)  # and the one before the next edge
_STEADY = const(128)  # counts, about 0.9 V: no more than that is noise on a steady pilot
_ZERO_MV = const(0)  # in Sampler.plan
_SPAN_MV = const(1)
_PULL_UP_OHM = const(2)
_A = const(3)  # addresses of the DMA channels' write pointers
_B = const(4)
_THEN_US = const(5)
_CONTACTS = const(6)
_N_PLAN = const(12)
_FIRST_CONTACT = const(4)  # signals.FEEDBACK
_N_INPUTS = const(10)
_LONGEST_MS = const(1_000)
_FULL = const(32_768)  # a mean is in 1/32,768 of the ADC's range
_OPEN_OHM = const(30_000)
_TRIES = const(16)

_POINTER = const(0x50000004)  # DMA: write pointer of channel 0
_CHANNEL = const(0x40)
_TIMER_US = const(0x40054028)
_LEVELS = const(0xD0000004)  # SIO: all GPIO
_CS = const(0x4004C000)  # ADC
_FCS = const(0x4004C008)
_FIFO = const(0x4004C00C)
_DIV = const(0x4004C010)
_ENABLE = const(1)
_RUN = const(0x3_0009)  # round robin over ADC0 and ADC1 from ADC0 on, free running
_LOST = const(1 << 11)  # a sample came while the FIFO was full: the channels have changed places
_FORGET = const(0x100_0C09)  # FIFO on, DMA request at one sample, and nothing lost so far
_DREQ_ADC = const(36)


@micropython.viper
def measure(ring: ptr16, i: int, total: int, plan: ptr32, inputs: ptr32) -> int:
    """Ring 0: fill `inputs` (signals.py); the ms since the last call (0..1_000), or -1 where the
    ADC or the DMA stands still or has lost samples.

    `ring` and `plan` are a Sampler's, `i` and `total` any number: the compiler keeps a
    function's first three variables in registers.
    """
    # A channel that waits points at the ring's start, the other one at what comes next.
    a = ptr32(plan[_A])
    b = ptr32(plan[_B])
    end = (a[0] + b[0] - 2 * int(ring) >> 1) & (_LAST - 1)

    levels = int(ptr32(_LEVELS)[0])
    i = _FIRST_CONTACT
    while i < _N_INPUTS:
        wire = plan[_CONTACTS - _FIRST_CONTACT + i]
        inputs[i] = (levels >> (wire >> 1) ^ wire) & 1 if wire >= 0 else -1
        i += 1

    start = (end - _WINDOW) & _LAST
    low = 4_095
    high = 0
    total = 0
    i = start
    while i != end:
        value = int(ring[i])
        if value > high:
            high = value
        if value < low:
            low = value
        total += int(ring[i + 1])
        i = (i + _LEAP) & _LAST
    part = (total << 3) // _LEAPS
    ohm = part * plan[_PULL_UP_OHM] // (_FULL - part)
    inputs[3] = ohm if ohm < _OPEN_OHM else _OPEN_OHM
    edge = -1  # a steady pilot is one high plateau
    if high - low > _STEADY:
        edge = high + low | 1  # twice a sample is above or below, never on it

    high = 0
    n_high = 0
    low = 0
    n_low = 0
    wide = 0
    i = 0
    while i < _WINDOW:
        first = i
        side = 1 if 2 * int(ring[(start + i) & _LAST]) > edge else -1
        # To the plateau's last sample, in leaps that no plateau fits into, then singly.
        i += _LEAP
        while i < _WINDOW and (2 * int(ring[(start + i) & _LAST]) - edge) * side > 0:
            i += _LEAP
        i -= _LEAP - 2
        while i < _WINDOW and (2 * int(ring[(start + i) & _LAST]) - edge) * side > 0:
            i += 2
        # Of a long plateau some twenty samples tell as much as all.
        last = i
        n = ((last - first) >> 1) - _ENDS
        step = (n >> 4) * 2
        if step == 0:
            step = 2
        total = 0
        i = first + _HEAD
        n = 0
        while i < last - 2:
            total += int(ring[(start + i) & _LAST])
            n += 1
            i += step
        i = last
        if side > 0:
            high += total
            n_high += n
            if last > _PERIOD:
                wide += last - (first if first > _PERIOD else _PERIOD)
        else:
            low += total
            n_low += n
    if n_high == 0:
        high = low
        n_high = n_low
    if n_low == 0:
        low = high
        n_low = n_high
    now_us = int(ptr32(_TIMER_US)[0])
    dt_ms = (now_us - plan[_THEN_US]) // 1_000
    plan[_THEN_US] += dt_ms * 1_000
    if dt_ms < 0 or dt_ms > _LONGEST_MS:  # it is negative after more than half an hour
        dt_ms = _LONGEST_MS
    if n_low == 0:
        return -1
    inputs[0] = plan[_ZERO_MV] + ((high << 3) // n_high * plan[_SPAN_MV] >> 15)
    inputs[1] = plan[_ZERO_MV] + ((low << 3) // n_low * plan[_SPAN_MV] >> 15)
    inputs[2] = wide * 20  # 1/100 % of 500
    if ptr32(_FCS)[0] & _LOST:
        return -1
    if (a[0] + b[0] - 2 * int(ring) >> 1) & (_LAST - 1) == end:
        return -1
    return dt_ms


def _number(dma):
    return dma.channel


def _aligned(size):
    """`size` bytes at a multiple of `size`, a power of two, as a ring of the DMA wants them.

    What lies before them is filled and then given back, so that nothing is lost for alignment.
    """
    filled = []
    for _ in range(_TRIES):
        ring = bytearray(size)
        gap = -uctypes.addressof(ring) & (size - 1)
        if not gap:
            return ring
        ring = None
        gc.collect()
        filled.append(bytearray(gap))  # before the ring's place, or in a hole: then once more
    ring = bytearray(2 * size)
    skip = -uctypes.addressof(ring) & (size - 1)
    return memoryview(ring)[skip : skip + size]


class Sampler:
    """Feeds `ring` for `measure(ring, 0, 0, plan, inputs)`.

    The pilot is `zero_mv` at count 0 and `full_mv` at 4,096; the proximity contact is fed from
    the ADC's reference through `pull_up_ohm`. `contacts` are the inputs from FEEDBACK on: twice
    the GPIO, plus 1 if low is active, or -1. Raises ValueError outside 1..32,767 mV and ohm.
    """

    def __init__(self, zero_mv, full_mv, pull_up_ohm, contacts):
        from rp2 import DMA  # here: its assembler is not kept (once.py)

        if not 0 < full_mv - zero_mv < _FULL or not 0 < pull_up_ohm < _FULL:
            raise ValueError("a span in mV or a pull-up in ohm is outside 1 to 32767")
        for gpio in (26, 27):
            machine.ADC(machine.Pin(gpio))  # sets the pad up
        self.ring = _aligned(_RING_BYTES)
        self._dma = DMA(), DMA()
        self._ctrl = array("I", [self._ctrl_of(0), self._ctrl_of(1)])
        self.plan = plan = array("i", [0] * _N_PLAN)
        plan[_ZERO_MV] = zero_mv
        plan[_SPAN_MV] = full_mv - zero_mv
        plan[_PULL_UP_OHM] = pull_up_ohm
        for i in (0, 1):
            plan[_A + i] = _POINTER + _number(self._dma[i]) * _CHANNEL
        for i in range(len(contacts)):
            plan[_CONTACTS + i] = contacts[i]

    def _ctrl_of(self, i):
        return self._dma[i].pack_ctrl(
            size=1,
            inc_read=False,
            ring_size=_RING_BITS,
            ring_sel=True,
            treq_sel=_DREQ_ADC,
            irq_quiet=True,
            chain_to=_number(self._dma[1 - i]),
        )

    def start(self):
        """Fill the ring from now on; the first `measure` needs 2 ms of it. Also for ring 0."""
        self.stop()
        mem32[_FCS] = _FORGET
        mem32[_DIV] = 0
        for i in (1, 0):
            self._dma[i].config(
                read=_FIFO,
                write=self.ring,
                count=_RING_BYTES // 2,
                ctrl=self._ctrl[i],
                trigger=i == 0,
            )
        mem32[_CS] = _RUN

    def stop(self):
        """Stop the ADC and the DMA, and empty the FIFO."""
        mem32[_CS] = _ENABLE
        for dma in self._dma:
            dma.active(0)
        for _ in range(5):
            mem32[_FIFO]
