"""Messages to a box that nobody should send, among some that one may; all from one number.

They start from the examples of the contract: a place of them is exchanged, their bytes are
disturbed, or they are something else altogether. The box's JSON is more lenient than RFC 8259, so
what is made of an example may be obeyed: leave the examples out that must not act (`without`).
"""

import copy
import json
import random
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from contract.document import FOLDER

EXAMPLES: list[dict[str, Any]] = json.loads((FOLDER / "examples" / "cmd.json").read_text())
_MOST = 1_900  # bytes that a packet holds beside its topic
_SCALARS = {
    "set/limit_ma": (b"16000", b"80000", b"6000"),
    "set/enable": (b"true", b"1"),
    "set/phases": (b"1", b"3"),
    "set/grid_w": (b"-3200", b"0"),
}
_WRONG_TOPICS = ("cmd/more", "ack/1", "set/", "set/limit_ma/x", "set/else", "set/\u00e9\u4e2d")
# What follows a plan stays in memory once there was one: begin with this one, which limits nothing
# before the year 2096.
HARMLESS_PLAN = {"slots": [[4_000_000_000, 4_000_000_060, 32_000]], "otherwise_ma": 32_000}
_ODD = (
    None, True, False, 0, -1, 7, 80_001, 1 << 30, 1 << 31, 1 << 62, 1 << 64, -(1 << 63), 10**300,
    0.5, 1e308, -0.0, "", " ", "x" * 65, "x" * 1_500, "\x00", "\u00e9", "\ud800", "%s%n{0}",
    "../x", "__class__", [], {}, [[]], {"": None}, [0] * 300,
)  # fmt: skip


class Message(NamedTuple):
    """To `topic` below the box's prefix. `id` is that of a command that keeps to the contract."""

    topic: str
    payload: bytes
    retain: bool = False
    id: str = ""


def messages(seed: int, count: int, without: Collection[str] = ()) -> Iterator[Message]:
    """`count` of them; none starts from an example of a type in `without`."""
    rng = random.Random(seed)
    examples = [example for example in EXAMPLES if example["type"] not in without]
    for number in range(count):
        yield _message(rng, examples, f"h{seed}-{number}")


def _message(rng: random.Random, examples: list[dict[str, Any]], id_: str) -> Message:
    kind = rng.random()
    if kind < 0.08:
        example = {**rng.choice(examples), "id": id_}
        example.pop("exp", None)
        return Message("cmd", json.dumps(example).encode(), id=id_)
    if kind < 0.3:
        topic = rng.choice(tuple(_SCALARS))
        text = rng.choice(_SCALARS[topic])
        return Message(topic, text if rng.random() < 0.3 else _disturbed(rng, text), kind < 0.1)
    if kind < 0.38:
        value = {"upto": rng.choice(_ODD)} if rng.random() < 0.6 else rng.choice(_ODD)
        return Message("ack", _text(value), kind < 0.31)
    payload = _payload(rng, examples, id_)
    if kind < 0.42:
        return Message(rng.choice(_WRONG_TOPICS), payload)
    topic = "ack" if kind < 0.48 else "cmd"
    return Message(topic, payload, retain=rng.random() < 0.02)


def _payload(rng: random.Random, examples: list[dict[str, Any]], id_: str) -> bytes:
    """Something that looks like a command, less or more."""
    example = {**copy.deepcopy(rng.choice(examples)), "id": id_}
    kind = rng.random()
    if kind < 0.35:
        for _ in range(rng.choice((1, 1, 2, 3))):
            _exchange(rng, example)
        return _text(example)[: _MOST + 200]
    if kind < 0.6:
        return _disturbed(rng, json.dumps(example).encode())
    if kind < 0.75:
        return rng.randbytes(rng.choice((0, 1, 8, 60, 300)))
    if kind < 0.8:
        opening = rng.choice((b"[", b'{"a":', b'[{"a":', b"[[],"))
        return opening * rng.randrange(1, _MOST // len(opening))
    if kind < 0.9:
        long = rng.choice((b"9" * 1_700, b"-" * 500, b'"' + b"\\u0000" * 250, b"1e" + b"9" * 400))
        return b'{"id": "' + id_.encode() + b'", "type": "limit", "args": {"ma": ' + long + b"}}"
    if kind < 0.91:
        return b"x" * rng.choice((2_000, 2_048, 5_000))
    place = rng.choice(("id", "type", "args"))
    nested = b"[" * rng.randrange(1, 800)
    rest = {key: value for key, value in example.items() if key != place}
    text = json.dumps(rest).encode()[:-1] + b', "' + place.encode() + b'": '
    if place == "args":
        key = rng.choice(tuple(example.get("args") or {"x": 1})).encode()
        return text + b'{"' + key + b'": ' + nested + b"]" * len(nested) + b"}}"
    return text + nested + b"]" * len(nested) + b"}"


def _exchange(rng: random.Random, value: Any) -> None:
    """Something somewhere in it becomes something else."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = rng.choice(keys)
        below = value[key]
        if isinstance(below, (dict, list)) and below and rng.random() < 0.8:
            value = below
            continue
        kind = rng.random()
        if kind < 0.7:
            value[key] = copy.deepcopy(rng.choice(_ODD))
        elif kind < 0.85:
            del value[key]
        elif isinstance(value, dict):
            value[rng.choice(("", "ma", "more", "\u00e9" * 40))] = below
        else:
            value.extend([below] * rng.choice((1, 40)))
        return


def _disturbed(rng: random.Random, text: bytes) -> bytes:
    data = bytearray(text)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind == 0:
            data[at:at] = bytes([rng.randrange(256)])
        elif kind == 1:
            del data[at : at + rng.choice((1, 2, 9))]
        elif kind == 2 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 3:
            data[at:at] = data[at // 2 : at]
        else:
            data[at:at] = rng.choice(
                (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b'"', b"}", b"e9")
            )
    return bytes(data[:_MOST])


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
