"""A device's key as it lies on the box, or as somebody has written it down."""

import pytest
from journals import SECRET, source, story
from pilotwire.record.frame import is_sealed
from records.keys import device_key, hash_of
from records.source import SourceError


@pytest.mark.parametrize(
    "data", [SECRET, SECRET.hex().encode(), b"  " + SECRET.hex().upper().encode() + b"\r\n"]
)
def test_bytes_and_digits_are_the_same_key(tmp_path, data):
    path = tmp_path / "device.key"
    path.write_bytes(data)
    key = device_key(path)
    assert all(is_sealed(one.frame, key) for one in source(story()).found)


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 64, b"0" * 63, b"0" * 66, b"\xff" * 99])
def test_anything_else_is_refused_by_name(tmp_path, data):
    path = tmp_path / "device.key"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"device\.key: no device key; wanted are the 32 bytes"):
        device_key(path)


def test_no_file_at_all(tmp_path):
    with pytest.raises(SourceError, match="No such file"):
        device_key(tmp_path / "device.key")


def test_a_hash_is_64_digits():
    assert hash_of("0A" * 32) == b"\x0a" * 32
    for text in ("", "0a" * 31, "xy" * 32, "ü" * 64):
        with pytest.raises(SourceError, match="64 hexadecimal digits"):
            hash_of(text)
