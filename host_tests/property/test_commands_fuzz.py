"""Any bytes as a command or an acknowledgement: checked, or refused with a reason; never else."""

import json
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pilotwire.link import commands as module
from pilotwire.link.commands import Commands, Refused, acknowledged

_LINES = Path(module.__file__).with_name("commands.json").read_text().splitlines()
COMMANDS = {row["type"]: row["args"] for row in map(json.loads, _LINES)}
REASONS = {"malformed", "retained", "repeated", "expired", "unknown", "range"}

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**60), 10**60),
    st.floats(),
    st.text(st.characters(), max_size=70),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
names = st.sampled_from(sorted({key for table in COMMANDS.values() for key in table})) | st.text(
    max_size=9
)
likely = [
    -1,
    0,
    1,
    3,
    True,
    1.0,
    6_000,
    80_000,
    80_001,
    432_000,
    "off",
    "0123456789abcdef",
    [],
    {},
]
numbers = st.sampled_from(likely) | values
nearly = st.fixed_dictionaries(
    {},
    optional={
        "id": st.text(min_size=1, max_size=66) | values,
        "type": st.sampled_from(sorted(COMMANDS)) | values,
        "args": st.dictionaries(names, numbers, max_size=4) | values,
        "exp": st.integers(0, 4_000_000_000) | values,
        "upto": values,
    },
)


def fits(row, value):
    """What commands.json means, in other words than the firmware's."""
    match row:
        case ["text", most, _]:
            return type(value) is str and len(value) <= most and value.isascii()
        case ["hash", digits, _]:
            return (
                type(value) is str
                and len(value) == digits
                and set(value) <= set("0123456789abcdef")
            )
        case ["choice", choices, _]:
            return (type(value), value) in [(type(choice), choice) for choice in choices]
        case ["list", most, _]:
            return type(value) is list and len(value) <= most
        case ["object", strict, _]:
            return type(value) is dict or (value is None and not strict)
        case [least, most, _]:
            return type(value) is int and least <= value <= most
    raise ValueError(row)


def encoded(value):
    return json.dumps(value).encode()


@st.composite
def spoilt(draw):
    """Nearly a command, with bytes changed, left out or put in."""
    data = bytearray(encoded(draw(nearly)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


payloads = st.one_of(nearly.map(encoded), values.map(encoded), spoilt(), st.binary())


@settings(deadline=None, max_examples=400)
@given(payloads, st.booleans(), st.none() | st.integers(0, 2**32))
@example(b"[" * 100_000, False, None)
@example(b'{"id":' * 20_000, False, None)
@example(b'{"id": "a", "args": ' + b"[" * 500 + b"]" * 500 + b"}", False, None)
@example(b'{"id": "a", "type": "limit", "args": {"ma": 1e999}}', False, None)
@example(b'{"id": "a", "type": "limit", "args": {"ma": NaN}}', False, None)
@example(b'{"id": "a", "type": "limit", "args": {"ma": ' + b"9" * 4_000 + b"}}", False, None)
@example(b'{"id": "a", "type": "limit", "args": {"ma": ' + b"9" * 100_000 + b"}}", False, None)
@example(b'{"id": "a", "type": "limit", "args": {"ma": 1, "ma": true}}', False, None)
@example(b'{"id": "a", "exp": ' + b"9" * 4_000 + b"}", False, 1)
@example(b'{"id": "\\ud800", "type": "stop"}', False, None)
@example(b'{"id": "a", "\\udfff": 1}', False, None)
@example(b'{"id": "\xed\xa0\x80"}', False, None)
@example(b'{"id": "\xff"}', False, None)
@example("{}".encode("utf-16"), False, None)
@example(b'{"id": "a", "type": "stop", "x": "' + b"x" * 100_000 + b'"}', False, None)
def test_a_command_is_checked_or_refused_with_a_reason(payload, retained, unix_s):
    commands = Commands()
    try:
        id_, type_, args = commands.check(payload, retained, unix_s)
    except Refused as refused:
        id_, reason, about = refused.args
        assert reason in REASONS
        assert id_ is None or id_ in payload.decode("utf-8", "ignore") or b"\\u" in payload
    else:
        assert not retained
        about = ""
        table = COMMANDS[type_]
        assert {key for key, row in table.items() if row[2]} <= set(args) <= set(table)
        assert all(fits(table[key], value) for key, value in args.items())
    result = json.dumps({"id": id_, "about": about}).encode()
    assert len(result) < 400
    if id_ is not None:
        assert id_.isascii()
        assert 0 < len(id_) <= 64


@settings(deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=2), max_size=40))
def test_an_id_among_the_last_sixteen_is_never_obeyed_twice(ids):
    commands = Commands()
    obeyed = []
    for id_ in ids:
        try:
            commands.check(encoded({"id": id_, "type": "pause"}), False, None)
        except Refused as refused:
            refusal = refused.args
        else:
            assert id_ not in obeyed[-16:]
            obeyed.append(id_)
            continue
        assert refusal[:2] == (id_, "repeated")
        assert id_ in obeyed
    assert len(commands._seen) <= 16


@settings(deadline=None, max_examples=200)
@given(payloads)
@example(b"[" * 100_000)
@example(b'{"upto": 1e999}')
@example(b'{"upto": true}')
@example(b'{"upto": ' + b"9" * 4_000 + b"}")
def test_an_acknowledgement_is_a_number_or_refused(payload):
    try:
        upto = acknowledged(payload)
    except Refused as refused:
        id_, reason, about = refused.args
        assert (id_, reason) in ((None, "malformed"), (None, "range"))
        assert about
    else:
        assert type(upto) is int
        assert upto >= 0
