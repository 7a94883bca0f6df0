"""What ring 0 reads of the board: one small integer per signal, in one preallocated array.

`hal.sample(inputs)` fills an `array('i', N_INPUTS)`; the names below are its indices.
"""

from micropython import const

CP_HIGH_MV = const(0)  # pilot, mean of the high plateau, -15_000..15_000 mV
CP_LOW_MV = const(
    1
)  # pilot, mean of the low plateau; equals the high one while the pilot is steady
PP_OHM = const(2)  # proximity resistor, 0..30_000 ohm; 30_000 is an empty socket
FEEDBACK = const(3)  # contactor auxiliary contact: 1 closed, 0 open
RCD = const(4)  # residual-current device: 1 tripped
PE = const(5)  # protective earth: 1 present
LOCK = const(6)  # connector lock: 1 locked
STOP = const(7)  # emergency stop: 1 pressed
N_INPUTS = const(8)

NOT_FITTED = const(-1)  # FEEDBACK to STOP, where the board's data say that there is no such input
