"""Home Assistant's discovery on the chip: streamed from flash, its code and one line in memory."""

from on_chip.box import tree

CODE = """
import gc
from pilotwire.loading import unload
import pilotwire.link
board = {"phases": 3, "rated_ma": 32000, "outputs": {"three_phases": {"pin": 1}}}
config = {"id": "b" * 20, "ha_prefix": "homeassistant", "meter": "x", "grid_meter": "y",
          "local_ttl_s": 60}
class Client:
    def publish_pieces(self, packet):
        self.pieces = packet(1)
client = Client()
def measure():
    client.pieces = None
    gc.collect()
    before = peak = gc.mem_alloc()
    from pilotwire.link import discovery
    gc.collect()
    code = gc.mem_alloc() - before
    discovery.publish(client, config, board, "pico_w", "12345678")
    unload("link.discovery")
    unload("link.pieces")
    del discovery
    for piece in client.pieces:
        gc.collect()
        peak = max(peak, gc.mem_alloc())
    client.pieces = piece = None
    gc.collect()
    return code, peak - before, gc.mem_alloc() - before
measure()
print(*measure())
"""
CODE_BYTES = 2_304
# Beside the code: a line, 1.1 KB that littlefs takes for an open file, and 1.8 KB to inflate it.
MOST_BYTES = 4_352


def test_the_message_takes_little_memory_and_leaves_none_behind(boot):
    board = boot(tree=tree(None, main=b""))
    code, peak, kept = map(int, board.exec(CODE, limit_ms=60_000).split())
    print(f"code {code}, peak {peak}, kept {kept} bytes")
    assert code < CODE_BYTES
    assert peak - code < MOST_BYTES
    assert kept <= 0
