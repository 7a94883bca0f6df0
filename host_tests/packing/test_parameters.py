"""Parameters on a board: one letter each, wherever no caller can name them."""

import ast

from packing.mpy import slot
from packing.parameters import rename

TEXTS = {
    "pilotwire.a": (
        "SIZE = 3\n\n\n"
        "def area(width, height, SIZE=1, *rest, fast=False, **more):\n"
        "    return [width * height for h in rest], lambda width: width + height\n"
    ),
    "pilotwire.b": (
        "from .a import area\n\narea(1, height=2)\n\n\ndef f(x, file, type):\n    return file\n"
    ),
}


def renamed(outside=()):
    return rename(TEXTS, outside)


def test_parameters_that_nobody_names_get_a_letter_that_is_free():
    assert renamed()["pilotwire.a"].splitlines()[3:] == [
        "def area(a, height, SIZE=1, *b, fast=False, **more):",
        "    return [a * height for h in b], lambda a: a + height",
    ]


def test_what_a_call_a_module_or_python_may_mean_keeps_its_name():
    assert "def f(x, a, type):\n    return a\n" in renamed()["pilotwire.b"]
    assert "area(1, height=2)" in renamed()["pilotwire.b"]
    assert "def f(x, file, type)" in renamed(["start(file=1)"])["pilotwire.b"]


def test_a_name_that_a_dictionary_of_arguments_might_hold_stays():
    texts = {
        "pilotwire.a": "def f(width):\n    return width\n",
        "pilotwire.b": "x = {'width': 1}\n",
    }
    assert rename(texts, []) == texts


def test_renaming_changes_names_alone():
    for module, text in renamed().items():
        before, after = ast.walk(ast.parse(TEXTS[module])), ast.walk(ast.parse(text))
        assert [type(node) for node in before] == [type(node) for node in after]


def test_on_a_board_names_of_parameters_are_gone():
    assert b"on_oversized" not in slot("pico_w")["pilotwire/link/mqtt.mpy"]
