"""Kinds of records, as numbers, of which layout.py has the names; and areas of the FRAM."""

from micropython import const

OPEN = const(1)  # a charge has begun; kept beside the journal until its end
CHARGE = const(2)
START = const(3)
EVENT = const(4)
DAY = const(5)

CHECKPOINT = const(0)  # of the charge in progress
WAITING = const(1)  # events, until flash may be written
ACKED = const(2)  # the number up to which all is acknowledged
