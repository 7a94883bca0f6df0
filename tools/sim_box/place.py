"""Where a simulated box lives: its folder, which is its flash, and its broker."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.ports import free_port
from telling.trouble import WRONG, Trouble

ID = "sim-box"
_UNNAMED = "pilotwire"  # what a box without configuration calls itself
NETWORKS = {"home": ("correct horse", -61), "neighbour": ("not yours", -84)}
_LOCAL = "127.0.0.1"
_KNOCK_S = 2.0
_MEND = "mend it (docs/configuration.md), or remove it"
_NEW: dict[str, Any] = {
    "id": ID,
    "limit_ma": 16_000,
    "wifi_ssid": "home",
    "wifi_key": NETWORKS["home"][0],
    "heartbeat_s": 5,
    "mqtt_keepalive_s": 10,
}


class CannotStart(Trouble):
    """Something that is needed is not there."""

    def __init__(self, happened: str, do: str):
        super().__init__(WRONG, happened, "nothing was started", do)


@dataclass(frozen=True)
class Place:
    """`own`: the broker at host and port is ours to start. `open`: it lets anybody listen."""

    root: Path
    id: str
    host: str
    port: int
    own: bool
    open: bool


def prepare(root: Path, broker: str, blank: bool) -> Place:
    """Make the folder and its config.json where there is none, and decide on the broker.

    `broker` is host:port, or "" for the one that config.json names: where that is on this computer
    and nobody answers there, one is started. `blank`: a box as from the maker, without
    configuration. Raises CannotStart.
    """
    config = _config(root)
    if blank and config is not None:
        raise CannotStart(f"{root}: there is a config.json already", "--blank wants a new folder")
    host, port = address(broker) if broker else ("", 0)
    if config is None:
        host, port = host or _LOCAL, port or free_port()
        config = {**_NEW, "mqtt_host": host, "mqtt_port": port}
        if blank:
            config["id"] = _UNNAMED
        else:
            _write(root, config)
        return _placed(root, config, bool(broker))
    if broker:
        config |= {"mqtt_host": host, "mqtt_port": port}
        _write(root, config)
    elif not config.get("mqtt_host"):
        config |= {"mqtt_host": _LOCAL, "mqtt_port": free_port()}
        _write(root, config)
    return _placed(root, config, bool(broker))


def _placed(root: Path, config: dict[str, Any], named: bool) -> Place:
    host, port = config["mqtt_host"], config.get("mqtt_port", 1_883)
    plain = config.get("mqtt_tls", "off") == "off" and not config.get("mqtt_user")
    there = answers(host, port)
    if named and not there:
        raise CannotStart(
            f"no MQTT broker answers at {host}:{port}",
            "start one there that takes anonymous clients, or leave --broker out and one is "
            "started for the box",
        )
    own = plain and host in (_LOCAL, "localhost") and not there
    return Place(root, str(config.get("id", "pilotwire")), host, port, own, plain)


def _config(root: Path) -> dict[str, Any] | None:
    file = root / "config.json"
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            return None
        found = json.loads(file.read_text())
    except OSError as error:
        raise CannotStart(
            f"{root} cannot be used ({error.strerror})", "name another folder"
        ) from error
    except ValueError as error:
        raise CannotStart(f"{file} is no JSON ({error})", _MEND) from error
    if not isinstance(found, dict):
        raise CannotStart(f"{file} is no object", _MEND)
    return found


def _write(root: Path, config: dict[str, Any]) -> None:
    (root / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def address(text: str) -> tuple[str, int]:
    """(host, port) of --broker. Raises CannotStart."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise CannotStart(f"--broker {text} is no host:port", "name one, as in 127.0.0.1:1883")
    return host, int(port)


def answers(host: str, port: int) -> bool:
    """Whether somebody takes connections there."""
    try:
        socket.create_connection((host, port), _KNOCK_S).close()
    except OSError:
        return False
    return True
