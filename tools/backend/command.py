"""One command to one box, and its one result."""

import asyncio
import json
import secrets
import time
from collections.abc import Sequence
from typing import Any

import aiomqtt

from .settings import Broker
from .wire import PREFIX

_GRACE_S = 5  # a box's clock may be off by so much


class BadArgument(ValueError):
    """The text names it, and what is wanted."""


class NoAnswer(Exception):
    """The text says who did not answer."""


def arguments(texts: Sequence[str]) -> dict[str, Any]:
    """`ma=10000 by=desk` as an object: values are JSON, or text where they are none."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise BadArgument(f"{text} is no name=value, as in ma=10000")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


async def send(
    broker: Broker, box: str, type_: str, args: dict[str, Any], wait_s: float
) -> dict[str, Any]:
    """The result, as the box gave it. The command expires when nobody waits for it any more.

    Raises NoAnswer.
    """
    id_ = f"cli-{secrets.token_hex(6)}"
    exp = int(time.time() + wait_s) + _GRACE_S
    envelope = json.dumps({"id": id_, "type": type_, "args": args, "exp": exp})
    try:
        async with asyncio.timeout(wait_s), broker.client() as client:
            await client.subscribe(f"{PREFIX}{box}/cmdres", qos=1)
            await client.publish(f"{PREFIX}{box}/cmd", envelope, qos=1)
            async for message in client.messages:
                result = _result(message.payload)
                if result.get("id") == id_:
                    return result
    except TimeoutError:
        raise NoAnswer(f"{box} has not answered within {wait_s:g} s") from None
    except aiomqtt.MqttError as error:
        raise NoAnswer(f"broker {broker.host}:{broker.port}: {error}") from error
    raise NoAnswer(f"broker {broker.host}:{broker.port}: the connection ended")


def _result(payload: Any) -> dict[str, Any]:
    try:
        value = json.loads(payload)
    except (TypeError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
