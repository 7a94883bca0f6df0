"""Rules of the firmware against zoneinfo, and zones that have none."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pilotwire.zone import offset, parse
from typer.testing import CliRunner
from zones.changes import changes, minutes_of
from zones.compiler import NoRule, UnknownZone, from_posix, names, posix, rule_text, zone_info

TABLE = json.loads((Path(__file__).parents[1] / "unit" / "zones.json").read_text())
SEED = 8


def unix(year, month=1, day=1):
    return int(datetime(year, month, day, tzinfo=UTC).timestamp())


FIRST, LAST = unix(2026), unix(2046)
TODAY = unix(2026, 11, 26)


@pytest.mark.parametrize("name", TABLE)
class TestForTwentyYears:
    def test_every_change_is_zoneinfos_to_the_second(self, name):
        rule = parse(rule_text(name, TODAY))
        zone = minutes_of(zone_info(name))
        expected = changes(zone, FIRST, LAST)
        for at, before, after in expected:
            assert (offset(rule, at - 1)[0], offset(rule, at)[0]) == (before, after), at
        assert changes(lambda at: offset(rule, at)[0], FIRST, LAST) == expected

    def test_any_instant_is_zoneinfos(self, name):
        rule = parse(rule_text(name, TODAY))
        zone = minutes_of(zone_info(name))
        rng = random.Random(SEED)
        for at in [rng.randrange(FIRST, LAST) for _ in range(2_000)]:
            assert offset(rule, at)[0] == zone(at), at


def test_the_table_that_micropython_is_tested_with_is_zoneinfos():
    for name, row in TABLE.items():
        assert row["rule"] == rule_text(name, TODAY), name
        zone = minutes_of(zone_info(name))
        found = [
            change
            for year in (2026, 2045, 2100)
            for change in changes(zone, unix(year), unix(year + 1))
        ]
        if found:
            assert row["changes"] == [list(change) for change in found], name
        else:
            assert row["changes"] == [[at, zone(at), zone(at)] for at, _, _ in row["changes"]]


def test_every_rule_of_the_database_fits_the_key_but_for_clocks_that_follow_none():
    zones = {posix(name): name for name in sorted(names(), reverse=True)}  # one for each rule
    refused = set()
    for name in zones.values():
        try:
            text = rule_text(name, TODAY)
        except NoRule:
            refused.add(name)
        else:
            assert len(text) <= 40, name
    assert refused == {"America/Havana", "Asia/Gaza"}


def test_a_clock_that_follows_the_moon_is_refused_with_the_day():
    with pytest.raises(
        NoRule, match=r"Africa/Casablanca: .* on 2025-02-23 at 02:00 UTC .* changes"
    ):
        rule_text("Africa/Casablanca", unix(2025))


def test_a_change_that_is_left_out_once_is_refused_with_the_day():
    with pytest.raises(NoRule, match=r"on 2027-03-14 at 05:00 UTC its clock does not change"):
        rule_text("America/Havana", TODAY)
    assert rule_text("America/Havana", unix(2027, 11, 8)) == "-300 -240 3.2.0.0 11.1.0.60"


def test_a_name_that_is_none_is_refused_with_one_that_is_spelt_alike():
    with pytest.raises(UnknownZone, match=r"Europe/Berln: .* did you mean Europe/Berlin"):
        rule_text("Europe/Berln", TODAY)
    for name in ("", "../zones", "Europe", "posixrules"):
        with pytest.raises(UnknownZone):
            rule_text(name, TODAY)


POSIX = {
    "UTC0": "0",
    "<+0545>-5:45": "345",
    "<-0330>3:30": "-210",
    "CET-1CEST,M3.5.0,M10.5.0/3": "60 120 3.5.0.120 10.5.0.180",
    "IST-1GMT0,M10.5.0,M3.5.0/1": "60 0 10.5.0.120 3.5.0.60",
    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0": "630 660 10.1.0.120 4.1.0.120",
    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0": "-120 -60 3.5.0.-60 10.5.0.0",
    "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45": "765 825 9.5.0.165 4.1.0.225",
    "EET-2EEST,M3.4.4/50,M10.4.4/50": "120 180 3.4.4.3000 10.4.4.3000",
    "XXX3YYY,M3.5.0/-0:30,M10.5.0": "-180 -120 3.5.0.-30 10.5.0.120",
}


@pytest.mark.parametrize("text", POSIX)
def test_a_posix_rule_is_put_into_the_firmwares_form(text):
    assert from_posix(text) == POSIX[text]


@pytest.mark.parametrize(
    "text", ["", "CET", "CET-1CEST", "CET-1CEST,J60,J300", "CET-1:00:20", "CET-1CEST,M3.5.0"]
)
def test_a_posix_rule_of_another_form_is_refused(text):
    with pytest.raises(NoRule, match="not of the form"):
        from_posix(text)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["Australia/Lord_Howe"], 0, "630 660 10.1.0.120 4.1.0.120\n"),
        (["Asia/Kathmandu", "--since", "2026-01-01"], 0, "345\n"),
        (["Africa/Casablanca", "--since", "2025-01-01"], 1, "no yearly rule holds"),
        (["Mars/Olympus"], 2, "no zone of the IANA database"),
    ],
)
def test_the_command_prints_the_rule_or_says_why_there_is_none(arguments, code, words):
    from pilotwire_cli.main import app

    result = CliRunner().invoke(app, ["zone", *arguments])
    assert result.exit_code == code
    assert words in (result.stdout if code == 0 else result.stderr)
