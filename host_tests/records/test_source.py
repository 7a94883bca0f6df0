"""Records from a folder, from segments, from JSON lines; and from files that hold none."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journals import Box, jsonl, packed, source, story
from records.source import Damage, Found, Missing, SourceError, load, parse


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    box = Box(tmp_path_factory.mktemp("box"))
    while not (box.root / "journal" / "02").exists():
        box.charge()
    return box


def data_of(found):
    return [one.frame.data for one in found]


class TestForms:
    """However the records come, they are the same."""

    def test_a_folder_its_files_and_its_lines_say_the_same(self, box, tmp_path):
        frames = box.frames()
        everything = tmp_path / "all.bin"
        names = ["00", "01", "02"]
        everything.write_bytes(
            b"".join((box.root / "journal" / name).read_bytes() for name in names)
        )
        published = tmp_path / "tx.jsonl"
        published.write_bytes(jsonl(box.lines()))
        for path in (box.root, everything, published):
            assert data_of(load(path).found) == frames, path
        segments = [load(box.root / "journal" / name).found for name in names]
        assert [one for segment in segments for one in data_of(segment)] == frames

    def test_a_record_that_is_published_again_counts_once(self, box):
        lines = box.lines()[:5]
        again = parse("tx", jsonl([*lines, lines[3], lines[3], *lines]))
        assert data_of(again.found) == box.frames()[:5]
        assert again.again == 7

    def test_places_are_bytes_and_lines(self, box):
        found = load(box.root / "journal" / "01").found
        assert found[0].place == "01, byte 0"
        assert found[1].place == f"01, byte {len(found[0].frame.data)}"
        text = b"\n" + jsonl(box.lines()[:2])
        assert parse("tx", text).found[1].place == "tx, line 3"

    def test_windows_endings_and_marks_are_nothing_to_mind(self, box):
        text = jsonl(box.lines()[:3]).replace(b"\n", b"\r\n")
        assert len(parse("tx", b"\xef\xbb\xbf" + text).found) == 3

    def test_fields_are_those_of_the_frame(self, box):
        line = box.lines()[4]
        (one,) = parse("tx", jsonl([{"frame": line["frame"]}])).found
        assert one.fields == {
            n: line[n] for n in line if n not in ("seq", "boot", "kind", "frame")
        }
        assert (one.number, one.kind) == (line["seq"], line["kind"])

    def test_the_meters_own_document_stays_with_its_record(self, box):
        line = {**box.lines()[4], "ocmf": "OCMF|{ }|{}"}
        assert parse("tx", jsonl([line])).found[0].ocmf == "OCMF|{ }|{}"

    def test_what_the_box_says_is_missing(self, box):
        lines = [box.lines()[0], {"seq": 9, "kind": "missing", "first": 2}]
        assert parse("tx", jsonl(lines)).items[1] == Missing("tx, line 2", 2, 9)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*story(), b"\x00\x5a\x5a", b"\xff" * 300, story()[3][:77]])))
def test_sound_frames_are_found_whatever_lies_between_them(parts):
    whole = [part for part in parts if part in story()]
    if not whole:
        with pytest.raises(SourceError):
            source(parts)
        return
    items = source(parts).items
    assert data_of(one for one in items if isinstance(one, Found)) == whole
    damaged = sum(one.size for one in items if isinstance(one, Damage))
    assert damaged == sum(len(part) for part in parts if part not in story())


class TestRefused:
    """One line says which file, which line, and what is wanted."""

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "no record in it"),
            (b"Z" * 500, "no record in it"),
            (b"pilotwire/v1/box/tx {}", "no record in it"),
            (b"[]\n", "no record in it"),
            (b'{"kind": "missing", "seq": 3, "first": 1}', "no record in it"),
            (b"{", "line 1: no JSON object"),
            (b'\n{"a": }', "line 2: no JSON object"),
            (b"{}\n[]", "line 1: `frame` is wanted"),
            (b'{"frame": 5}', "line 1: `frame` is wanted"),
            (b'{"frame": null}', "line 1: `frame` is wanted"),
            (b'{"frame": "", "frame": ""}', "a name twice"),
            (b'{"kind": "missing"}', "`missing` wants"),
            (b'{"kind": "missing", "seq": 1, "first": 2}', "`missing` wants"),
            (b'{"kind": "missing", "seq": true, "first": true}', "`missing` wants"),
            (b'{"frame": "", "ocmf": 5}', "`ocmf` is wanted"),
            (b'{"frame": "", "ocmf": "OCMF"}', "`ocmf` is wanted"),
            (b'{"frame": "", "ocmf": "OCMF|\\ud800"}', "`ocmf` is wanted"),
            (b'{"a": ' + b"[" * 100_000, "line 1: no JSON object, which is wanted: nested"),
            (b'{"a": ' + b"9" * 10_000 + b"}", "line 1: no JSON object"),
            (b'{"a": "' + b"x" * 200_000 + b'"}', "line 1: 200009 bytes"),
            (b'{"a": "\xff\xfe"}', "line 1: no JSON object"),
            (b'{"a": 1}\x00\x01\x02', "line 1: no JSON object"),
        ],
    )
    def test_a_file_without_records(self, tmp_path, data, says):
        path = tmp_path / "file"
        path.write_bytes(data)
        with pytest.raises(SourceError) as refusal:
            load(path)
        text = str(refusal.value)
        assert says in text
        assert text.startswith(("file", str(path)))
        assert "\n" not in text

    def test_a_frame_that_is_no_frame_is_damage(self, box):
        line = box.lines()[0]
        for frame in ("", "?", "AAAA", "Wg==", line["frame"] + line["frame"], line["frame"][4:]):
            items = parse("tx", jsonl([line, {"frame": frame}])).items
            assert isinstance(items[1], Damage), frame

    def test_what_is_no_file(self, tmp_path):
        with pytest.raises(SourceError, match="no such file"):
            load(tmp_path / "nothing")
        with pytest.raises(SourceError, match=r"00 to 17"):
            load(tmp_path)

    def test_a_file_that_is_too_long(self, tmp_path):
        path = tmp_path / "long"
        with path.open("wb") as file:
            file.truncate((64 << 20) + 1)
        with pytest.raises(SourceError, match="more than 64 MB"):
            load(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=9,
)
names = st.sampled_from(["seq", "boot", "kind", "first", "frame", "wh", "limits", "ocmf"])
frames = st.builds(
    packed, st.integers(0, 255), st.integers(0, 0xFFFFFFFF), st.just(bytes(32)), st.binary()
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.binary()
        | st.dictionaries(names, json_values).map(lambda one: json.dumps(one).encode())
        | frames
        | frames.map(lambda f: json.dumps({"frame": base64.b64encode(f).decode()}).encode()),
        max_size=4,
    )
)
def test_hostile_files_are_read_or_refused(parts):
    try:
        found = parse("file", b"\n".join(parts)).found
    except SourceError:
        return
    assert all(isinstance(one.kind, str) and isinstance(one.fields, dict) for one in found)
