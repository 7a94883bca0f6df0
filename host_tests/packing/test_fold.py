"""Constants folded across files: the folded firmware means what the source says."""

import ast

from packing.fold import constants, fold
from packing.mpy import sources

NUMBERS = """
from micropython import const
A = const(3)
B = const(1 << A)
NEG = const(-1)
_C = const(9)
D = 5
"""
KNOWN = constants({"p.numbers": NUMBERS, "p.user": ""})


def test_public_constants_are_found_by_their_value():
    assert KNOWN["p.numbers"] == {"A": 3, "B": 8, "NEG": -1}


def test_names_and_attributes_become_numbers_and_nothing_else_changes():
    text = (
        "from . import numbers\nfrom .numbers import NEG as n\n"
        "x = [numbers.A, numbers.B - n]  # \u00b5s numbers.A\n"
        "y = numbers.D, other.A, 'numbers.A'\n"
    )
    assert fold("p.user", text, KNOWN) == (
        "from . import numbers\nfrom .numbers import NEG as n\n"
        "x = [3, 8 - (-1)]  # \u00b5s numbers.A\n"
        "y = numbers.D, other.A, 'numbers.A'\n"
    )


def test_a_name_that_is_also_something_else_is_left_alone():
    for line in ("def f(A): return A", "A = 4\nprint(A)", "for A in range(3): print(A)"):
        text = f"from .numbers import A\n{line}\n"
        assert fold("p.user", text, KNOWN) == text


def test_a_package_imports_from_itself():
    text = "from .numbers import A\nprint(A)\n"
    assert fold("p", text, KNOWN, is_package=True).endswith("print(3)\n")


def test_the_whole_firmware_keeps_its_lines_and_its_structure():
    texts = {name: path.read_text() for name, path in sources("rp2").items()}
    known = constants({name[:-3].replace("/", "."): text for name, text in texts.items()})
    for name, text in texts.items():
        folded = fold(name[:-3].replace("/", "."), text, known)
        assert folded.count("\n") == text.count("\n")
        kinds = [type(node) for node in ast.parse(text).body]
        assert [type(node) for node in ast.parse(folded).body] == kinds
