"""On MicroPython: one guard, a tick for each frame on stdin. See guards.There."""

import json
import sys
from array import array

from pilotwire.hal.mock import MockHal
from pilotwire.pilot import handover, signals
from pilotwire.pilot.guard import Guard
from pilotwire.pilot.settings import Settings

hal = MockHal()
guard = Guard(hal, Settings(**json.loads(sys.argv[1])))
slot_at = 2 + signals.N_INPUTS
frame = array("i", [0] * (slot_at + handover.N_DOWN))
answer = array("i", [0] * (3 + handover.N_UP))
while sys.stdin.buffer.readinto(frame) == 4 * len(frame):
    if frame[1]:
        spare = guard.handover.spare()
        for i in range(1, handover.N_DOWN):
            spare[i] = frame[slot_at + i]
        guard.handover.publish()
    hal.dt_ms = frame[0]
    for i in range(signals.N_INPUTS):
        hal.inputs[i] = frame[2 + i]
    guard.tick()
    answer[0] = hal.duty
    answer[1] = hal.closed
    answer[2] = sum(1 << i for i in range(signals.N_OUTPUTS) if hal.outputs[i])
    answer[3:] = guard.handover.up
    sys.stdout.buffer.write(answer)
