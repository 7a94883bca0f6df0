"""Any configuration file: used, or refused by name; the box starts with a checked one always."""

import json
from hashlib import sha256

import pytest
from fake_flash import Flash, PowerCut
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pilotwire import config
from pilotwire.config import KEYS, ConfigError, check, load

RATED_MA = 32_000
GOOD = b'{"limit_ma": 16000, "id": "box-1"}'

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.sampled_from([row[i] for row in KEYS.values() for i in range(len(row))]),
    st.floats(),
    st.text(max_size=130),
)
scalars = scalars.filter(lambda value: type(value) is not tuple)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
keys = st.sampled_from(sorted(KEYS)) | st.text(max_size=60)
objects = st.dictionaries(keys, scalars, max_size=6) | st.dictionaries(keys, values, max_size=3)


@st.composite
def spoilt(draw):
    data = bytearray(json.dumps(draw(objects)).encode())
    at = draw(st.integers(0, len(data)))
    data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


files = st.one_of(
    objects.map(json.dumps).map(str.encode),
    values.map(json.dumps).map(str.encode),
    spoilt(),
    st.binary(),
)


@pytest.fixture(autouse=True)
def no_real_files():
    yield
    Flash().restore(config)


def assert_usable(values):
    assert values == check(values, RATED_MA)
    assert set(values) == set(KEYS)
    assert values["id"].isascii()
    for value in values.values():
        json.dumps(value)
        if type(value) is str:
            value.encode()


def assert_readable(complaint):
    assert 0 < len(complaint.encode()) < 400


@settings(deadline=None, max_examples=300)
@given(files, st.sampled_from([None, GOOD]) | files)
@example(b"[" * 4_000, GOOD)
@example(b"[" * 100_000, b"[" * 100_000)
@example(b'{"limit_ma": 1e999}', GOOD)
@example(b'{"limit_ma": NaN}', GOOD)
@example(b'{"limit_ma": ' + b"9" * 4_000 + b"}", GOOD)
@example(b'{"limit_ma": 6000, "limit_ma": true}', GOOD)
@example(b'{"' + b"k" * 4_000 + b'": 1}', GOOD)
@example(b'{"mqtt_host": "\\ud800"}', GOOD)
@example(b'{"\\ud800": 1}', GOOD)
@example("{}".encode("utf-16"), None)
def test_any_file_is_used_or_refused_and_the_box_starts(text, last):
    flash = Flash(durable_on_close=True).use(config)
    flash.files["/config.json"] = bytearray(text)
    if last is not None:
        flash.files["/config.good.json"] = bytearray(last)
    used, complaint, digest = load("", RATED_MA)
    assert_usable(used)
    assert digest in {"", *(sha256(data).hexdigest()[:8] for data in flash.files.values())}
    if complaint:
        assert_readable(complaint)
        assert used["limit_ma"] in ({16_000} if last is GOOD else range(RATED_MA + 1))
        assert flash.files.get("/config.good.json") == last
    else:
        assert used == check(json.loads(text), RATED_MA)
        assert flash.files["/config.good.json"] == text
    assert load("", RATED_MA) == (used, complaint, digest)


@settings(deadline=None, max_examples=200)
@given(objects)
def test_a_refusal_names_a_key_that_is_to_blame(values):
    try:
        assert_usable(check(values, RATED_MA))
    except ConfigError as error:
        complaint = error.args[0]
    else:
        return
    assert_readable(complaint)
    names = [*values, "cable_ma"]  # the one that may be missing
    assert any(complaint.startswith(repr(key).strip("'")[:40] + ":") for key in names)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 200))
def test_a_power_cut_while_the_last_good_one_is_written_leaves_a_good_one(left):
    flash = Flash(durable_on_close=True).use(config)
    flash.files["/config.json"] = bytearray(GOOD)
    load("", RATED_MA)
    flash.files["/config.json"] = bytearray(b'{"limit_ma": 17000}')
    flash.left = left
    try:
        load("", RATED_MA)
    except PowerCut:
        assert left < flash.written
    flash.left = None
    flash.files["/config.json"] = bytearray(b"{")
    assert load("", RATED_MA)[0]["limit_ma"] in (16_000, 17_000)
