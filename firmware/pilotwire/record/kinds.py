"""Kinds of records, as numbers; layout.py has their names."""

from micropython import const

OPEN = const(1)  # a charge has begun; kept beside the journal until its end
CHARGE = const(2)
START = const(3)
EVENT = const(4)
DAY = const(5)
