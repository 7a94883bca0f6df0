"""Messages of boxes and of whoever pretends to be one."""

import base64
import contextlib
import json

import pytest
from backend import wire
from backend.store import SCHEMA
from fleet.outbox import Outbox
from hypothesis import given
from hypothesis import strategies as st

OUTBOX = Outbox("box-1")
OUTBOX.add()
RECORD = OUTBOX.record(1)
TX = "pilotwire/v1/box-1/tx"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def read(value, topic=TX):
    return wire.read(topic, value if isinstance(value, bytes) else json.dumps(value).encode())


def record(value):
    found = read(value)
    assert isinstance(found, wire.Record)
    return found


def test_a_record_fills_its_columns_and_is_kept_whole():
    found = record(RECORD | {"amounts": [120, 3], "new-field": [1]})
    says = dict(zip((name for name, _, _ in wire.COLUMNS), found.columns, strict=True))
    assert (found.box, found.seq, found.frame) == ("box-1", 1, OUTBOX.frames[0])
    assert says["by_whom"] == "driver-1"
    assert (says["kind"], says["wh"], says["reason"]) == ("charge", 7_400, "unplugged")
    assert (found.amount, found.sound) == (123, True)
    assert json.loads(found.payload)["new-field"] == [1]


def test_what_came_because_it_was_asked_for_says_so():
    payload = json.dumps(RECORD).encode()
    for name in ("tx", "records"):
        found = wire.read(f"pilotwire/v1/box-1/{name}", payload)
        assert isinstance(found, wire.Record)
        assert found.asked == (name == "records")


def test_each_column_is_one_of_the_table():
    table = SCHEMA.read_text().split("TABLE IF NOT EXISTS records (")[1]
    for column, _, kind in wire.COLUMNS:
        assert f"\n    {column} {'TEXT' if kind is str else 'BIGINT'}" in table, column


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "json"),
        (b"\xff", "json"),
        (b"[" * 10_000, "json"),
        (b'{"seq": NaN}', "json"),
        (b"[]", "object"),
        (b"1", "object"),
        (RECORD | {"seq": 0}, "seq"),
        (RECORD | {"seq": 1 << 32}, "seq"),
        (RECORD | {"seq": True}, "seq"),
        (RECORD | {"seq": "1"}, "seq"),
        (RECORD | {"seq": 1.0}, "seq"),
        (RECORD | {"kind": None}, "kind"),
        (RECORD | {"kind": "a b"}, "kind"),
        (RECORD | {"kind": "missing"}, "first"),
        (RECORD | {"kind": "missing", "first": 2}, "first"),
        (RECORD | {"frame": None}, "frame"),
        (RECORD | {"frame": ""}, "frame"),
        (RECORD | {"frame": "????"}, "frame"),
        (RECORD | {"frame": "A" * 344}, "frame"),
        (RECORD | {"by": "\0"}, "text"),
        (RECORD | {"new": {"\ud800": 1}}, "text"),
        (json.dumps(RECORD).replace("7400", "1e999").encode(), "number"),
        (RECORD | {"long": "x" * wire.MOST_BYTES}, "size"),
    ],
)
def test_what_is_no_record_is_refused_by_name(payload, reason):
    with pytest.raises(wire.Refused) as refused:
        read(payload)
    assert (refused.value.box, refused.value.topic, refused.value.reason) == (
        "box-1",
        "tx",
        reason,
    )


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "pilotwire/v1/tx",
        "pilotwire/v1//tx",
        "pilotwire/v1/box 1/tx",
        "pilotwire/v1/bóx/tx",
        "pilotwire/v1/box-1/tx/more",
        "pilotwire/v1/box-1/unheard-of",
        "pilotwire/v2/box-1/tx",
        "pilotwire/v1/" + "x" * 21 + "/tx",
        "pilotwire/v1/box\n/tx",
    ],
)
def test_an_odd_topic_is_refused(topic):
    with pytest.raises(wire.Refused) as refused:
        read(RECORD, topic)
    assert refused.value.reason == "topic"


def test_fields_of_another_type_leave_their_column_empty():
    found = record(RECORD | {"wh": "7400", "by": 5, "start_unix": 1 << 70, "amounts": [1, None]})
    says = dict(zip((name for name, _, _ in wire.COLUMNS), found.columns, strict=True))
    assert [says[name] for name in ("wh", "by_whom", "start_unix")] == [None] * 3
    assert found.amount is None


@pytest.mark.parametrize(
    "frame", [OUTBOX.frames[0][:-1], OUTBOX.frames[0] + b"x", b"x" * 70, OUTBOX.frames[0][:50]]
)
def test_a_damaged_frame_is_kept_and_marked(frame):
    found = record(RECORD | {"frame": base64.b64encode(frame).decode()})
    assert (found.frame, found.sound) == (frame, False)


def test_a_frame_of_another_number_is_kept_and_marked():
    assert not record(RECORD | {"seq": 2}).sound


@given(
    st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()),
    st.sampled_from(("tx", "records", "event", "state", "info", "online", "cmd")),
)
def test_any_payload_is_read_or_refused(payload, name):
    with contextlib.suppress(wire.Refused):
        wire.read(f"pilotwire/v1/box-1/{name}", payload)
