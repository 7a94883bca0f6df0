"""Names left out for a board: what is left still means what the source says."""

import ast

from packing.fold import constants, fold
from packing.mpy import sources
from packing.prune import prune

NUMBERS = """from micropython import const
A = const(3)
B = const(
    A + 1
)
_C = const(A)
print(B)
"""


def pruned(numbers, **users):
    texts = {"p.numbers": numbers} | {f"p.{name}": text for name, text in users.items()}
    known = constants(texts)
    return prune({module: fold(module, text, known) for module, text in texts.items()}, known)


def test_a_constant_that_every_user_has_as_a_number_leaves_no_name():
    result = pruned(
        NUMBERS,
        user="from .numbers import A, B\nfrom os import (\n    x,\n    y,\n)\nprint(A, y)\n",
    )
    assert result == {
        "p.numbers": "\n\n\n\n\n_C = const((3))\nprint((4))\n",
        "p.user": "\nfrom os import y\n\n\n\nprint(3, y)\n",
    }


def test_a_constant_that_somebody_names_stays():
    for user in ("import p\np.numbers.A", "f(numbers, 'A')", "A = 4\nprint(A)"):
        assert "A = const(3)" in pruned(NUMBERS, user=user)["p.numbers"]


def test_a_package_keeps_what_it_brings_for_others():
    face = "from .numbers import f\n"
    texts = {"p": face, "p.numbers": "def f(): pass\n", "q": "import p\np.f()\n"}
    assert prune(texts, {})["p"] == face


def test_a_name_that_is_also_an_argument_stays():
    text = "A = const(3)\ndef f(A): return A\n"
    assert pruned(text)["p.numbers"] == text


def test_the_whole_firmware_loses_nothing_else():
    texts = {
        name[:-3].replace("/", "."): path.read_text() for name, path in sources("rp2").items()
    }
    packages = {module.rpartition(".")[0] for module in texts}
    known = constants(texts)
    for module, text in prune(texts, known).items():
        before, after = ast.parse(texts[module]), ast.parse(text)
        assert text.count("\n") == texts[module].count("\n")
        assert _rest(after) == _rest(before)
        if module in packages:
            assert text == texts[module]
            continue
        bound = {item.asname or item.name for item in _imported(before)} - {"const"}
        loaded = {node.id for node in ast.walk(before) if isinstance(node, ast.Name)}
        assert {item.asname or item.name for item in _imported(after)} == bound & loaded


def _rest(tree):
    """What a module does besides importing and naming constants."""
    return [type(node) for node in tree.body if not isinstance(node, ast.ImportFrom | ast.Assign)]


def _imported(tree):
    return [item for node in tree.body if isinstance(node, ast.ImportFrom) for item in node.names]


def test_const_stays_where_the_compiler_would_not_see_it():
    text = "from micropython import const\n\n_A, _B = const(1), const(2)\n_C = const(3)\n"
    assert prune({"a": text}, {})["a"] == text
    assert "import" not in prune({"a": text.replace("_A, _B = const(1), const(2)\n", "")}, {})["a"]
