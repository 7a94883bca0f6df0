"""Where a simulated box lives, and which broker it uses."""

import json
import socket

import pytest
from sim_box.place import CannotStart, prepare


@pytest.fixture
def somebody():
    """host:port where connections are taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def config(root):
    return json.loads((root / "config.json").read_text())


def test_a_new_box_gets_a_configuration_and_a_broker_of_its_own(tmp_path):
    place = prepare(tmp_path / "new", "", False)
    assert place.own
    assert place.open
    assert config(place.root)["id"] == place.id == "sim-box"
    assert config(place.root)["mqtt_port"] == place.port


def test_the_same_folder_is_the_same_box(tmp_path):
    first = prepare(tmp_path, "", False)
    assert prepare(tmp_path, "", False) == first


def test_a_broker_that_answers_is_used(tmp_path, somebody):
    place = prepare(tmp_path, somebody, False)
    assert not place.own
    assert f"127.0.0.1:{config(tmp_path)['mqtt_port']}" == somebody
    assert prepare(tmp_path, "", False) == place


def test_a_blank_box_has_no_configuration(tmp_path):
    place = prepare(tmp_path, "", True)
    assert not (tmp_path / "config.json").exists()
    assert place.own
    assert place.id == "pilotwire"


def test_a_broker_with_credentials_is_not_listened_to(tmp_path, somebody):
    port = int(somebody.rpartition(":")[2])
    keys = {"id": "box-1", "mqtt_host": "127.0.0.1", "mqtt_port": port, "mqtt_user": "box-1"}
    (tmp_path / "config.json").write_text(json.dumps(keys))
    place = prepare(tmp_path, "", False)
    assert (place.id, place.own, place.open) == ("box-1", False, False)


@pytest.mark.parametrize(
    ("broker", "blank", "kept", "says"),
    [
        ("nowhere", False, None, "no host:port"),
        ("127.0.0.1:0", False, None, "no host:port"),
        ("127.0.0.1:1", False, None, "leave --broker out"),
        ("", True, "{}", "--blank wants a new folder"),
        ("", False, "{", "is no JSON"),
        ("", False, "[]", "is no object"),
    ],
)
def test_what_cannot_be_is_said(tmp_path, broker, blank, kept, says):
    if kept:
        (tmp_path / "config.json").write_text(kept)
    with pytest.raises(CannotStart, match=says):
        prepare(tmp_path, broker, blank)
