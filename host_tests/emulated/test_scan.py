"""The installer's meter scan on the chip: its code and each map fit beside the whole firmware."""

from on_chip.box import tree

CODE = """
import gc
gc.threshold(16_384)  # as main.py does
from pilotwire.app import App
from pilotwire.hal.rp2 import Rp2
app = App(Rp2())
gc.collect()
free = gc.mem_free()
from pilotwire.energy import scan
table = scan.mapfile.load("sdm630", "", scan.mapfile.ALL)
count = len(scan.mapfile.names())
gc.collect()
print(free, gc.mem_free(), count, len(table.blocks))
"""
ROOM_BYTES = 65_536
TAKES_BYTES = 30_000


def test_the_scan_fits_beside_the_firmware(boot):
    board = boot(tree=tree(None, main=b""))
    before, after, count, blocks = map(int, board.exec(CODE, limit_ms=60_000).split())
    assert (count, blocks) == (39, 1)
    assert before > ROOM_BYTES
    assert before - after < TAKES_BYTES
