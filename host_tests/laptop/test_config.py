"""`pilotwire config` against a console that takes and refuses."""

import json

import pytest
from laptop import config
from laptop.trouble import DONE, REFUSED, WRONG
from talker import Talker

NOW = {"id": "desk", "limit_ma": 0, "ventilated": False, "location": "", "mqtt_password": "***"}
SHOWN = "\r\n".join(f"{key} = {json.dumps(value)}" for key, value in NOW.items())


@pytest.fixture(autouse=True)
def pin(monkeypatch):
    monkeypatch.setenv("PILOTWIRE_PIN", "314159")


def pushed(tmp_path, keys, more=None, **how):
    """(exit code, lines that the box was sent)."""
    file = tmp_path / "box.json"
    file.write_text(json.dumps(keys))
    answers = {"config get": SHOWN, "login": "PIN: ", "314159": "Done.", **(more or {})}
    how = {"dry": False, "reboot": False, "as_json": False, **how}
    with Talker(answers) as box:
        code = config.push(box.url, file, **how)
    return code, box.heard


def test_only_what_differs_is_set_and_saved(tmp_path):
    keys = {**NOW, "limit_ma": 16_000, "ventilated": True, "location": "bay 7"}
    code, heard = pushed(tmp_path, keys, reboot=True)
    assert code == DONE
    assert heard[heard.index("config get") + 1 :] == [
        "config set limit_ma 16000",
        "config set ventilated true",
        'config set location "bay 7"',
        "config save",
        "reboot",
        "exit",
    ]


@pytest.mark.parametrize(("keys", "how"), [(NOW, {}), ({"limit_ma": 1}, {"dry": True})])
def test_nothing_is_set_where_nothing_is_to_be(tmp_path, keys, how):
    code, heard = pushed(tmp_path, keys, **how)
    assert code == DONE
    assert not [line for line in heard if line.startswith(("config set", "config save"))]


def test_nothing_is_saved_once_the_box_refuses_a_key(tmp_path, capsys):
    refusal = {"config set limit_ma 99": "Not accepted: limit_ma: 99 is outside 0 to 32000"}
    code, heard = pushed(tmp_path, {"limit_ma": 99, "location": "x"}, refusal)
    assert code == REFUSED
    assert "config save" not in heard
    assert "outside 0 to 32000" in capsys.readouterr().err


def test_a_key_that_the_box_has_not_is_refused_before_anything_is_set(tmp_path, capsys):
    code, heard = pushed(tmp_path, {"limit_mA": 6000})
    assert code == WRONG
    assert not [line for line in heard if line.startswith("config set")]
    assert "limit_mA" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[]", None])
def test_a_file_that_is_none_is_said_without_a_box(tmp_path, text, capsys):
    file = tmp_path / "box.json"
    if text:
        file.write_text(text)
    assert config.push("socket://127.0.0.1:1", file, False, False, True) == WRONG
    assert set(json.loads(capsys.readouterr().out)) == {"error", "means", "do"}
