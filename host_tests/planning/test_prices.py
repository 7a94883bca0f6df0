"""Tables of prices out of files, and where they are wrong."""

import json

import pytest
from planning.prices import BadPrices, Prices, read

START = 1_800_230_400
HOURS = f"start,price\n{START},0.25\n{START + 3_600},-0.0123\n"
TABLE = Prices(START, 3_600, [25_000, -1_230])
ISO = "2027-01-18T01:00:00+01:00,2027-01-18T01:15:00+01:00,250\n"

WRONG = (
    ("", "no prices in it"),
    ("start,price\n", "no prices in it"),
    (f"{START},0.25\nsoon,0.25", "line 2: 'soon' is no time"),
    (f"{START},0.25\n2027-01-18T01:00,0.25", "line 2: '2027-01-18T01:00' has no offset"),
    (f"{START},0.25\n{START + 900},dear", "line 2: 'dear' is no price"),
    (f"{START},0.25\n{START + 900},NaN", "line 2: 'NaN' is no price"),
    (f"{START},0.25\n{START + 900}", "line 2: start, price or start, end, price wanted"),
    (f"{START},0.25\n{START + 60},0.25", "line 2: prices 900, 1800 or 3600 s apart"),
    (f"{START},0.25", "line 1: prices 900, 1800 or 3600 s apart"),
    (HOURS + f"{START + 7_201},1", "line 4: a gap after line 3"),
    (HOURS + f"{START + 7_199},1", "line 4: overlaps with line 3"),
    (HOURS + f"{START + 3_600},1", "line 4: not later than line 3"),
    (HOURS + f"{START},1", "line 4: not later than line 3"),
    (HOURS + f"{START + 7_200},{START + 9_000},1", "line 4: does not end 3600 s after its"),
    (HOURS + f"{START + 7_200},10", "prices: 2: -99999 to 999999 wanted"),
    ("".join(f"{START + i * 900},1\n" for i in range(193)), "prices: a list of 1 to 192 wanted"),
)
WRONG_JSON = (
    ("{", "no JSON"),
    ("5", "prices: start, step_s and prices wanted"),
    ('{"start": 5, "step_s": 900, "prices": [1]}', "start: 1735689600 to 4294967295 wanted"),
    (f"[[{START}, 1], 7]", "row 1: start, price or start, end, price wanted"),
    (f"[[{START}, 1], [{START + 900}, null]]", "row 1: None is no price"),
)


def file(folder, name, text):
    (folder / name).write_text(text)
    return folder / name


def test_csv_with_titles_or_none_and_blank_lines(tmp_path):
    for text in (HOURS, HOURS.partition("\n")[2], HOURS.replace("\n", "\n\n")):
        assert read(file(tmp_path, "prices.csv", text)) == TABLE


def test_times_with_an_offset_ends_and_prices_of_a_mwh(tmp_path):
    found = read(file(tmp_path, "prices.csv", ISO), 1_000)
    assert found == Prices(START, 900, [25_000])


def test_json_as_rows_and_as_the_command_has_it(tmp_path):
    for data in ([[START, 0.25], [str(START + 3_600), "-0.0123"]], TABLE._asdict()):
        assert read(file(tmp_path, "prices.json", json.dumps(data))) == TABLE


@pytest.mark.parametrize(("text", "complaint"), WRONG)
def test_refuses_a_csv_with_the_line(tmp_path, text, complaint):
    with pytest.raises(BadPrices) as refused:
        read(file(tmp_path, "prices.csv", text))
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(("text", "complaint"), WRONG_JSON)
def test_refuses_json_with_the_row(tmp_path, text, complaint):
    with pytest.raises(BadPrices) as refused:
        read(file(tmp_path, "prices.json", text))
    assert str(refused.value).startswith(complaint)


def test_refuses_what_is_no_text(tmp_path):
    (tmp_path / "prices.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("prices.csv", "none.csv"):
        with pytest.raises(BadPrices):
            read(tmp_path / name)
