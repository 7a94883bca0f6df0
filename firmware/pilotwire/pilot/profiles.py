"""What the standards differ in: IEC 61851-1 ed. 3 and GB/T 18487.1-2023, as data."""

from . import duty, levels


class Profile:
    """`windows`: of the pilot (levels.py). `max_ma`: the most that a duty cycle offers.

    `simplified_ma`: the most for a vehicle without S2. `lock_above_ma`: more than that flows
    only through a locked socket.
    """

    def __init__(self, windows, max_ma, simplified_ma, lock_above_ma):
        self.windows = windows
        self.max_ma = max_ma
        self.simplified_ma = simplified_ma
        self.lock_above_ma = lock_above_ma


PROFILES = {
    "iec61851": Profile(levels.IEC, duty.MAX_MA_IEC, 10_000, 0),  # A.2.3; table D.9
    "gbt18487": Profile(levels.GBT, duty.MAX_MA_GBT, 8_000, 16_000),  # A.3.1; 10.6.1
}
