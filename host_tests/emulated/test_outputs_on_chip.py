"""What the HAL drives for a moment only, seen from outside: an RS-485 bus, a lock's motor."""

from emulator.pins import Edges
from emulator.serial_slave import SerialSlave
from on_chip.box import BOARD, tree
from pilotwire.pilot import signals

BAUD = 9_600
CHARACTER_NS = 10e9 / BAUD
DE, OPEN, CLOSE = 3, 10, 11

SPEAK = """
import time
from pilotwire.hal.rp2 import Rp2
hal = Rp2()
port = hal.serial(9600, 'N', 1, 1)
def tick(_):
    hal.drive(10_000, 0)
    hal.feed()
hal.start(tick)
port.write(bytes(range(8)))
time.sleep_ms(50)
came = bytearray(port.any())
print(port.readinto(came), bytes(came))
hal.stop()
"""

MOVE = """
import time
from pilotwire.hal.rp2 import Rp2
hal = Rp2()
def tick(_):
    hal.drive(10_000, 0)
    hal.feed()
hal.start(tick)
for on in True, False, True:
    hal.switch(%d, on)
    time.sleep_ms(400)
hal.switch(%d, False)
hal.stop()
"""


def test_the_transceiver_speaks_for_the_frame_and_is_silent_before_the_reply(boot):
    slave = SerialSlave(1, lambda frame: frame[::-1], baud=BAUD)
    drive = Edges(DE)
    meter = dict(BOARD["meter"], de=DE)
    board = boot(tree=tree(None, main=b"", meter=meter), devices=[slave, drive])
    reply = bytes(range(8))[::-1]
    assert board.exec(SPEAK) == f"8 {reply!r}\n"
    ((over_ns, frame),) = slave.frames
    assert frame == bytes(range(8))
    end_ns = over_ns - 3.5 * CHARACTER_NS
    (on_ns, on), (off_ns, off) = drive.seen
    assert (on, off) == (True, False)
    assert on_ns <= end_ns - 8 * CHARACTER_NS
    assert end_ns <= off_ns <= end_ns + 2 * CHARACTER_NS


def test_a_motor_gets_its_pulse_each_way_and_none_is_left_at_the_end(boot):
    out, into = Edges(OPEN), Edges(CLOSE)
    motor = {"open": OPEN, "close": CLOSE, "pulse_ms": 200}
    files = tree(None, main=b"", outputs=dict(BOARD["outputs"], lock=motor))
    board = boot(tree=files, devices=[out, into])
    board.exec(MOVE % (signals.OUT_LOCK, signals.OUT_LOCK))
    assert not out.level
    assert not into.level
    assert [199e6 <= ns <= 212e6 for ns in into.highs_ns()] == [True, True]
    whole_ns, cut_off_ns = out.highs_ns()
    assert 199e6 <= whole_ns <= 212e6
    assert cut_off_ns < 50e6
