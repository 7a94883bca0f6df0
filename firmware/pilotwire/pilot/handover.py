"""The hand-over between ring 0 and ring 1: small integers in preallocated arrays, no reference.

Down: ring 1 fills the spare slot, then publishes its index with one store. Ring 0, which
interrupts ring 1 and is never interrupted by it, copies a slot whose sequence is new.
Up: ring 0 writes under a sequence number that is odd while it writes; ring 1 reads the
number before and after, and tries again when they differ.
"""

from array import array

from micropython import const

# Down, ring 1 -> ring 0.
DOWN_SEQ = const(0)
DOWN_FLAGS = const(1)
DOWN_CLEAR = const(2)  # a changed number clears the latched faults
DOWN_PHASES = const(3)  # 1 or 3, as wanted
DOWN_READING = const(4)  # changes with every reading of the meter; 0: there was none yet
DOWN_CURRENT_MA = const(5)  # L1, L2, L3; UNKNOWN where it is
DOWN_VOLTAGE_MV = const(8)  # L1, L2, L3 against neutral; UNKNOWN where it is
DOWN_TEMPERATURE_DC = const(11)  # 1/10 degree C, the hottest place; or UNKNOWN, OPEN, SHORTED
DOWN_HUMIDITY_PM = const(12)  # in the box; or UNKNOWN, OPEN, SHORTED
DOWN_ROWS = const(13)  # leases in use, 1..N_LEASES; any other number offers nothing
DOWN_LEASES = const(14)  # then rows of LEASE_WIDTH
LEASE_LIMIT_MA = const(0)
LEASE_TTL_MS = const(1)  # counted by ring 0 from the slot's arrival; NEVER expires
LEASE_FALLBACK_MA = const(2)
LEASE_WIDTH = const(3)
N_LEASES = const(8)
N_DOWN = const(38)  # DOWN_LEASES + N_LEASES * LEASE_WIDTH

UNKNOWN = const(-30_000)  # no such sensor, or nothing read so far
OPEN = const(-30_001)  # a sensor whose wire is broken
SHORTED = const(-30_002)

NEVER = const(-1)
NO_LIMIT_MA = const(1_000_000)

FLAG_AUTHORISED = const(1)
FLAG_RUN = const(2)  # not paused
FLAG_RECORDED = const(4)  # the opening record is on flash

# Up, ring 0 -> ring 1: a sequence number, what was decided, and what was measured.
UP_SEQ = const(0)
UP_STATE = const(1)  # levels.A..INVALID
UP_DUTY = const(2)  # 0..10_000, as driven
UP_CLOSED = const(3)  # as commanded
UP_FAULTS = const(4)
UP_WHY_NOT = const(5)
UP_LIMIT_MA = const(6)  # in force
UP_BINDING = const(7)  # row of the lease that binds, or BINDING_*
UP_FLAGS = const(8)  # as taken, so that ring 1 sees what ring 0 acts on
UP_CABLE_MA = const(9)
UP_OPENED = const(10)  # reasons.OPENED_*: why the contactor opened last
UP_CLOSINGS = const(11)
UP_UNDER_LOAD = const(12)  # openings with more than 1 A
UP_MAKE_MS = const(13)  # from the command to the feedback, the last time; 0: not seen yet
UP_BREAK_MS = const(14)
UP_PHASES = const(15)  # 1 or 3, as switched
UP_TOGGLES = const(16)  # B-C-B toggles (sequence 11) since plugging in
UP_INPUTS = const(17)  # then the inputs, in the order of signals.py
N_UP = const(27)  # UP_INPUTS + signals.N_INPUTS
N_DECIDED = const(16)  # UP_INPUTS - UP_STATE; a decision's place is its name's, less UP_STATE

BINDING_CABLE = const(8)  # N_LEASES
BINDING_VEHICLE = const(9)  # one without S2 (settings.simplified_ma)

_SEQ_MASK = const(0x1FFFFFFF)  # sequence numbers stay small integers on 32-bit words
_TRIES = const(8)


class _Slice:
    def __getitem__(self, index):
        return index


# One object each for ever: `copy[:] = slot` would make a new one each time.
ALL = _Slice()[:]
_DECIDED = _Slice()[UP_STATE:UP_INPUTS]
_INPUTS = _Slice()[UP_INPUTS:N_UP]


class TornRead(Exception):
    """Ring 0 wrote during every try: it runs far too often, or the memory is broken."""


class HandOver:
    """Both directions. `published` holds the index (0, 1) of the slot that ring 0 may read."""

    def __init__(self):
        self.slots = (array("i", [0] * N_DOWN), array("i", [0] * N_DOWN))
        self.published = array("i", [0])
        self.up = array("i", [0] * N_UP)

    def spare(self):
        """Ring 1: the slot to fill next, with what was published last in it."""
        now = self.slots[self.published[0]]
        spare = self.slots[1 - self.published[0]]
        spare[ALL] = now
        return spare

    def publish(self):
        """Ring 1: hand the spare slot down."""
        current = self.published[0]
        spare = self.slots[1 - current]
        spare[DOWN_SEQ] = (self.slots[current][DOWN_SEQ] + 1) & _SEQ_MASK
        self.published[0] = 1 - current

    def take(self, copy):
        """Ring 0: copy the published slot into `copy` if it is new; say whether it was."""
        slot = self.slots[self.published[0]]
        if slot[DOWN_SEQ] == copy[DOWN_SEQ]:
            return False
        copy[ALL] = slot
        return True

    def tell(self, decided, inputs):
        """Ring 0: hand up decisions and inputs, whole even if the last time was cut short."""
        up = self.up
        up[UP_SEQ] = (up[UP_SEQ] + 1 | 1) & _SEQ_MASK
        up[_DECIDED] = decided
        up[_INPUTS] = inputs
        up[UP_SEQ] = (up[UP_SEQ] + 1) & _SEQ_MASK

    def read(self, copy):
        """Ring 1: a whole copy of the up array into `copy` (N_UP). Raises TornRead."""
        up = self.up
        for _ in range(_TRIES):
            before = up[UP_SEQ]
            copy[ALL] = up
            if not before & 1 and up[UP_SEQ] == before:
                return copy
        raise TornRead(_TRIES)
