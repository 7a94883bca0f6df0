"""The simulated flash: a real littlefs, whose power may go at any operation and in its middle."""

import pytest
from simulation.flash import Flash, PowerCut


def _append(flash, data):
    with flash.open("/log", "ab") as file:
        file.write(data)
        file.flush()


def test_keeps_what_was_flushed_wherever_the_power_goes():
    for part in (0, 1, 100, 4_095):
        cut = 0
        while True:
            flash = Flash()
            _append(flash, b"first\n")
            flash.cut_at(cut, part)
            try:
                _append(flash, b"x" * 3_000)
                whole = True
            except PowerCut:
                whole = False
            flash.lose_power()
            flash.power_on()
            files = flash.files()
            assert files["log"] in (b"first\n", b"first\n" + b"x" * 3_000), (cut, part)
            if whole:
                assert files["log"] != b"first\n"
                break
            cut += 1
        assert cut > 1, "there was something to interrupt"


def test_replaces_by_rename_wholly_or_not_at_all():
    cut = 0
    seen = set()
    while True:
        flash = Flash()
        with flash.open("/a", "wb") as file:
            file.write(b"old")
        with flash.open("/a.new", "wb") as file:
            file.write(b"new")
        flash.cut_at(cut, 1)
        try:
            flash.rename("/a.new", "/a")
            done = True
        except PowerCut:
            done = False
        flash.power_on()
        content = flash.files()["a"]
        seen.add(content)
        assert content == b"new" if done else content in (b"old", b"new"), cut
        if done:
            break
        cut += 1
    assert seen == {b"old", b"new"}


def test_nothing_is_written_or_read_without_power():
    flash = Flash()
    flash.lose_power()
    with pytest.raises(PowerCut):
        flash.open("/a", "wb")


def test_is_full_with_a_number_and_gives_back():
    flash = Flash()
    flash.fill(1)
    with pytest.raises(OSError, match="NOSPC") as raised:
        _append(flash, bytes(20_000))
    assert raised.value.args[0] == 28
    flash.drain()
    _append(flash, bytes(20_000))


def test_says_when_it_is_used():
    flash = Flash()
    used = []
    flash.watch(lambda: used.append(1))
    _append(flash, b"line\n")
    assert used
    before = len(used)
    with flash.open("/log", "rb") as file:
        assert file.readline(2_048) == b"line\n"
        assert file.tell() == 5
    assert len(used) == before
    with pytest.raises(FileNotFoundError):
        flash.open("/nothing", "rb")
