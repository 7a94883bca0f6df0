"""The contact of dimming on the chip's pin, and what its sensors cost ring 1 there."""

from on_chip.box import AT_THE_PROMPT, Box, tree

# Both of a turn's dearest: the fetch of an SHT3x with its checks, and nobody at an address.
TURNS = """
import time
from pilotwire.power.derating import Sensors
class Bus:
    def readfrom_mem(self, address, place, n, addrsize=8):
        if address != 0x44:
            raise OSError(5)
        return b"\\xbe\\xef\\x92" * 2
bus = Bus()
sensors = Sensors(bus, 0)
longest = 0
for i in range(1, 31):
    before = time.ticks_us()
    sensors.look(i * 1000)
    longest = max(longest, time.ticks_us() - before)
print(longest, sensors.temperature_dc, sensors.humidity_pm)
"""


def test_a_closed_contact_pulls_low_and_dims(boot):
    box = Box(boot, tree(main=b""))
    box.board.exec(AT_THE_PROMPT)
    for dimmed in (False, True, False):
        box.wiring.plant.dimmed = dimmed
        box.board.run_ms(30)
        assert box.board.exec("print(hal.contact('dim'))") == f"{dimmed}\n"
    assert box.board.exec("print(hal.contact('other'))") == "None\n"


def test_a_board_without_the_contact_has_none(boot):
    box = Box(boot, tree(main=b""))
    box.board.exec(AT_THE_PROMPT)
    box.board.exec("del hal.board['inputs']['dim']")
    assert box.board.exec("print(hal.contact('dim'))") == "None\n"


def test_a_turn_of_the_sensors_takes_less_than_two_ms_beside_ring_0(boot):
    box = Box(boot, tree(main=b""))
    box.board.exec(AT_THE_PROMPT)
    longest_us, dc, pm = map(int, box.board.exec(TURNS).split())
    assert (dc, pm) == (-450 + 48_879 * 1_750 // 65_535, 48_879 * 1_000 // 65_535)
    assert longest_us < 2_000
