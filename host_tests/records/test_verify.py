"""What verification promises: whatever was done to the records is found, and where."""

from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from journals import KEY, Box, hash_of, jsonl, rebuilt, simulated, source, story
from pilotwire.record.frame import FIRST, Key
from records import verify as v
from records.source import SourceError, load, parse
from records.verify import verify

LAST = len(story())
middles = st.integers(1, LAST - 2)  # not the first and not the last: both ends are open
places = st.integers(0, LAST - 1)


def kinds(verdict):
    return {finding.kind for finding in verdict.failures}


def numbers(verdict, kind):
    return {n for finding in verdict.failures if finding.kind == kind for n in finding.numbers}


def test_what_the_box_has_written_is_intact():
    verdict = verify(source(story()), KEY)
    assert verdict.intact
    assert verdict.findings == []
    assert verdict.sealed
    assert verdict.anchor == FIRST
    assert verdict.last.frame.hash() == hash_of(story()[-1])
    assert all(verdict.vouches(one) for one in source(story()).found)


def test_what_the_whole_firmware_publishes_is_intact():
    lines, key = simulated()
    assert verify(parse("tx", jsonl(lines)), key).intact


def test_without_the_key_nothing_is_vouched_for():
    verdict = verify(source(story()))
    assert verdict.intact
    assert not verdict.sealed
    assert not any(verdict.vouches(one) for one in source(story()).found)


@settings(deadline=None)
@given(st.integers(0, len(b"".join(story())) - 1), st.integers(0, 7))
def test_any_bit_that_is_changed_is_found(at, bit):
    data = bytearray(b"".join(story()))
    data[at] ^= 1 << bit
    begins = list(accumulate(map(len, story()), initial=0))
    number = bisect_right(begins, at)
    for key in (None, KEY):
        verdict = verify(parse("file", bytes(data)), key)
        finding = verdict.failures[0]
        assert finding.kind == v.CHANGED
        assert finding.place == f"file, byte {begins[number - 1]}"
        assert {number - 1, number + 1} & set(finding.numbers)


@settings(deadline=None)
@given(middles, middles)
def test_records_that_were_dropped_are_named(a, b):
    first, last = sorted((a, b))
    frames = story()[:first] + story()[last + 1 :]
    verdict = verify(source(frames), KEY)
    (finding,) = verdict.failures
    assert finding.kind == v.DROPPED
    assert finding.numbers == (first, last + 2)
    span = f"record {first + 1}" if first == last else f"records {first + 1} to {last + 1}"
    assert finding.text.endswith(f": {span}")
    assert finding.place == f"file, byte {len(b''.join(story()[:first]))}"


@settings(deadline=None)
@given(st.permutations(range(LAST)))
def test_no_other_order_is_taken_for_the_right_one(order):
    assume(order != sorted(order))
    verdict = verify(source([story()[i] for i in order]), KEY)
    moved = {order[i] + 1 for i in range(1, LAST) if order[i] != order[i - 1] + 1}
    assert moved <= {n for finding in verdict.failures for n in finding.numbers}


@settings(deadline=None)
@given(middles)
def test_two_that_are_swapped_are_reordered(i):
    assume(i + 2 < LAST)
    frames = list(story())
    frames[i], frames[i + 1] = frames[i + 1], frames[i]
    verdict = verify(source(frames), KEY)
    assert kinds(verdict) == {v.REORDERED}
    assert {i + 1, i + 2} <= numbers(verdict, v.REORDERED)


@settings(deadline=None)
@given(places, places)
def test_a_record_that_is_there_again_is_named(which, where):
    assume(which <= where)
    frames = list(story())
    frames.insert(where + 1, frames[which])
    verdict = verify(source(frames), KEY)
    (finding,) = verdict.failures
    assert finding.kind == v.REPEATED
    assert finding.numbers == (which + 1,)
    assert finding.text.endswith(f"file, byte {len(b''.join(story()[:which]))}")


@settings(deadline=None)
@given(places, st.data())
def test_only_the_key_finds_what_a_chain_made_anew_hides(which, data):
    frames = list(story())
    at = data.draw(st.integers(41, len(frames[which]) - 21))
    changed = bytearray(frames[which])
    changed[at] ^= data.draw(st.integers(1, 255))
    frames[which] = bytes(changed)
    forged = source(rebuilt(frames))
    assert verify(forged).intact
    verdict = verify(forged, KEY)
    assert which + 1 in numbers(verdict, v.CHANGED) | numbers(verdict, v.KEY)
    assert not verdict.vouches(forged.found[which])


@settings(deadline=None)
@given(middles)
def test_only_the_key_finds_that_one_was_dropped_and_the_chain_made_anew(which):
    forged = source(rebuilt(story()[:which] + story()[which + 1 :]))
    assert verify(forged).intact
    verdict = verify(forged, KEY)
    assert which + 2 in numbers(verdict, v.CHANGED)


def test_a_chain_made_anew_in_another_order_is_found_by_its_numbers():
    order = [*story()[:3], story()[4], story()[3], *story()[5:]]
    verdict = verify(source(rebuilt(order)))
    assert kinds(verdict) == {v.REORDERED}
    assert 4 in numbers(verdict, v.REORDERED)


def test_another_boxs_key_is_told_from_a_change():
    verdict = verify(source(story()), Key(b"\x01" * 32))
    assert kinds(verdict) == {v.KEY}


def test_one_number_with_two_records_is_found(tmp_path):
    """A flash that was put back to an earlier state goes on from there, sealed and chained."""
    box = Box(tmp_path)
    box.charge()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    box.charge()
    one = box.lines()
    for path, data in before.items():
        path.write_bytes(data)
    box.start()
    box.charge()
    other = box.lines()
    verdict = verify(parse("tx", jsonl(one + other)), KEY)
    assert v.TWICE in kinds(verdict)
    assert 3 in numbers(verdict, v.TWICE)
    hashes = [found.frame.hash() for found in parse("tx", jsonl(one)).found]
    assert verify(parse("tx", jsonl(other)), KEY).intact
    assert kinds(verify(parse("tx", jsonl(other)), KEY, hashes[-1])) == {v.ANCHOR}


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A journal of four segments."""
    box = Box(tmp_path_factory.mktemp("long"))
    while not (box.root / "journal" / "03").exists():
        box.charge()
    return box


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    box = Box(tmp_path_factory.mktemp("published"))
    box.charge(by="jo")
    box.charge(period_wh=[7_000, 400], tariff="00ff", unsplit_wh=0)
    return box.lines()


class TestTheBeginning:
    """What is old may be gone: whole segments, the oldest first."""

    def test_a_journal_of_several_segments_is_intact(self, long):
        assert verify(load(long.root), KEY).findings == []

    @pytest.mark.parametrize("gone", [1, 2, 3])
    def test_without_its_oldest_segments_it_is_intact_and_anchored(self, long, tmp_path, gone):
        everything = load(long.root).found
        for path in sorted(long.root.glob("journal/[01]?"))[gone:]:
            (tmp_path / path.name).write_bytes(path.read_bytes())
        rest = load(tmp_path)
        verdict = verify(rest, KEY)
        assert verdict.intact
        dropped = everything[: len(everything) - len(rest.found)]
        assert verdict.anchor == dropped[-1].frame.hash()
        assert verify(rest, KEY, verdict.anchor).intact

    def test_an_earlier_export_may_end_anywhere_in_it(self, long):
        everything = load(long.root)
        for one in everything.found[::40]:
            assert verify(everything, KEY, one.frame.hash()).intact
        verdict = verify(everything, KEY, b"\x07" * 32)
        assert kinds(verdict) == {v.ANCHOR}

    def test_a_segment_in_the_middle_is_missed(self, long, tmp_path):
        for path in long.root.glob("journal/[01]?"):
            if path.name != "01":
                (tmp_path / path.name).write_bytes(path.read_bytes())
        assert kinds(verify(load(tmp_path), KEY)) == {v.DROPPED}

    def test_names_of_segments_do_not_matter(self, long, tmp_path):
        """They are a ring: the oldest may have any name."""
        names = [f"{index:02}" for index in range(4)]
        for i, name in enumerate(names):
            (tmp_path / names[i - 2]).write_bytes((long.root / "journal" / name).read_bytes())
        assert verify(load(tmp_path), KEY).findings == []

    def test_a_chain_that_begins_anew_is_found(self, tmp_path):
        """Also where the backend still has the records of before."""
        box = Box(tmp_path)
        box.charge()
        before = box.lines()
        while box.journal.pending:
            box.journal.acknowledge(box.journal.read()["seq"])
        box.journal.settle()
        (tmp_path / "journal" / "00").unlink()
        box.start()
        box.charge()
        verdict = verify(load(tmp_path), KEY)
        assert kinds(verdict) == {v.RESTART}
        assert numbers(verdict, v.RESTART) == {3}
        verdict = verify(parse("tx", jsonl(before + box.lines())), KEY)
        assert kinds(verdict) == {v.RESTART}
        assert numbers(verdict, v.RESTART) == {2, 3}


class TestDamage:
    def test_a_torn_write_that_the_box_has_passed_over_is_a_note(self, tmp_path):
        box = Box(tmp_path)
        box.charge()
        with (tmp_path / "journal" / "00").open("ab") as file:
            file.write(story()[2][:100])
        box.start()
        box.charge()
        verdict = verify(load(tmp_path), KEY)
        assert verdict.intact
        assert [finding.kind for finding in verdict.findings] == [v.TORN, v.SKIPPED]
        assert all(verdict.vouches(one) for one in load(tmp_path).found)

    def test_the_same_at_the_end_may_have_been_a_record(self):
        verdict = verify(source([*story(), story()[2][:100]]), KEY)
        assert kinds(verdict) == {v.CHANGED}
        assert numbers(verdict, v.CHANGED) == {LAST}

    def test_before_the_first_record_too(self):
        verdict = verify(source([b"\x00" * 70, *story()[1:]]), KEY)
        assert kinds(verdict) == {v.CHANGED}

    def test_neighbours_of_what_is_gone_are_not_vouched_for(self):
        damaged = source([*story()[:4], b"\x00" * 70, *story()[5:]])
        verdict = verify(damaged, KEY)
        doubtful = [one.number for one in damaged.found if not verdict.vouches(one)]
        assert doubtful == [4, 6]


class TestPublished:
    """JSON lines say everything twice: what stands beside a frame must be what is in it."""

    def test_what_was_published_is_intact(self, published):
        assert verify(parse("tx", jsonl(published)), KEY).findings == []

    @pytest.mark.parametrize("value", [None, 99, 1, "other", True, 4.0, [], [[1]], {"a": 1}])
    def test_any_field_that_was_changed_beside_its_frame_is_named(self, published, value):
        for i, line in enumerate(published):
            for name in set(line) - {"frame"}:
                if type(line[name]) is type(value) and line[name] == value:
                    continue
                lines = [*published]
                lines[i] = {**line, name: value}
                (finding,) = verify(parse("tx", jsonl(lines)), KEY).failures
                assert finding.kind == v.CHANGED
                assert finding.numbers == (line["seq"],)
                assert finding.place == f"tx, line {i + 1}"
                assert finding.text.endswith(f": {name}")

    def test_a_field_that_the_frame_does_not_have_is_named(self, published):
        lines = [{**published[0], "wh": 5}, *published[1:]]
        (finding,) = verify(parse("tx", jsonl(lines)), KEY).failures
        assert finding.text.endswith(": wh")

    def test_it_is_no_repetition_then(self, published):
        lines = [*published, {**published[1], "wh": 5}]
        found = verify(parse("tx", jsonl(lines)), KEY).failures
        assert v.CHANGED in {finding.kind for finding in found}
        assert {finding.place for finding in found} == {f"tx, line {len(lines)}"}

    def test_the_boxs_word_that_records_are_lost_is_passed_on(self, published):
        lost = {"seq": 2, "kind": "missing", "first": 2}
        (finding,) = verify(parse("tx", jsonl([published[0], lost, published[2]])), KEY).failures
        assert finding.kind == v.DROPPED
        assert "tx, line 2" in finding.text

    def test_a_line_whose_frame_is_damaged_is_named(self, published):
        text = published[1]["frame"]
        for bad in (text[:-8], "A" + text[1:], "?" + text[1:], text[:40]):
            lines = [published[0], {**published[1], "frame": bad}, published[2]]
            (finding,) = verify(parse("tx", jsonl(lines)), KEY).failures
            assert finding.kind == v.CHANGED
            assert finding.place == "tx, line 2"


class TestNotes:
    def test_energy_that_is_in_no_charge_is_told(self, tmp_path):
        box = Box(tmp_path)
        box.charge(end_wh=7_390, wh=7_390)
        box.charge()
        box.charge(start_wh=14_000)
        box.charge(meter_serial="4712", start_wh=5)
        box.charge(meter_serial=None, start_wh=29_650)
        verdict = verify(load(tmp_path), KEY)
        assert verdict.intact
        assert [finding.kind for finding in verdict.findings] == [v.UNRECORDED] * 4
        first, second, third, fourth = (finding.text for finding in verdict.findings)
        assert first == "10 Wh since record 2 are in no charge here"
        assert second == "the register has gone back by 800 Wh since record 3"
        assert third.startswith("another meter since record 4")
        assert fourth == "50 Wh since record 5 are in no charge here"

    def test_a_kind_of_record_of_the_future_is_told(self):
        frames = [*story()[:2], story()[2][:1] + b"\x63" + story()[2][2:]]
        verdict = verify(source(rebuilt(frames)))
        assert [finding.kind for finding in verdict.findings] == [v.UNKNOWN]


def test_records_of_nothing_are_refused():
    with pytest.raises(SourceError):
        source([])
