"""Runs unit files on MicroPython: the real interpreter, or its 32-bit WebAssembly port.

unittest 0.4 exits 1 on success (`sys.exit(False)`), so the result is judged here and closed
with one plain line.
"""

import gc
import sys
import unittest

_COLLECT_BYTES = (
    16_384  # rubbish between collections, as in firmware/main.py: keeps room in one piece
)


def run(label, names):
    """Run the unit files `names`; print what failed and one closing line; True when all passed."""
    ran = failed = skipped = 0
    for name in names:
        module = __import__(name)
        suite = unittest.TestSuite()
        for attribute in dir(module):
            case = getattr(module, attribute)
            if isinstance(case, type) and issubclass(case, unittest.TestCase):
                suite.addTest(case)
        result = unittest.TestRunner().run(suite)
        for trace in result.exceptions:
            print(trace)
        if not result.testsRun:
            print("%s: no test in it" % name)
            failed += 1
        ran += result.testsRun
        failed += result.failuresNum + result.errorsNum
        skipped += result.skippedNum
    counts = (label, ran - failed - skipped, failed, skipped)
    print("%s: %d passed, %d failed, %d skipped" % counts)
    return ran > 0 and failed == 0


if __name__ == "__main__":
    gc.threshold(_COLLECT_BYTES)
    sys.exit(0 if run(sys.argv[1], sys.argv[2:]) else 1)
