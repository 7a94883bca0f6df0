"""The published state: what the box is doing, and why not something else."""

from ..pilot import duty, faults, handover, levels, reasons, signals
from ..power.leases import source_of

_INPUTS = handover.UP_INPUTS


def letter(up):
    """IEC 61851-1 notation: x2 while the pilot oscillates, x1 while it is steady."""
    state = levels.LETTERS[up[handover.UP_STATE]]
    if state in "EF?":
        return state
    return state + ("1" if up[handover.UP_DUTY] in (duty.X1, duty.F) else "2")


def describe(up, max_ma) -> dict:
    """Ring 0's part of the state, as a dict for JSON. `up`: N_UP integers."""
    return {
        "state": letter(up),
        "closed": bool(up[handover.UP_CLOSED]),
        "duty_percent": up[handover.UP_DUTY] / 100,
        "offered_ma": duty.current_for(up[handover.UP_DUTY], max_ma),
        "limit": {"ma": up[handover.UP_LIMIT_MA], "by": source_of(up[handover.UP_BINDING])},
        "cable_ma": up[handover.UP_CABLE_MA],
        "phases": up[handover.UP_PHASES],
        "pilot_mv": [up[_INPUTS + signals.CP_HIGH_MV], up[_INPUTS + signals.CP_LOW_MV]],
        "why_not": reasons.codes(up[handover.UP_WHY_NOT]),
        "faults": faults.codes(up[handover.UP_FAULTS]),
    }
