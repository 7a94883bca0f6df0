"""The report of commissioning outside the box: genuine, shown whole, and hostile files refused."""

import json

import pytest
from commissioning.page import page
from commissioning.read import parse
from commissioning.report import reported
from commissioning.sheet import sheet
from commissioning.words import allowed
from pilotwire.record import seal
from telling.trouble import DONE, REFUSED, WRONG, Trouble

KEY = bytes(range(32))
SWEEP = [
    [10_000, 12_000, 12_000, 10_000],
    [0, -12_000, -12_000, 0],
    [2_500, 12_000, -12_000, 2_501],
]
HEAD = {
    "report": 1,
    "box": "desk",
    "board": "host",
    "firmware": "0a0b0c0d",
    "installer": "<b>A. Sparks</b>",
    "sealed": {"limit_ma": 16_000, "location": "车库 3"},
    "unix": 1_800_000_000,
    "clock": "set",
}
STEPS = {
    "rcd": ["good", {"trip ms": 510, "release ms": 2_210}, "", 1_800_000_000],
    "wifi": ["skipped", {"dBm": None}, "no network yet", None],
    "pilot-open": ["good", {"+12 mV": 12_000, "series": SWEEP}, "", 1_800_000_000],
}


@pytest.fixture
def signed(tmp_path):
    """A file that the box with KEY has signed."""
    (tmp_path / "device.key").write_bytes(KEY)
    file = tmp_path / "report.json"
    file.write_bytes(seal.sign(str(tmp_path), {**HEAD, "steps": STEPS}))
    return file


def test_a_report_of_the_box_is_genuine_and_with_any_byte_changed_it_is_not(signed, capsys):
    key, out = signed.parent / "device.key", signed.parent / "shown"
    assert reported(signed, key, None, out, "en") == DONE
    assert "signature: good" in capsys.readouterr().out
    signed.write_bytes(signed.read_bytes().replace(b"16000", b"32000"))
    assert reported(signed, key, None, out, "en") == REFUSED
    assert "signature: WRONG" in capsys.readouterr().out


def test_page_and_sheet_show_each_step_in_its_order_with_what_is_allowed(signed):
    report = parse(signed.read_bytes(), list(allowed()))
    assert [step.name for step in report.steps] == ["pilot-open", "rcd", "wifi"]
    shown = page(report, ["signature: good"], "zh")
    for text in ("510", "1 to 1000", "no network yet", "车库 3", "signature: good", report.digest):
        assert text in shown
    assert shown.count("<svg") == 1
    assert "<b>" not in shown
    made = sheet(report, [], "zh")
    assert made.startswith(b"%PDF")
    assert made == sheet(report, [], "zh")


@pytest.mark.parametrize(
    "wrong",
    [
        {"report": 2},
        {"box": 7},
        {"steps": []},
        {"steps": {"rcd": ["good", {}, ""]}},
        {"steps": {"rcd": ["fine", {}, "", None]}},
        {"steps": {"rcd": ["good", {"trip ms": {}}, "", None]}},
        {"steps": {"rcd": ["good", {"series": [[1, 2, 3]]}, "", None]}},
        {"steps": {"rcd": ["good", {"series": [[1, 2, 3, "4"]]}, "", None]}},
        {"steps": {"rcd": ["good", {}, "", "today"]}},
        {"installer": "x" * 9_000},
    ],
)
def test_what_is_no_report_is_refused(wrong, tmp_path):
    file = tmp_path / "report.json"
    file.write_text(json.dumps({**HEAD, "steps": STEPS, **wrong}))
    with pytest.raises(Trouble, match="no report of commissioning") as caught:
        reported(file, None, None, tmp_path / "shown", "en")
    assert caught.value.code == WRONG
