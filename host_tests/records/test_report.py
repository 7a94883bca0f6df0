"""`pilotwire records`, as a person types it: what is printed where, and the exit code."""

import csv
import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from journals import SECRET, Box, jsonl, packed, rebuilt, story
from pilotwire.record import layout
from pilotwire_cli.main import app
from pyocmf import OCMF
from typer.testing import CliRunner


def run(*arguments):
    return CliRunner().invoke(app, ["records", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A box's folder, as it was copied, with the operator's key beside it."""
    root = tmp_path_factory.mktemp("box")
    box = Box(root)
    for _ in range(3):
        box.charge()
    box.charge(meter_serial=None)
    (root / "tx.jsonl").write_bytes(jsonl(box.lines()))
    key = ec.generate_private_key(ec.SECP256R1())
    (root / "operator.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return root


class TestVerify:
    def test_intact_with_the_key(self, folder):
        result = run("verify", folder, "--key", folder / "device.key")
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert lines[0] == "5 records, 1 to 5; 4 of them charges, 29.600 kWh"
        assert lines[-1] == "intact"
        assert "seals not checked" not in result.stdout

    def test_intact_without_the_key_is_said_with_its_limits(self, folder):
        result = run("verify", folder / "tx.jsonl")
        assert result.exit_code == 0
        assert "seals not checked: without --key, whoever can compute the chain" in result.stdout

    def test_the_last_hash_is_what_the_next_export_goes_on_from(self, folder, tmp_path):
        result = run("verify", folder)
        last = result.stdout.split("the last: ")[1][:64]
        assert run("verify", folder, "--after", last).exit_code == 0
        result = run("verify", folder, "--after", "00" * 31 + "01")
        assert result.exit_code == 1
        assert "anchor: record 1" in result.stdout
        rest = tmp_path / "rest"
        rest.write_bytes(b"".join(story()[4:]))
        result = run("verify", rest)
        assert result.exit_code == 0
        assert "before record 5: " in result.stdout
        assert "is the anchor" in result.stdout

    def test_what_was_dropped_is_printed_with_its_place(self, tmp_path):
        file = tmp_path / "journal.bin"
        file.write_bytes(b"".join(story()[:3] + story()[4:]))
        result = run("verify", file)
        assert result.exit_code == 1
        place = len(b"".join(story()[:3]))
        lines = result.stdout.splitlines()
        assert lines[1] == (
            f"dropped: record 5, journal.bin, byte {place}: missing before it: record 4"
        )
        assert lines[-1] == "NOT intact: dropped"

    def test_a_thousand_findings_are_not_a_thousand_lines(self, tmp_path):
        frames = list(story()) * 30
        file = tmp_path / "journal.bin"
        file.write_bytes(b"".join(frames))
        result = run("verify", file)
        assert result.exit_code == 1
        assert len(result.stdout.splitlines()) < 30
        assert "NOT intact: repeated 290 times" in result.stdout

    def test_only_the_key_tells_a_chain_that_was_made_anew(self, folder, tmp_path):
        changed = [data[:50] + b"\x00" + data[51:] for data in story()]
        file = tmp_path / "journal.bin"
        file.write_bytes(b"".join(rebuilt([*story()[:4], *changed[4:]])))
        assert run("verify", file).exit_code == 0
        result = run("verify", file, "--key", folder / "device.key")
        assert result.exit_code == 1
        assert "changed: record 5, " in result.stdout

    def test_a_note_is_no_failure_but_is_not_passed_over(self, tmp_path):
        box = Box(tmp_path)
        box.charge(end_wh=7_390, wh=7_390)
        box.charge()
        result = run("verify", tmp_path)
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert lines[1].startswith("note, unrecorded: record 3, 00, byte ")
        assert lines[-1] == "intact, but see the notes"

    @pytest.mark.parametrize("options", [["--after", "xyz"], ["--key", "nothing"]])
    def test_options_that_are_none(self, folder, options):
        result = run("verify", folder, *options)
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 2


class TestShow:
    def test_a_line_a_record(self, folder):
        result = run("show", folder)
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert len(lines) == 6
        assert lines[0].startswith("     1  2027-01-15T08:00:00Z  start")
        assert lines[1] == (
            "     2  2027-01-15T08:40:00Z  charge 2: 7.400 kWh, measured, 38 min charging, "
            "unplugged, 4711"
        )
        assert "not verified" in lines[-1]

    def test_what_is_not_there_has_a_line_too(self, tmp_path):
        file = tmp_path / "tx"
        record = json.loads(jsonl([{"frame": ""}]))
        box = Box(tmp_path)
        box.charge()
        lost = {"seq": 4, "kind": "missing", "first": 3}
        file.write_bytes(jsonl([*box.lines(), lost, record]))
        lines = run("show", file).stdout.splitlines()
        assert lines[2].strip() == "3 to 4: the box says that it has lost them"
        assert lines[3].strip() == "0 bytes are no sound record (tx, line 4)"


class TestCsv:
    def test_to_the_screen_and_to_a_file(self, folder, tmp_path):
        out = tmp_path / "charges.csv"
        printed = run("csv", folder)
        assert run("csv", folder, "-o", out).exit_code == 0
        assert printed.stdout_bytes == out.read_bytes()
        assert printed.stderr == ""
        assert len(list(csv.DictReader(out.open(newline="")))) == 4

    def test_records_that_are_not_intact_come_with_a_warning(self, tmp_path):
        file = tmp_path / "file"
        file.write_bytes(b"".join(story()[:3] + story()[4:]))
        result = run("csv", file)
        assert result.exit_code == 0
        assert "not intact" in result.stderr

    def test_a_file_that_cannot_be_written(self, folder, tmp_path):
        result = run("csv", folder, "-o", tmp_path / "no" / "file")
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 2


class TestOcmf:
    def sign(self, folder, *options, file=None):
        keys = ("--key", folder / "device.key", "--sign", folder / "operator.pem")
        return run("ocmf", file or folder, *keys, *options)

    def test_one_charge(self, folder, tmp_path):
        out = tmp_path / "charge.ocmf"
        assert self.sign(folder, "--charge", 3, "-o", out).exit_code == 0
        text = out.read_text()
        assert OCMF.from_string(text, strict=True).payload.PG == "T3"
        assert text.endswith("}\n")

    def test_all_that_can_be_signed_and_why_the_others_cannot(self, folder):
        result = self.sign(folder)
        assert result.exit_code == 1
        documents = result.stdout.splitlines()
        assert [OCMF.from_string(one).payload.PG for one in documents] == ["T2", "T3", "T4"]
        assert "charge 5, record 5: not signed: its meter has not told" in result.stderr

    def test_a_charge_that_is_not_there(self, folder):
        result = self.sign(folder, "--charge", 99)
        assert result.exit_code == 1
        assert "there is no charge 99 in it" in result.stderr

    def test_the_meters_own_is_not_touched(self, folder, tmp_path):
        own = 'OCMF|{"FV" :\t"1.0",\r\n "TT":"\\u00e4 ä" }|{ "SD":"00" }'
        lines = [json.loads(line) for line in (folder / "tx.jsonl").read_text().splitlines()]
        lines[2]["ocmf"] = own
        file = tmp_path / "tx.jsonl"
        file.write_bytes(jsonl(lines))
        out = tmp_path / "charge.ocmf"
        result = self.sign(folder, "--charge", 3, "-o", out, file=file)
        assert result.exit_code == 0
        assert "passed on as the meter has signed it" in result.stderr
        assert out.read_bytes() == own.encode() + b"\n"
        assert self.sign(folder, "--charge", 3, file=file).stdout_bytes == out.read_bytes()

    def test_nothing_is_signed_with_another_devices_key(self, folder, tmp_path):
        key = tmp_path / "device.key"
        key.write_bytes(bytes(32))
        out = tmp_path / "out"
        keys = ("--key", key, "--sign", folder / "operator.pem")
        result = run("ocmf", folder, *keys, "-o", out)
        assert result.exit_code == 1
        assert result.stderr.count("it is not verified") == 4
        assert not out.exists()

    def test_two_records_that_claim_one_charge(self, folder, tmp_path):
        box = Box(tmp_path)
        box.charge()
        box.journal.open({})
        box.journal.close({"charge": 2})
        result = self.sign(folder, file=tmp_path)
        assert result.exit_code == 1
        assert result.stderr.count("records 2, 3 all say that they are this charge") == 2


COMMANDS = ("verify", "show", "csv")


@settings(deadline=None)
@given(st.binary(), st.sampled_from(COMMANDS))
def test_random_bytes_are_refused_in_two_lines(tmp_path_factory, data, command):
    file = tmp_path_factory.getbasetemp() / "hostile"
    file.write_bytes(data)
    result = run(command, file)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 2
    assert "hostile" in result.stderr


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            packed,
            st.integers(0, 255),
            st.integers(0, 0xFFFFFFFF),
            st.just(bytes(32)),
            st.binary(max_size=195)
            | st.lists(
                st.tuples(st.integers(0, 2 * len(layout.FIELDS)), st.binary(max_size=12)).map(
                    lambda field: bytes([field[0], len(field[1])]) + field[1]
                ),
                max_size=12,
            ).map(lambda fields: b"".join(fields)[:195]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_forged_records_are_judged_without_a_trace(tmp_path_factory, frames):
    file = tmp_path_factory.getbasetemp() / "forged"
    file.write_bytes(b"".join(frames))
    key = tmp_path_factory.getbasetemp() / "device.key"
    key.write_bytes(SECRET)
    for command in (*COMMANDS, "verify --key"):
        name, *option = command.split()
        result = run(name, file, *(option and [*option, key]))
        assert result.exception is None or isinstance(result.exception, SystemExit), command
        assert result.exit_code in (0, 1)
        assert result.stdout.isascii()
        assert all(" " <= c <= "~" or c == "\n" for c in result.stdout)
