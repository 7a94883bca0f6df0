"""What ring 0 needs of MicroPython's `micropython` module, for CPython.

Allocation can only be proven on the real interpreter: here the heap lock locks nothing.
"""

_depth = 0


def const(value):
    return value


def heap_lock():
    global _depth
    _depth += 1


def heap_unlock():
    global _depth
    _depth -= 1
    return _depth
