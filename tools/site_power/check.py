"""`pilotwire site check`: whether a site is safe as it is written down, and boxes are set so."""

import asyncio
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
from backend.settings import Broker
from telling.output import objects, progress, tell
from telling.trouble import DONE, NO_ANSWER, REFUSED, Trouble

from . import heard, tree
from .tree import BOX_KEEPALIVE_S, Feeder, Site

_KEYS = ["site_ma", "mqtt_keepalive_s"]


def check(path: Path, broker: Broker | None, wait_s: float, as_json: bool) -> int:
    """Print what was found. Raises Trouble."""
    site = load(path)
    feeders = [_about(site, feeder) for feeder in site.feeders.values()]
    if as_json:
        objects({"site": site.name, "boxes": len(site.boxes), "lease_s": site.lease_s}, *feeders)
    else:
        print(f"{site.name}: {len(site.boxes)} boxes, leases of {site.lease_s} s")
        print(*map(_line, feeders), sep="\n")
    if broker is None:
        return DONE
    try:
        with progress("waiting for the boxes"):
            said = asyncio.run(_ask(site, broker, wait_s))
    except aiomqtt.MqttError as error:
        happened, do = f"broker {broker.host}:{broker.port}: {error}", "start it, or name another"
        raise Trouble(NO_ANSWER, happened, "no box was asked", do) from error
    return _compare(site, said, as_json)


def load(path: Path) -> Site:
    """The site. Raises Trouble."""
    try:
        return tree.load(path)
    except (tree.SiteError, OSError) as error:
        means = "the site is not safe, or not all of it is said"
        do = "docs/site.md says what stands in the file"
        raise Trouble(REFUSED, f"{path}: {error}", means, do) from error


def _about(site: Site, feeder: Feeder) -> dict[str, Any]:
    """A feeder's fuse, and what it carries on each of its phases with every network down."""
    shares_ma = [
        sum(
            box.share_ma
            for box in site.boxes.values()
            if feeder.name in site.above(box.feeder) and phase in box.rotation
        )
        for phase in feeder.phases
    ]
    return {
        "feeder": feeder.name,
        "curve": feeder.curve,
        "fuse_ma": feeder.fuse_ma,
        "phases": list(feeder.phases),
        "shares_ma": shares_ma,
        "others_ma": [feeder.others_ma[phase - 1] for phase in feeder.phases],
        "worst_ma": site.worst_ma(feeder.name),
    }


def _line(about: dict[str, Any]) -> str:
    columns = zip(about["phases"], about["shares_ma"], about["others_ma"], strict=True)
    loads = [f"L{phase} {ma / 1_000:g} + {other / 1_000:g}" for phase, ma, other in columns]
    return (
        f"{about['feeder']}: {about['curve']} {about['fuse_ma'] / 1_000:g} A; shares and others of"
        f" {', '.join(loads)} A; bears {about['worst_ma'] / 1_000:.0f} A until leases have ended"
    )


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


def _compare(site: Site, said: dict[str, dict[str, Any]], as_json: bool) -> int:
    wrong = [list(_wrong(site, name, values)) for name, values in said.items()]
    troubles = [one for found in wrong for one in found]
    silent = [name for name in site.boxes if name not in said]
    if silent:
        happened = f"no answer from {', '.join(silent)}"
        means = "how they are set is not known"
        troubles.append(Trouble(NO_ANSWER, happened, means, "connect them, then check again"))
    for trouble in troubles:
        tell("site check", trouble, as_json)
    right = sum(not found for found in wrong)
    if as_json:
        objects({"right": right, "boxes": len(site.boxes), "silent": silent})
    else:
        print(f"{right} of {len(site.boxes)} boxes are set as they should be")
    return min((trouble.code for trouble in troubles), default=DONE)


def _wrong(site: Site, name: str, values: dict[str, Any]) -> Iterator[Trouble]:
    """What of a box's configuration is not as the file has it."""
    share_ma = site.boxes[name].share_ma
    site_ma, keepalive_s = values.get("site_ma"), values.get("mqtt_keepalive_s")
    if site_ma != share_ma:
        happened = f"boxes.{name}.share_a: {share_ma / 1_000:g} A, but site_ma of the box is"
        means = "with every network down it takes what it has, not what the file counts on"
        yield Trouble(REFUSED, f"{happened} {site_ma}", means, f"set site_ma to {share_ma}")
    if type(keepalive_s) is not int or keepalive_s > BOX_KEEPALIVE_S:
        happened = f"boxes.{name}: its mqtt_keepalive_s is {keepalive_s}"
        means, do = "that it is gone is seen too late", f"set it to {BOX_KEEPALIVE_S} or less"
        yield Trouble(REFUSED, happened, means, do)
