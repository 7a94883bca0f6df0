"""What a site.toml means, and every refusal with its place."""

from pathlib import Path

import pytest
from site_power.curves import bearable
from site_power.tree import Box, Feeder, SiteError, load, parse

GOOD = """\
name = "lime-street"
[feeders.yard]
parent = "main"
fuse_a = 63
curve = "B"
[feeders.main]
fuse_a = 100
curve = "gG"
others_a = [20, 20, 10.5]
meter = "grid"
[boxes.bay-1]
feeder = "yard"
rotation = [2, 3, 1]
max_a = 32
share_a = 6
[boxes.Bay_2]
feeder = "main"
rotation = 3
max_a = 16
share_a = 0
priority = 9
"""


def test_what_is_written_is_read_in_ma_and_parents_come_first():
    site = parse(GOOD)
    assert list(site.feeders) == ["main", "yard"]
    assert site.feeders["main"] == Feeder(
        "main", None, 100_000, "gG", (1, 2, 3), (20_000, 20_000, 10_500), "grid"
    )
    assert site.feeders["yard"] == Feeder("yard", "main", 63_000, "B", (1, 2, 3), (0, 0, 0), None)
    assert site.boxes == {
        "bay-1": Box("bay-1", "yard", (2, 3, 1), 32_000, 6_000, 1),
        "Bay_2": Box("Bay_2", "main", (3,), 16_000, 0, 9),
    }
    assert site.prefix == "pilotwire/v1/"
    assert (site.lease_s, site.margin_ma, site.meter_timeout_s, site.turn_s) == (
        20,
        1_000,
        5,
        1_800,
    )
    assert site.above("yard") == ["yard", "main"]
    assert site.worst_ma("yard") == 71_190


def test_a_fuse_must_bear_what_is_granted_until_the_latest_command_has_ended():
    """1250 A would bear half more for a lease alone, but a command may come a minute late."""
    site = parse(GOOD.replace("fuse_a = 100", "fuse_a = 1250"))
    assert site.longest_s == 60 + 20 + 6
    assert bearable("gG", 20 + 6, 1_250_000) > 1.48
    assert site.worst_ma("main") == 1_562_500


def test_one_number_of_others_is_for_the_phases_that_the_feeder_has():
    text = GOOD.replace("[20, 20, 10.5]", "20\nphases = [3, 1]").replace(
        'parent = "main"', 'parent = "main"\nphases = [1]'
    )
    text = text.replace("rotation = [2, 3, 1]", "rotation = 1")
    main = parse(text).feeders["main"]
    assert main.phases == (1, 3)
    assert main.others_ma == (20_000, 0, 20_000)


REFUSED = [
    # (what is written, what is put there, the refusal's beginning and what else it says)
    ('parent = "main"', 'parent = "yard"', "feeders.yard.parent: a loop: yard - yard"),
    ("fuse_a = 100", 'parent = "yard"\nfuse_a = 100', "feeders.yard.parent: a loop: yard - main"),
    ('parent = "main"', 'parent = "attic"', "feeders.yard.parent: there is no feeder 'attic'"),
    ('parent = "main"', 'parent = ["main"]', "feeders.yard.parent: ['main'] is not the name of"),
    ('feeder = "main"', 'feeder = "attic"', "boxes.Bay_2.feeder: there is no feeder 'attic'"),
    (
        'feeder = "main"',
        'feeder = ["main", "yard"]',
        "boxes.Bay_2.feeder: ['main', 'yard']: a box",
    ),
    ('feeder = "main"\n', "", "boxes.Bay_2.feeder: the box hangs on none"),
    ('feeder = "main"', "feeder = 3", "boxes.Bay_2.feeder: the box hangs on none"),
    ('parent = "main"', 'parent = "main"\nphases = [1, 2]', "boxes.bay-1.rotation: L3 is missing"),
    (
        "others_a = [20, 20, 10.5]",
        "others_a = 1\nphases = [3, 1]",
        "feeders.yard.phases: L2 is missing on its parent main",
    ),
    ("rotation = 3", "rotation = 4", "boxes.Bay_2.rotation: 4 is not 1 or 3 of the phases"),
    ("rotation = 3", "rotation = [1, 2]", "boxes.Bay_2.rotation: [1, 2] is not 1 or 3 of"),
    ("[2, 3, 1]", "[2, 3, 2]", "boxes.bay-1.rotation: [2, 3, 2] is not 1 or 3 of the phases"),
    ("rotation = 3\n", "", "boxes.Bay_2.rotation: missing"),
    ("rotation = 3", "rotation = true", "boxes.Bay_2.rotation: True is not"),
    (
        "share_a = 6",
        "share_a = 32",
        "feeders.main: L1 is overloaded with every network down: 32 A of shares and 90 A of"
        " others are 22 A more than its fuse of 100 A",
    ),
    ("share_a = 6", "share_a = 5.9", "boxes.bay-1.share_a: 5.9 A is neither 0 nor 6 to 32 A"),
    ("share_a = 6", "share_a = 33", "boxes.bay-1.share_a: 33 A is neither 0 nor 6 to 32 A"),
    ("share_a = 6\n", "", "boxes.bay-1.share_a: missing"),
    ("max_a = 16", "max_a = 5", "boxes.Bay_2.max_a: 5 is no number from 6 to 80"),
    ("max_a = 16", "max_a = 16.05", "boxes.Bay_2.max_a: 16.05 is not in steps of 0.1 A"),
    ("max_a = 16", "max_a = nan", "boxes.Bay_2.max_a: nan is no number from 6 to 80"),
    ("max_a = 16", "max_a = true", "boxes.Bay_2.max_a: True is no number from 6 to 80"),
    ("max_a = 16", 'max_a = "16"', "boxes.Bay_2.max_a: '16' is no number from 6 to 80"),
    ("priority = 9", "priority = 10", "boxes.Bay_2.priority: 10 is no whole number from 1 to 9"),
    ("priority = 9", "priority = 1.0", "boxes.Bay_2.priority: 1.0 is no whole number from 1 to 9"),
    ("priority = 9", "prioriti = 9", "boxes.Bay_2.prioriti: no such key"),
    ("fuse_a = 63", "fuse_a = 160", "feeders.yard.fuse_a: 160 is no number from 6 to 125"),
    ("fuse_a = 100", "fuse_a = 10", "feeders.main.fuse_a: 10 is no number from 16 to 1250"),
    ("fuse_a = 100", "fuse_a = inf", "feeders.main.fuse_a: inf is no number from 16 to 1250"),
    ('curve = "B"', 'curve = "D"', "feeders.yard.curve: 'D' is none of gG, B, C"),
    ('curve = "B"', "curve = [1]", "feeders.yard.curve: [1] is none of gG, B, C"),
    ('curve = "B"\n', "", "feeders.yard.curve: missing"),
    ('curve = "B"', 'curve = "B"\nphases = []', "feeders.yard.phases: [] is not 1 or 2 or 3"),
    ("others_a = [20, 20, 10.5]\n", "", "feeders.main.others_a: missing"),
    ("[20, 20, 10.5]", "[20, 20]", "feeders.main.others_a: [20, 20] is neither 0 to 1250 A nor"),
    ("[20, 20, 10.5]", "-1", "feeders.main.others_a: -1 is neither 0 to 1250 A nor three"),
    (
        "[20, 20, 10.5]",
        "[0, 1, 0]\nphases = [1, 3]",
        "feeders.main.others_a: 1 A on L2, which this feeder has not",
    ),
    (
        'curve = "B"',
        'curve = "B"\nothers_a = 12',
        "feeders.main.others_a: 10.5 A on L3, but the feeders behind it have 12 A of others",
    ),
    ('meter = "grid"', 'meter = "a/b"', "feeders.main.meter: 'a/b' is neither"),
    ('meter = "grid"', 'meter = "box:bay-9"', "feeders.main.meter: there is no box 'bay-9'"),
    ("[feeders.yard]", "[feeders.Yard]", "feeders.'Yard': such a name is 1 to 20 of a-z"),
    ("[boxes.bay-1]", '[boxes."bay/1"]', "boxes.'bay/1': such a name is 1 to 20 letters"),
    ("[boxes.bay-1]", "[boxes]\nbay-9 = 6\n[boxes.bay-1]", "boxes.bay-9: no table"),
    ("[boxes.Bay_2]", "[boxes.bay-1]", "no TOML: Cannot declare ('boxes', 'bay-1') twice"),
    ('name = "lime-street"', "", "name: missing"),
    ('name = "lime-street"', 'name = "Lime Street"', "name: 'Lime Street' is not 1 to 20 of"),
    ("[feeders.yard]", 'nam = "x"\n[feeders.yard]', "nam: no such key"),
    ("[feeders.yard]", 'prefix = "a/+/"\n[feeders.yard]', "prefix: 'a/+/' is not levels of a"),
    ("[feeders.yard]", 'prefix = "a"\n[feeders.yard]', "prefix: 'a' is not levels of a topic"),
    ("[feeders.yard]", "lease_s = 4\n[feeders.yard]", "lease_s: 4 is no whole number from 5"),
    (
        "[feeders.yard]",
        "lease_s = 3534\n[feeders.yard]",
        "lease_s: 3534 s, but feeders.yard (B 63 A) may trip after 3600 s of any overload; less"
        " than 3534 s is needed",
    ),
    ("[feeders.yard]", "margin_a = -1\n[feeders.yard]", "margin_a: -1 is no number from 0 to 100"),
    ("[feeders.yard]", "turn_s = 1\n[feeders.yard]", "turn_s: 1 is no whole number from 60 to"),
    ("[feeders.yard]", "meter_timeout_s = 0\n[feeders.yard]", "meter_timeout_s: 0 is no number"),
    ("[feeders.yard]", "= 5\n[feeders.yard]", "no TOML: "),
]


@pytest.mark.parametrize(("written", "put", "refusal"), REFUSED)
def test_what_is_not_safe_or_not_clear_is_refused_with_its_place(
    written: str, put: str, refusal: str
):
    text = GOOD.replace("[20, 20, 10.5]", "90") if put == "share_a = 32" else GOOD
    assert written in text
    with pytest.raises(SiteError) as error:
        parse(text.replace(written, put, 1))
    assert str(error.value).startswith(refusal)


def test_a_lease_just_shorter_than_the_trip_is_taken():
    assert parse(GOOD.replace("[feeders.yard]", "lease_s = 3533\n[feeders.yard]")).lease_s == 3533


def test_each_overloaded_phase_is_named():
    with pytest.raises(SiteError) as error:
        parse(GOOD.replace("[20, 20, 10.5]", "[94, 94.1, 99]"))
    assert [line.split(" is ")[0] for line in str(error.value).split("\n")] == [
        "feeders.main: L2",
        "feeders.main: L3",
    ]
    parse(GOOD.replace("[20, 20, 10.5]", "[94, 94, 94]"))


def test_no_tables_are_no_site():
    with pytest.raises(SiteError, match=r"feeders: missing"):
        parse('name = "a"')
    with pytest.raises(SiteError, match=r"boxes: no tables"):
        parse(GOOD[: GOOD.index("[boxes")] + "[boxes]")


def test_a_file_is_read_and_one_of_no_text_refused(tmp_path: Path):
    path = tmp_path / "site.toml"
    path.write_text(GOOD)
    assert load(path) == parse(GOOD)
    path.write_bytes(b'name = "\xff"')
    with pytest.raises(SiteError, match=r"site\.toml: not UTF-8: .* at byte 8"):
        load(path)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.toml")
