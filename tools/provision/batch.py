"""Boxes made ready: a folder each with what goes onto its flash, the broker's files, labels.

FOLDER/ca.pem ca.key                       the authority; ca.key belongs off line
FOLDER/broker/ca.pem server.* passwords acl  for mosquitto (deploy/mosquitto, docs/operators.md)
FOLDER/boxes/ID/config.json ca.der ...     for the box of that id
FOLDER/labels.pdf                          of this batch
"""

import json
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certificates import Authority, write_box, write_secret, write_server
from rig.interpreter import ROOT

from . import labels, passwords, rows

ACL = ROOT / "deploy" / "mosquitto" / "acl"
_PASSWORD_BYTES = 16


@dataclass(frozen=True)
class Broker:
    """How boxes reach it. `tls`: with a certificate made here; `mutual`: boxes have one, too."""

    host: str
    port: int
    tls: bool = True
    mutual: bool = False


def taken(folder: Path) -> set[str]:
    """Users of the broker's list: no box may be called so."""
    own = folder / "broker" / "acl"
    return rows.users((own if own.exists() else ACL).read_text())


def make(
    folder: Path,
    configs: list[dict[str, Any]],
    broker: Broker,
    label: str,
    done: Callable[[int], object],
) -> list[Path]:
    """The folders of the boxes. Raises rows.BadTable where one is there already.

    `label` is what the codes hold, with {id} in it. Nothing is written before all is checked.
    """
    boxes = [folder / "boxes" / config["id"] for config in configs]
    known = passwords.users(folder / "broker" / "passwords")
    again = [box for box in boxes if box.exists() or box.name in known]
    if again:
        raise rows.BadTable(
            [
                f"{box.name} was made already and keeps its credentials: leave it out, or remove "
                f"{box} and its line in {folder / 'broker' / 'passwords'}"
                for box in again
            ]
        )
    secret = {config["id"]: secrets.token_hex(_PASSWORD_BYTES) for config in configs}
    authority = Authority.kept(folder) if broker.tls else None
    _broker(folder / "broker", broker, authority)
    for count, (box, config) in enumerate(zip(boxes, configs, strict=True), 1):
        _box(box, config, secret[box.name], broker, authority)
        done(count)
    if not broker.mutual:
        passwords.add(folder / "broker" / "passwords", secret)
    texts = [(label.format(id=one["id"]), one["id"], one.get("location", "")) for one in configs]
    labels.write(folder / "labels.pdf", texts)
    return boxes


def _broker(folder: Path, broker: Broker, authority: Authority | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "acl").exists():
        shutil.copyfile(ACL, folder / "acl")
    if authority and not (folder / "server.pem").exists():
        write_server(folder, authority.server(broker.host))
        (folder / "ca.pem").write_bytes(authority.identity.pem())


def _box(
    box: Path, config: dict[str, Any], secret: str, broker: Broker, authority: Authority | None
) -> None:
    box.mkdir(parents=True)
    link: dict[str, Any] = {"mqtt_host": broker.host, "mqtt_port": broker.port}
    if authority:
        link["mqtt_tls"] = "on"
        write_box(box, [authority.identity], authority.client(box.name) if broker.mutual else None)
    if not broker.mutual:
        link |= {"mqtt_user": box.name, "mqtt_password": secret}
    text = json.dumps({**config, **link}, indent=2, ensure_ascii=False) + "\n"
    write_secret(box / "config.json", text.encode())
