"""The page of faults says what the firmware does, and every code has its text."""

import re

from catalogue import PAGE, page, texts
from pilotwire.console import parts
from pilotwire.pilot import faults, reasons
from rig.interpreter import ROOT

EVERY_CODE = list(faults.CODES)


def _is_bit(value):
    return type(value) is int and value & value - 1 == 0


def test_the_page_is_what_would_be_generated():
    assert PAGE.read_text() == page(), "stale: make catalogue"


def test_every_code_has_its_text_and_no_text_is_left_over():
    assert list(texts("faults")) == EVERY_CODE
    assert list(texts("reasons")) == reasons.codes(-1)


def test_every_fault_is_one_bit_of_its_own_and_has_a_code_of_its_own():
    bits = [value for name, value in vars(faults).items() if name.isupper() and _is_bit(value)]
    assert bits == [1 << i for i in range(len(EVERY_CODE))]
    assert len(set(EVERY_CODE)) == len(EVERY_CODE)


def test_nothing_else_in_the_firmware_names_a_fault():
    """A fault's code stands in the catalogue only; "lock" and "rcd" also name inputs.

    What the console sorts by parts of a box it gets from there: tested below.
    """
    names = set(EVERY_CODE) - {"rcd", "pe", "lock", "tamper", "sensor", "generator", "guard"}
    names -= {"rcd-test", "temperature"}  # a capability of a board, a source of limits, too
    word = re.compile('"(' + "|".join(names) + ')"')
    for path in (ROOT / "firmware").glob("**/*.py"):
        if path.parent.name != "console" and path.name not in ("faults.py", "reasons.py"):
            assert not word.search(path.read_text()), path


def test_the_console_sorts_only_what_the_catalogue_has():
    known = {*EVERY_CODE, *reasons.codes(-1)}
    assert {code for _, codes in parts._FOUND for code in codes} <= known
