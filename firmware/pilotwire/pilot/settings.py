"""What an installation and its board are to ring 0: read once, at start, and then constant."""

from .profiles import PROFILES

WAKE_NOT = 0
WAKE_F = 1  # state F for 4 s (IEC 61851-1 A.5.3)
WAKE_X1 = 2  # a pause of the offer for 4 s


class Settings:
    """Integers and truth values; every one has a default that is safe on any board.

    `cable_ma`: the rating of a fixed cable, 0 for a socket. `phases`: 1 or 3, of the supply;
    `switches_phases`: the board has a contactor of its own for L2 and L3. `lock`, `rcd_test`:
    the board has a lock for its socket, a test input of its residual-current device.
    `ventilated`: a vehicle in state D may charge. `wake`: WAKE_*. `metered`: no charging without
    fresh readings. Voltages are per phase against neutral; `mains_ms` is how long they must have
    been in range. `trip_dc` (1/10 degree C) and `humidity_pm` trip.
    """

    def __init__(self, profile="iec61851", cable_ma=0, phases=3, **others):
        self.profile = PROFILES[profile]
        self.cable_ma = cable_ma
        self.phases = phases
        self.switches_phases = False
        self.phase_pause_ms = 10_000
        self.lock = False
        self.rcd_test = False
        self.ventilated = False
        self.simplified_ma = self.profile.simplified_ma
        self.wake = WAKE_F
        self.metered = False
        self.restart_ms = 1_000  # the contactor stays open for at least so long
        self.mains_ms = 5_000
        self.under_mv = 184_000  # 80 % of 230 V
        self.over_mv = 264_000  # 115 %
        self.trip_dc = 850
        self.humidity_pm = 950
        for name in others:
            if not hasattr(self, name):
                raise TypeError("no such setting: " + name)
            setattr(self, name, others[name])
