"""A slot in one file: each of its files comes back, on MicroPython and here."""

import hashlib
import zlib
from pathlib import Path

import pytest
from flashing.console import Console
from flashing.plan import Copy, Send, after, candidates, sent, steps
from hypothesis import given
from hypothesis import strategies as st
from packing import mpy
from packing.on_demand import ON_DEMAND
from packing.pack import PackError, pack, pieces, place, size_of_index
from pilotwire.energy import mapfile
from rig.interpreter import FIRMWARE
from standin import StandIn

CONTENTS = st.dictionaries(
    st.sampled_from([f"{n}.mpy" for n in range(20)]), st.binary(max_size=40)
)


def index(content):
    return pieces(content[: size_of_index(content)])


def test_boot_py_finds_every_file_of_the_firmware_and_no_other(tmp_path, micropython):
    files = mpy.slot("pico_w")
    with StandIn(tmp_path) as board:
        with Console(board.port) as console:
            for name, content in mpy.tree(files).items():
                console.begin("/" + name)
                assert sum(console.send(content)) == len(content)
                console.end()
            console.restart("rp2")
        board.wait_for(b"main: crashed")  # there is no such chip
        with Console(board.port) as started:
            assert started.interrupted.started_from == "/a"
            for name, content in files.items():
                is_raw = name.endswith(".mpy") and name not in ON_DEMAND
                size = len(content) if is_raw else -1
                code = f"with open('/a/{place(name)}', 'rb') as file:\n data = file.read({size})\n"
                seen = started.run(code + "print(hexlify(sha256(data).digest()).decode())")
                assert seen == hashlib.sha256(content).hexdigest(), name
            for name in ("none.mpy", "app.py", "none", "pilotwire/app.mpy"):
                said = started.run(
                    f"try: os.stat('/a/{name}')\nexcept OSError as error: print(error.errno)"
                )
                assert said == "2", name


@given(CONTENTS, CONTENTS)
def test_the_steps_make_the_new_pack_of_the_old_one(old_files, new_files):
    old, new = pack(old_files), pack(new_files)
    there = index(old)
    pairs = candidates(new, there)
    same = {
        key
        for key, (mine, its) in pairs.items()
        if new[mine.start :][: mine.size] == old[its.start :][: its.size]
    }
    all_ = steps(new, there, same)
    for cut in (0, 1, len(new) // 2, len(new) - 1, len(new)):
        made = new[:cut]
        for step in after(all_, cut):
            source = old if isinstance(step, Copy) else new
            assert isinstance(step, Copy) or step.start == len(made)
            made += source[step.start : step.start + step.size]
        assert made == new
    unchanged = sum(len(new_files[n]) for n in new_files if old_files.get(n) == new_files[n])
    assert sent(all_) == len(new) - unchanged


def test_neighbours_are_one_step():
    files = {f"{n}.mpy": bytes([n]) * 9 for n in range(9)}
    new = pack(files)
    assert steps(new, index(new), set(index(new))) == [
        Send(0, size_of_index(new)),
        Copy(size_of_index(new), 81),
    ]


def test_names_with_one_key_are_refused():
    seen = {}
    for n in range(1_000_000):
        key = zlib.crc32(f"/{n}".encode()) & 0xFFFFFF
        if key in seen:
            break
        seen[key] = n
    with pytest.raises(PackError, match=f"{n}: its key stands elsewhere"):
        pack({str(seen[key]): b"", str(n): b""})


@pytest.mark.parametrize("head", [b"", b"PWP2", b"PWP1" + bytes(8)])
def test_what_is_no_pack_is_told(head):
    with pytest.raises(PackError):
        size_of_index(head)


def test_what_loads_on_demand_is_there():
    found = {path.relative_to(FIRMWARE).with_suffix(".mpy") for path in FIRMWARE.rglob("*.py")}
    assert {*map(Path, ON_DEMAND)} <= found


def test_every_makers_file_is_named():
    assert mapfile.MAKERS.split() == sorted(path.stem for path in FIRMWARE.glob("**/maps/*.json"))
