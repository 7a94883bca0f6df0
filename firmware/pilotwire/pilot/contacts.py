"""What the board's contacts show: residual current, earth, stop, cover, contactor feedback."""

from . import faults, signals


def contact_faults(inputs, closed, moved):
    """Bits of the faults that `inputs` show; `moved`: the contactor has had the time to follow."""
    seen = 0
    if inputs[signals.RCD] == 1:  # the hardware has opened already; this latches and reports
        seen = faults.RCD
    if inputs[signals.PE] == 0:
        seen |= faults.PE
    if inputs[signals.STOP] == 1:
        seen |= faults.STOP
    if inputs[signals.TAMPER] == 1:
        seen |= faults.TAMPER
    if moved:
        feedback = inputs[signals.FEEDBACK]
        if closed:
            if feedback == 0:
                seen |= faults.STUCK_OPEN
        elif feedback == 1:
            seen |= faults.WELD
    return seen
