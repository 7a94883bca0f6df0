"""10,000 hand-overs between a hard timer and a program that allocates and collects: none torn."""

from on_chip.box import tree
from packing.mpy import as_source

CODE = """
import gc
from array import array
from machine import Timer
from pilotwire.pilot import handover, signals

shared = handover.HandOver()
down = array("i", [0] * handover.N_DOWN)
up = array("i", [0] * handover.N_UP)
decided = array("i", [0] * handover.N_DECIDED)
inputs = array("i", [0] * signals.N_INPUTS)
seen = array("i", [0] * 4)  # ring 0: ticks, slots taken, torn ones; ring 1: torn ones

def tick(_):
    seen[0] += 1
    if shared.take(down):
        seen[1] += 1
        i = 2
        while i < handover.N_DOWN:
            if down[i] != down[1]:
                seen[2] += 1
            i += 1
    i = 0
    while i < handover.N_DECIDED:
        decided[i] = seen[0]
        i += 1
    i = 0
    while i < signals.N_INPUTS:
        inputs[i] = seen[0]
        i += 1
    shared.tell(decided, inputs)

def ring1(wanted):
    reads = k = 0
    keep = []
    while seen[1] + reads < wanted:
        k += 1
        spare = shared.spare()
        for i in range(1, handover.N_DOWN):
            spare[i] = k
        shared.publish()
        for _ in range(8):
            shared.read(up)
            reads += 1
            seen[3] += sum(up) - up[0] != (handover.N_UP - 1) * up[1]
        keep.append(bytes(200))
        if len(keep) == 100:
            keep.clear()
            gc.collect()
    return reads

timer = reads = None  # a dictionary that grows is rebuilt, and the tick looks its names up here
timer = Timer(period=1, mode=Timer.PERIODIC, callback=tick, hard=True)
reads = ring1(10_000)
timer.deinit()
print(list(seen), reads)
"""


def test_10_000_hand_overs_during_collections_are_all_whole(boot):
    board = boot(tree=tree(main=b""))
    seen, reads = eval(board.exec(as_source(CODE), limit_ms=120_000).replace("] ", "], "))
    ticks, taken, torn_down, torn_up = seen
    assert taken + reads >= 10_000
    assert ticks > taken > 1_000
    assert torn_down == torn_up == 0
