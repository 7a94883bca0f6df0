"""`pilotwire site check`: whether a site is safe as it is written down, and boxes are set so.

Exit code 0: it is. 1: it is not, and where is said. 3: a box has not answered.
"""

import asyncio
import json
import secrets
import sys
from pathlib import Path
from typing import Any

import aiomqtt
from backend.settings import Broker

from . import heard, tree
from .tree import BOX_KEEPALIVE_S, Site

FINE, WRONG, SILENT = 0, 1, 3
_KEYS = ["site_ma", "mqtt_keepalive_s"]


def check(path: Path, broker: Broker | None, wait_s: float) -> int:
    """Print what was found."""
    site = load(path)
    if site is None:
        return WRONG
    print(*_lines(site), sep="\n")
    if broker is None:
        return FINE
    try:
        said = asyncio.run(_ask(site, broker, wait_s))
    except aiomqtt.MqttError as error:
        return _complain(SILENT, f"broker {broker.host}:{broker.port}: {error}")
    return _compare(site, said)


def load(path: Path) -> Site | None:
    """The site; None: what is wrong with it is on standard error."""
    try:
        return tree.load(path)
    except (tree.SiteError, OSError) as error:
        _complain(WRONG, f"{path}: {error}")
        return None


def _complain(code: int, text: str) -> int:
    print(f"pilotwire site: {text}", file=sys.stderr)
    return code


def _lines(site: Site) -> list[str]:
    """Each feeder's fuse, and what it carries with every network down."""
    lines = [f"{site.name}: {len(site.boxes)} boxes, leases of {site.lease_s} s"]
    for feeder in site.feeders.values():
        loads = []
        for phase in feeder.phases:
            shares_ma = sum(
                box.share_ma
                for box in site.boxes.values()
                if feeder.name in site.above(box.feeder) and phase in box.rotation
            )
            others_ma = feeder.others_ma[phase - 1]
            loads.append(f"L{phase} {shares_ma / 1_000:g} + {others_ma / 1_000:g}")
        lines.append(
            f"{feeder.name}: {feeder.curve} {feeder.fuse_ma / 1_000:g} A; shares and others of"
            f" {', '.join(loads)} A; bears {site.worst_ma(feeder.name) / 1_000:.0f} A until leases"
            " have ended"
        )
    return lines


async def _ask(site: Site, broker: Broker, wait_s: float) -> dict[str, dict[str, Any]]:
    """What each box says of its configuration."""
    said: dict[str, dict[str, Any]] = {}
    ids = {f"check-{secrets.token_hex(6)}": name for name in site.boxes}
    try:
        async with asyncio.timeout(wait_s), broker.client() as client:
            await client.subscribe(f"{site.prefix}+/cmdres", qos=1)
            for id_, name in ids.items():
                order = {"id": id_, "type": "config-get", "args": {"keys": _KEYS}}
                await client.publish(f"{site.prefix}{name}/cmd", json.dumps(order), qos=1)
            async for message in client.messages:
                value = _result(message.payload)
                name = ids.get(str(value.get("id")))
                if name and isinstance(value.get("value"), dict):
                    said[name] = value["value"]
                if len(said) == len(ids):
                    break
    except TimeoutError:
        pass
    return said


def _result(payload: Any) -> dict[str, Any]:
    try:
        return heard.read(payload)
    except (heard.Malformed, TypeError):
        return {}


def _compare(site: Site, said: dict[str, dict[str, Any]]) -> int:
    silent = [name for name in site.boxes if name not in said]
    wrong: dict[str, list[str]] = {}
    for name, values in said.items():
        share_ma = site.boxes[name].share_ma
        site_ma, keepalive_s = values.get("site_ma"), values.get("mqtt_keepalive_s")
        if site_ma != share_ma:
            text = f"boxes.{name}.share_a: {share_ma / 1_000:g} A, but site_ma of the box is"
            wrong.setdefault(name, []).append(f"{text} {site_ma}: set it to {share_ma}")
        if type(keepalive_s) is not int or keepalive_s > BOX_KEEPALIVE_S:
            text = f"boxes.{name}: its mqtt_keepalive_s is {keepalive_s}"
            wrong.setdefault(name, []).append(f"{text}: set it to {BOX_KEEPALIVE_S} or less")
    for texts in wrong.values():
        for text in texts:
            _complain(WRONG, text)
    if silent:
        _complain(SILENT, f"no answer from {', '.join(silent)}")
    print(f"{len(said) - len(wrong)} of {len(site.boxes)} boxes are set as they should be")
    return WRONG if wrong else SILENT if silent else FINE
