"""`pilotwire provision`: a batch made whole or not at all, and put onto boards."""

import json
import re
import stat

import pytest
from certificates import Authority
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from flashing import console
from pilotwire.config import parse
from pilotwire_cli.main import app
from provision import labels, passwords
from standin import StandIn
from typer.testing import CliRunner

GOOD = "id,wifi_ssid,wifi_key,limit_ma,ventilated\nbox-1,home,a good key,16000,\nbox-2,,,,true\n"
BROKER = ("--broker", "mqtt.example.com:8883")


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments, csv=None):
        if csv is not None:
            (tmp_path / "boxes.csv").write_text(csv)
            arguments = ("make", "out", "--csv", "boxes.csv", *BROKER, *arguments)
        result = CliRunner().invoke(app, ["provision", *arguments])
        return result.exit_code, result.output

    return call


def configs(root):
    files = root.glob("boxes/*/config.json")
    return {path.parent.name: json.loads(path.read_text()) for path in files}


def test_each_box_gets_a_configuration_that_the_firmware_takes(run, tmp_path):
    assert run(csv=GOOD)[0] == 0
    made = configs(tmp_path / "out")
    assert made["box-1"]["wifi_key"] == "a good key"
    assert made["box-2"]["ventilated"] is True
    for name, config in made.items():
        path = tmp_path / "out" / "boxes" / name / "config.json"
        assert parse(path.read_bytes(), 32_000)["mqtt_user"] == name
        assert config["mqtt_tls"] == "on"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets = {config["mqtt_password"] for config in made.values()}
    assert len(secrets) == 2
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in secrets)


def test_certificates_are_of_one_authority_that_later_batches_keep(run, tmp_path):
    assert run(csv=GOOD)[0] == 0
    assert run("--mutual", csv="id\nbox-3\n")[0] == 0
    authority = Authority.kept(tmp_path / "out").identity.certificate
    for path in (tmp_path / "out" / "boxes").glob("*/ca.der"):
        assert path.read_bytes() == authority.public_bytes(Encoding.DER)
    client = (tmp_path / "out" / "boxes" / "box-3" / "client.crt.der").read_bytes()
    x509.load_der_x509_certificate(client).verify_directly_issued_by(authority)
    assert "mqtt_password" not in configs(tmp_path / "out")["box-3"]


def test_passwords_are_hashed_as_mosquitto_hashes_them(run, tmp_path):
    run(csv=GOOD)
    file = tmp_path / "out" / "broker" / "passwords"
    assert passwords.users(file) == {"box-1", "box-2"}
    line = re.compile(r"box-\d:\$7\$101\$[\w+/]{16}\$[\w+/]{86}==")
    assert all(line.fullmatch(one) for one in file.read_text().split())
    for config in configs(tmp_path / "out").values():
        assert config["mqtt_password"] not in file.read_text()


@pytest.mark.parametrize(
    ("csv", "says"),
    [
        ("id,limit_ma\nbox-1,99999\n", "line 2, column limit_ma: 99999 is outside 0 to 80000"),
        ("id,limit_ma\nbox-1,high\n", "line 2, column limit_ma: 'high' is none of 0 to 80000"),
        ("id,phases\nbox-1,2\n", "line 2, column phases: 2 is none of 1, 3"),
        ("id,ventilated\nbox-1,maybe\n", "column ventilated: 'maybe' is none of true, false"),
        ("id\nbox 1\n", "line 2, column id: letters, digits, - and _ wanted"),
        ("id\n" + "x" * 21 + "\n", "line 2, column id: 1 to 20 characters wanted"),
        ("id\nbox-1\n\nbox-1\n", "line 4, column id: 'box-1' is the id of line 2, too"),
        ("id\nbackend\n", "line 2, column id: 'backend' is a user with rights of its own"),
        ("id,profile\nbox-1,gbt18487\n", "line 2, column cable_ma: gbt18487 wants"),
        ("id,limit_ma\nbox-1\n", "line 2, column limit_ma: 1 values for 2 columns"),
        ("id,limit\nbox-1,1\n", "line 1: 'limit' is no key"),
        ("id,mqtt_user\nbox-1,me\n", "line 1: column mqtt_user is made here"),
        ("name\nbox-1\n", "line 1: a column id is wanted"),
        ("id,id\na,b\n", "line 1: column id is there twice"),
        ("id\n", "one of values at least"),
        ('id\n"box\n', "boxes.csv"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_written(run, tmp_path, csv, says):
    code, said = run(csv=csv)
    assert code == 2
    assert says in said
    assert not (tmp_path / "out").exists()


def test_all_bad_rows_are_named_at_once(run):
    _, said = run(csv="id,limit_ma\nbox-1,x\nbox-2,1\nbackend,-1\n")
    assert re.findall(r"line (\d+), column limit_ma", said) == ["2", "4"]


def test_a_box_that_was_made_keeps_its_credentials(run, tmp_path):
    run(csv=GOOD)
    before = configs(tmp_path / "out")
    code, said = run(csv=GOOD)
    assert code == 2
    assert "box-1 was made already" in said
    assert configs(tmp_path / "out") == before


def test_one_box_needs_no_table(run, tmp_path):
    code, _ = run("make", "out", "--id", "box-9", "--key", "limit_ma=10000", *BROKER, "--no-tls")
    assert code == 0
    assert configs(tmp_path / "out")["box-9"]["limit_ma"] == 10_000
    assert not (tmp_path / "out" / "ca.key").exists()


def test_labels_are_pages_of_24_and_the_same_bytes_twice(tmp_path):
    texts = [(f"pilotwire:box-{n}", f"box-{n}", "Bay") for n in range(25)]
    for name in ("a.pdf", "b.pdf"):
        labels.write(tmp_path / name, texts)
    data = (tmp_path / "a.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data == (tmp_path / "b.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", data)) == 2


def test_a_box_is_put_into_a_simulated_ones_folder_and_no_other_over_it(run, tmp_path):
    run(csv=GOOD)
    assert run("put", "out/boxes/box-1", "sim/")[0] == 0
    assert run("put", "out/boxes/box-1", "sim/")[0] == 0
    code, said = run("put", "out/boxes/box-2", "sim/")
    assert code == 1
    assert "the box there is box-1, not box-2" in said
    assert run("put", "out/boxes/box-2", "sim/", "--again")[0] == 0
    assert (tmp_path / "sim" / "ca.der").exists()


def test_a_box_is_put_onto_a_board_and_verified(run, tmp_path, micropython):
    run(csv=GOOD)
    with StandIn(tmp_path) as board:
        assert run("put", "out/boxes/box-1", board.port)[0] == 0
        board.wait_for(b">>> ")
        code, said = run("put", "out/boxes/box-2", board.port)
        assert code == 1
        assert "the box there is box-1, not box-2" in said
        board.wait_for(b">>> ")
        with console.Console(board.port) as opened:
            facts = opened.facts()
            content = (tmp_path / "out" / "boxes" / "box-1" / "config.json").read_bytes()
            assert opened.read("/config.json", 4_096) == content
    assert {"config.json", "ca.der"} <= set(facts.files)
    assert not [name for name in facts.files if name.endswith(".part")]


def test_a_port_where_nothing_is_ends_with_3(run, tmp_path):
    run(csv=GOOD)
    code, said = run("put", "out/boxes/box-1", str(tmp_path / "nothing"))
    assert code == 3
    assert "plug it in" in said
