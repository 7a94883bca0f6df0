"""An ESP32 under MicroPython 1.28, as its HAL sees it: the modules `machine` and `time`.

Signatures are those of the published stubs (host_tests/chips holds them against these), manners
those of the port's source, whose files are named where they surprise. Time passes only while the
chip is busy, or as a test says.
"""

import sys
import time

_2000_S = 946_684_800


def _days(year, month, day):
    """Since 1 January 2000."""
    if month < 3:
        year, month = year - 1, month + 12
    leap = year // 4 - year // 100 + year // 400
    return 365 * year + leap + (153 * month - 457) // 5 + day - 730_426


class Clock:
    """The module `time`, which counts from 2000 on there. `us`: since power-on."""

    def __init__(self):
        self.us = 0
        self.set_s = 0
        # Functions of a module are found without a word of the heap, a method is not.
        self.ticks_us, self.ticks_ms = self.ticks_us, self.ticks_ms
        self.ticks_diff = self.ticks_diff

    def ticks_us(self):
        self.us += 2
        return self.us & 0x3FFFFFFF

    def ticks_ms(self):
        return self.us // 1_000 & 0x3FFFFFFF

    def ticks_diff(self, new, old):
        return (new - old + 0x20000000 & 0x3FFFFFFF) - 0x20000000

    def time(self):
        return self.set_s + self.us // 1_000_000

    def gmtime(self, s):
        return tuple(time.gmtime(s + _2000_S))[:8]


class Chip:
    """What the modules share. `inputs` and `uv(gpio, us)` are the world's; `read_us`: how long an
    ADC's read takes, `late_us` {number of a read: what comes before it}.
    """

    def __init__(self):
        self.clock = Clock()
        self.levels = {}  # of outputs
        self.inputs = {}  # of inputs
        self.pulls = {}
        self.registers = {}
        self.rtc = b""
        self.cause = Machine.PWRON_RESET
        self.pwm = None
        self.uv = lambda gpio, us: 0
        self.read_us = 60
        self.reads = 0
        self.late_us = {}
        self.timer = None  # (period, callback) while it runs
        self.dog_ms = 0
        self.fed_us = 0
        self.hz = 160_000_000
        self.uarts = []
        self.begun_us = self.sent_us = 0  # the UART's

    def pilot_is_high(self, us):
        """A pilot's plateau, whose period of 1,001.6 us is that of the port's nearest divider.

        All in small integers of 32-bit words.
        """
        return us % 5_008 * 1_000 % 1_001_600 < self.pwm.duty * 7_825 // 512


class Pin:
    IN = 1
    OUT = 3
    PULL_DOWN = 1
    PULL_UP = 2

    def __init__(self, id, mode=-1, pull=-1, *, value=None):  # noqa: A002 - its name there
        self.id = id
        if mode == Pin.OUT:
            if id >= 34:  # machine_pin.c
                raise ValueError("pin can only be input")
            Machine.chip.levels[id] = 0 if value is None else value
        if pull != -1:
            Machine.chip.pulls[id] = pull

    def __call__(self, x=None):
        chip = Machine.chip
        if x is None:
            return chip.inputs.get(self.id, 0)
        chip.levels[self.id] = 1 if x else 0
        return None


class ADC:
    ATTN_11DB = 3

    def __init__(self, id, *, atten=ATTN_11DB):  # noqa: A002
        if not 32 <= id.id <= 39:
            raise ValueError("invalid pin")  # ADC2 is there, too, until Wi-Fi is
        self._gpio = id.id

    def read_uv(self):
        chip = Machine.chip
        clock = chip.clock
        clock.us += chip.read_us // 2 + chip.late_us.get(chip.reads, 0)
        chip.reads += 1
        uv = chip.uv(self._gpio, clock.us)
        clock.us += chip.read_us - chip.read_us // 2
        return uv // 1_000 * 1_000


class PWM:
    """LEDC: 16 bits at 1 kHz, which 80 MHz give within 0.16 %."""

    def __init__(self, dest, *, freq, duty_u16=None, duty_ns=None, invert=False):
        if duty_ns is not None:  # machine_pwm.c: it has no timer yet to work it out by
            raise RuntimeError("PWM is inactive")
        self.gpio = dest.id
        self.freq = freq
        self.invert = bool(invert)
        self.duty = 65_536 if duty_u16 == 65_535 else duty_u16
        Machine.chip.pwm = self

    def duty_u16(self, value):
        self.duty = value

    def duty_ns(self, value):
        if not 0 <= value <= 1_000_000_000 // self.freq:
            raise ValueError("duty_ns must be from 0 to 1000000 ns")
        self.duty = value // 100 * 65_536 // 10_000


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id):  # noqa: A002
        if not 0 <= id <= 3:  # 1.28: hardware timers only
            raise ValueError("invalid Timer number")

    def init(self, *, mode=PERIODIC, period, callback, hard=False):
        if hard:
            raise ValueError("hard Timers are not implemented")
        assert mode == Timer.PERIODIC
        Machine.chip.timer = period, callback

    def deinit(self):
        Machine.chip.timer = None


class WDT:
    def __init__(self, *, id=0, timeout=5_000):  # noqa: A002
        Machine.chip.dog_ms = timeout
        self.feed()

    def feed(self):
        Machine.chip.fed_us = Machine.chip.clock.us


class UART:
    """`came`: what the line has brought; `spoke`: levels of GPIO `de` while it sent."""

    de = None

    def __init__(
        self,
        id,  # noqa: A002
        baudrate,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx,
        rx,
        rxbuf=256,
        timeout=0,
    ):
        assert bits == 8
        self.id, self.baudrate, self.parity, self.stop = id, baudrate, parity, stop
        self.tx, self.rx, self.rxbuf, self.timeout = tx.id, rx.id, rxbuf, timeout
        self.character_us = (9 + (parity is not None) + stop) * 1_000_000 // baudrate
        self.came = b""
        self.spoke = []
        Machine.chip.uarts.append(self)

    def write(self, buf):
        chip = Machine.chip
        chip.begun_us = chip.clock.us + 50
        chip.sent_us = chip.clock.us + len(buf) * self.character_us
        return len(buf)

    def txdone(self):
        chip = Machine.chip
        chip.clock.us += 20
        self.spoke.append((chip.clock.us - chip.sent_us, chip.levels.get(self.de)))
        # Before its interrupt has filled it, it looks idle.
        return not chip.begun_us <= chip.clock.us < chip.sent_us

    def any(self):
        return len(self.came)

    def readinto(self, buf):
        n = min(len(self.came), len(buf))
        buf[:n] = self.came[:n]
        self.came = self.came[n:]
        return n or None


class I2C:
    def __init__(self, id, *, scl, sda, freq=400_000, timeout=50_000):  # noqa: A002
        self.made = id, scl.id, sda.id, freq, timeout


class RTC:
    def memory(self, data=None):
        if data is None:
            return Machine.chip.rtc
        Machine.chip.rtc = bytes(data)
        return None

    def datetime(self, datetimetuple):
        year, month, day, _, hour, minute, second, _ = datetimetuple
        clock = Machine.chip.clock
        s = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        clock.set_s = s - clock.us // 1_000_000


class Registers:
    """mem32."""

    def __getitem__(self, address):
        return Machine.chip.registers.get(address, 0)

    def __setitem__(self, address, value):
        Machine.chip.registers[address] = value


class Machine:
    """The module `machine`; `chip` is the one that it moves."""

    PWRON_RESET = 1
    HARD_RESET = 2
    WDT_RESET = 3
    SOFT_RESET = 5
    Pin, ADC, PWM, Timer, WDT, UART, I2C, RTC = Pin, ADC, PWM, Timer, WDT, UART, I2C, RTC
    mem32 = Registers()
    chip = None

    @staticmethod
    def freq(hz):
        Machine.chip.hz = hz

    @staticmethod
    def reset_cause():
        return Machine.chip.cause


class NeoPixel:
    """neopixel.NeoPixel; `shown` is what the lamps show."""

    shown = None

    def __init__(self, pin, n):
        self._gpio, self._colours = pin.id, [(0, 0, 0)] * n

    def fill(self, v):
        self._colours = [v] * len(self._colours)

    def write(self):
        NeoPixel.shown = self._gpio, self._colours


class _NeoPixels:
    NeoPixel = NeoPixel


def install():
    """Before the HAL is imported."""
    sys.modules["machine"] = Machine
    sys.modules["neopixel"] = _NeoPixels
