"""What must hold of a whole box, stated once: in words here, in code where the name is broken.

The safety set is rig/invariants.py; each of its breaches counts as "safety".
"""

RULES = {
    "safety": "ring 0's invariants, as the plant sees them, with what the app hands down",
    "alive": "no task of the firmware ends, and no exception leaves it",
    "flash": "nothing writes flash while the contactor is driven closed",
    "recorded first": "the opening record is on flash before the contactor closes, but for a free "
    "charge while flash cannot be written",
    "energy": "a record's energy is the plant's, to the resolution of the meter that it names; "
    "where it says less than `measured`, the meter was not to be had; between two charges no Wh "
    "goes astray, and all records together say what has flowed",
    "records": "every charge that was begun comes to the backend as one record, and all records "
    "in order, without gaps, always the same, each sealed and chained to the one before it",
    "limit": "what is offered is never above the operator's and the site's limits in force, nor "
    "above what dimming leaves, and after 8 s no more than a step of the duty below the limit "
    "that the state names, which its source has set and which has not expired",
    "access": "no charge begins but as the policy, a start or a token that is good at that time "
    "permits it, and while the box is reserved none but its holder's",
    "commands": "one result for one command, obeyed at most once, never lost; what is wrong, late "
    "or retained is refused; a reset waits for the end of a charge",
    "reasons": "every refusal, every stop and every moment without current has a reason code",
    "state": "while connected, what is published agrees with the plant within 2 s",
    "bytes": "what the box sends is MQTT 3.1.1 and JSON",
    "recovery": "15 minutes after the last fault the box is connected, has charged a vehicle, and "
    "owes no record",
}


class Breach(Exception):
    """A rule that was broken: its name in RULES, and how."""

    def __init__(self, rule: str, how: str, us: int):
        super().__init__(rule, how, us)
        self.rule = rule
        self.how = how
        self.us = us

    def __str__(self) -> str:
        return f"{self.rule}: {self.how} (at {self.us / 1e6:.3f} s)"
