"""Private names on a board: shorter, the same ones in every module, and never another's."""

import re

from packing.mpy import slot
from packing.shorten import shorten

A = "class A:\n    def __init__(self):\n        self._own = self._shared = self._seen = 1\n"
B = "def f(a):\n    return a._shared\n\n\ndef _helper():\n    return getattr(f, '_helper', 0)\n"
RING0 = "class Guard:\n    def _a(self):\n        self._state = _b\n"
TEXTS = {"pilotwire.a": A, "pilotwire.b": B, "pilotwire.pilot.guard": RING0}


def test_a_name_of_one_module_becomes_short_and_may_be_used_by_the_next():
    short = shorten(TEXTS, ["pilotwire.pilot.guard"], ["print(app._seen)"])
    assert "self._a = self._shared = self._seen = 1" in short["pilotwire.a"]
    assert "def _a():\n    return getattr(f, '_a', 0)" in short["pilotwire.b"]
    assert "a._shared" in short["pilotwire.b"]
    assert short["pilotwire.pilot.guard"] == RING0


def test_a_short_name_is_never_one_that_is_there_already():
    texts = {"pilotwire.a": "self._a = self._long_one = 1\n", "pilotwire.b": "x._a\n"}
    assert shorten(texts, [], [])["pilotwire.a"] == "self._a = self._b = 1\n"


def test_a_name_that_two_modules_have_each_for_itself_is_short_in_both():
    texts = {"pilotwire.a": "self._long = _TABLE\n", "pilotwire.b": "self._long = 2\n"}
    short = {"pilotwire.a": "self._a = _b\n", "pilotwire.b": "self._a = 2\n"}
    assert shorten(texts, [], []) == short


def test_what_a_class_may_share_with_its_base_stays():
    base = "class Base:\n    def f(self):\n        self._own = self._both = 1\n"
    heir = "from .base import Base\n\n\nclass Heir(Base):\n    _both = 2\n    _mine = 3\n"
    short = shorten({"pilotwire.base": base, "pilotwire.heir": heir}, [], [])
    assert "self._a = self._both" in short["pilotwire.base"]
    assert "    _both = 2\n    _b = 3" in short["pilotwire.heir"]


def test_what_is_an_heirs_alone_is_never_its_bases_too():
    """Whose base has one in a third module."""
    texts = {
        "pilotwire.heir": "from .base import Base\nclass Heir(Base):\n    _mine = 1\n",
        "pilotwire.base": "from .root import Root\nclass Base(Root):\n    _own = 2\n",
        "pilotwire.root": "class Root:\n    _first = 3\n",
    }
    short = shorten(texts, [], [])
    assert [short[name].split()[-3] for name in texts] == ["_c", "_b", "_a"]


def test_what_is_looked_up_by_a_text_stays():
    texts = {"pilotwire.a": "def _once():\n    pass\n", "pilotwire.b": "rows = ('a', '_once')\n"}
    assert shorten(texts, [], []) == texts


def test_lines_and_what_is_no_private_name_stay():
    text = 'x = "no_name __init__"\nself._name = x.__dict__\n'
    (short,) = shorten({"pilotwire.a": text}, [], []).values()
    assert short == text.replace("_name = ", "_a = ")


def test_on_a_board_most_of_them_are_short():
    tree = slot("pico_w")
    link = tree["pilotwire/link/link.mpy"]
    assert not re.search(rb"_resend_ms|_send_record", link)
    assert b"_sequence" in tree["pilotwire/pilot/guard.mpy"]  # which a trace names
