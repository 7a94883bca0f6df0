"""What ring 0 reads of the board: one small integer per signal, in one preallocated array.

`hal.sample(inputs)` fills an `array('i', N_INPUTS)`; the names below are its indices. And what
it switches beside the pilot and the contactor: `hal.switch(output, on)`.
"""

from micropython import const

CP_HIGH_MV = const(0)  # pilot, mean of the high plateau, -15_000..15_000 mV
CP_LOW_MV = const(
    1
)  # pilot, mean of the low plateau; equals the high one while the pilot is steady
CP_DUTY = const(2)  # pilot, read back at the pin, 0..10_000 (1/100 %), or NOT_FITTED
PP_OHM = const(3)  # proximity resistor, 0..30_000 ohm; 30_000 is an empty socket
FEEDBACK = const(4)  # contactor auxiliary contact: 1 closed, 0 open
RCD = const(5)  # residual-current device: 1 tripped
PE = const(6)  # protective earth: 1 present
LOCK = const(7)  # connector lock: 1 locked
STOP = const(8)  # emergency stop: 1 pressed
TAMPER = const(9)  # cover: 1 open
N_INPUTS = const(10)

NOT_FITTED = const(-1)  # of the contacts, where the board's data say that there is no such input

OUT_RCD_TEST = const(0)  # makes the residual-current device trip
OUT_LOCK = const(1)  # holds the plug in the socket
OUT_THREE_PHASES = const(2)  # contactor of L2 and L3, moved only while the main one is open
N_OUTPUTS = const(3)
