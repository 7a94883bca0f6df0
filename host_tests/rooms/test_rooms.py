"""The arrows that page and picture state are those of the firmware's imports."""

import re

import pytest
from rig.interpreter import FIRMWARE, ROOT
from rooms import picture
from rooms.files import circle, circle_of_folders
from rooms.house import CHIP, SHELF, found, stated

PAGE = (ROOT / "docs" / "architecture.md").read_text()
ROOMS = stated()
AROUND = (SHELF, CHIP)
STATED = {(name, to) for name, room in ROOMS.items() for to in room.uses}


def test_the_imports_are_the_arrows_that_are_stated_and_no_others():
    between = {pair: files for pair, files in found().items() if not {*pair} & {*AROUND}}
    assert {pair: files for pair, files in between.items() if pair not in STATED} == {}
    assert STATED - set(between) == set(), "stated, but no import makes it"


def test_only_where_it_is_stated_are_a_chips_modules_imported():
    assert {name for name, to in found() if to == CHIP} == {n for n, r in ROOMS.items() if r.chip}


def test_ring_0_imports_nothing_and_the_shelf_no_room():
    assert not [pair for pair in found() if pair[0] in ("pilot", SHELF)]


def test_no_arrow_leads_back():
    left = dict(ROOMS)
    while left:
        free = [name for name, room in left.items() if not set(room.uses) & set(left)]
        assert free, f"a circle among {', '.join(left)}"
        for name in free:
            del left[name]


@pytest.mark.parametrize("root", [FIRMWARE, ROOT / "tools"], ids=lambda path: path.name)
def test_no_file_leads_back_to_itself_not_even_by_an_import_in_a_function(root):
    assert circle(root) == []


def test_no_folder_of_tools_leads_back_to_itself():
    assert circle_of_folders(ROOT / "tools") == []


def test_a_circle_of_folders_is_found_where_no_file_has_one(tmp_path):
    for name in ("a/one", "a/two", "b/one", "b/two"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).with_suffix(".py").write_text("")
    (tmp_path / "a" / "two.py").write_text("import b.one")
    assert circle_of_folders(tmp_path) == []
    (tmp_path / "b" / "two.py").write_text("from a import one")
    assert circle(tmp_path) == []
    assert set(circle_of_folders(tmp_path)) == {"a", "b"}


def test_a_circle_is_found_but_not_one_that_only_types_make(tmp_path):
    lazily = "def f():\n    from .{} import x\n"
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import x\n"
    (tmp_path / "p").mkdir()
    for name, text in (("a", lazily.format("b")), ("b", typed), ("__init__", "")):
        (tmp_path / "p" / f"{name}.py").write_text(text)
    assert circle(tmp_path) == []
    (tmp_path / "p" / "b.py").write_text(lazily.format("a"))
    assert set(circle(tmp_path)) == {"p.a", "p.b"}


def test_an_outer_ring_uses_inner_ones_and_never_the_reverse():
    for name, room in ROOMS.items():
        for to in room.uses:
            inner = ROOMS[to].ring
            assert room.ring is None or inner is None or inner <= room.ring, (name, to)


@pytest.mark.parametrize(
    ("file", "text", "arrow"),
    [
        ("pilotwire/link/x.py", "def f():\n    from ..record import y", ("link", "record")),
        ("pilotwire/pilot/x.py", "from pilotwire import app", ("pilot", "app")),
        ("pilotwire/pilot/x.py", "import pilotwire.ticks", ("pilot", SHELF)),
        ("pilotwire/power/x.py", "import machine", ("power", CHIP)),
        ("pilotwire/zone.py", "from .energy.tariff import Tariff", (SHELF, "energy")),
        ("pilotwire/record/__init__.py", "from ..link import link", ("record", "link")),
    ],
)
def test_an_import_is_found_wherever_it_stands(tmp_path, file, text, arrow):
    for room in ("link", "record", "pilot", "power", "energy"):
        (tmp_path / "pilotwire" / room).mkdir(parents=True)
    (tmp_path / file).write_text(text)
    assert found(tmp_path) == {arrow: [file]}


def test_the_committed_picture_is_what_the_code_draws():
    assert picture.PICTURE.read_text() == picture.svg(), "stale: make rooms"


def test_the_picture_shows_every_arrow_as_a_line_or_in_words():
    shown = picture.PICTURE.read_text()
    for name, to in STATED:
        if name in picture.IN_WORDS:
            assert re.search(rf"{name} uses [^;.]*\b{to}\b", shown), (name, to)
        else:
            assert f"<title>{name} uses {to}</title>" in shown


def test_the_page_has_each_room_with_its_ring():
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (\d?) ?\|", PAGE, re.MULTILINE)
    told = {name: ring for names, ring in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {n: "" if r.ring is None else str(r.ring) for n, r in ROOMS.items()}
