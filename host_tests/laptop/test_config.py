"""`pilotwire config` against a console that takes and refuses."""

import json

import pytest
from pilotwire_cli.main import app
from talker import Talker
from telling.trouble import DONE, REFUSED, WRONG
from typer.testing import CliRunner

NOW = {"id": "desk", "limit_ma": 0, "ventilated": False, "location": "", "mqtt_password": "***"}
SHOWN = "\r\n".join(f"{key} = {json.dumps(value)}" for key, value in NOW.items())


@pytest.fixture(autouse=True)
def pin(monkeypatch):
    monkeypatch.setenv("PILOTWIRE_PIN", "314159")


def ran(*arguments):
    return CliRunner().invoke(app, ["config", "push", *map(str, arguments)])


def pushed(tmp_path, keys, *options, more=None):
    """(what the command ended with, lines that the box was sent)."""
    file = tmp_path / "box.json"
    file.write_text(json.dumps(keys))
    answers = {"config get": SHOWN, "login": "PIN: ", "314159": "Done.", **(more or {})}
    with Talker(answers) as box:
        return ran(file, box.url, *options), box.heard


def test_only_what_differs_is_set_and_saved(tmp_path):
    keys = {**NOW, "limit_ma": 16_000, "ventilated": True, "location": "bay 7"}
    result, heard = pushed(tmp_path, keys, "--reboot")
    assert result.exit_code == DONE
    assert heard[heard.index("config get") + 1 :] == [
        "config set limit_ma 16000",
        "config set ventilated true",
        'config set location "bay 7"',
        "config save",
        "reboot",
        "exit",
    ]


@pytest.mark.parametrize(("keys", "options"), [(NOW, ()), ({"limit_ma": 1}, ("--dry-run",))])
def test_nothing_is_set_where_nothing_is_to_be(tmp_path, keys, options):
    result, heard = pushed(tmp_path, keys, *options)
    assert result.exit_code == DONE
    assert not [line for line in heard if line.startswith(("config set", "config save"))]


def test_nothing_is_saved_once_the_box_refuses_a_key(tmp_path):
    refusal = {"config set limit_ma 99": "Not accepted: limit_ma: 99 is outside 0 to 32000"}
    result, heard = pushed(tmp_path, {"limit_ma": 99, "location": "x"}, more=refusal)
    assert result.exit_code == REFUSED
    assert "config save" not in heard
    assert "outside 0 to 32000" in result.stderr


def test_a_key_that_the_box_has_not_is_refused_before_anything_is_set(tmp_path):
    result, heard = pushed(tmp_path, {"limit_mA": 6000})
    assert result.exit_code == WRONG
    assert not [line for line in heard if line.startswith("config set")]
    assert "limit_mA" in result.stderr


@pytest.mark.parametrize("text", ["{", "[]", None])
def test_a_file_that_is_none_is_said_without_a_box(tmp_path, text):
    file = tmp_path / "box.json"
    if text:
        file.write_text(text)
    result = ran(file, "socket://127.0.0.1:1", "--json")
    assert result.exit_code == WRONG
    assert set(json.loads(result.stdout)) == {"error", "means", "do"}
