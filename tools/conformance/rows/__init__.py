"""All rows, in the order of the page: a heading and its rows."""

from ..row import Row
from . import (
    box,
    cable,
    contactor,
    current,
    duty,
    earth,
    lock,
    pilot,
    sequences,
    states,
    supply,
    wake,
    windows,
)

SECTIONS: tuple[tuple[str, tuple[Row, ...]], ...] = (
    ("Sequences", sequences.ROWS),
    ("States D, E and F, and the simplified pilot", states.ROWS),
    ("Waking a vehicle", wake.ROWS),
    ("Duty cycle", duty.ROWS),
    ("Detection windows", windows.ROWS),
    ("Diode and generator", pilot.ROWS),
    ("Proximity pilot", cable.ROWS),
    ("Lock", lock.ROWS),
    ("Protective earth and residual current", earth.ROWS),
    ("Contactor", contactor.ROWS),
    ("Overcurrent", current.ROWS),
    ("Mains", supply.ROWS),
    ("The box", box.ROWS),
)
ROWS = tuple(row for _, rows in SECTIONS for row in rows)
