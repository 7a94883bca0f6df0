"""evcc's plugins, as far as docs/integrations/evcc.yaml uses them (evcc: plugin/mqtt.go,
plugin/pipeline, plugin/watchdog.go, util/monitor.go, util/format.go).

Time is the caller's: nothing here waits.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

Number = int | float
Value = bool | Number


class SourceError(Exception):
    """A value that evcc cannot have; the message is what its log says."""


def gojq() -> str | None:
    """The path of the installed gojq, which is evcc's own jq, or None."""
    return shutil.which("gojq")


@cache
def jq(expression: str, payload: str) -> Any:
    """The one result of `expression`. Raises SourceError; FileNotFoundError without gojq."""
    command = gojq()
    if not command:
        raise FileNotFoundError("gojq is not installed")
    result = subprocess.run(
        [command, "-c", expression], input=payload, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SourceError(f"jq: query failed: {result.stderr.strip()}")
    lines = result.stdout.splitlines()
    if len(lines) != 1:
        raise SourceError("jq: empty result" if not lines else "jq: too many results")
    return json.loads(lines[0])


def _printed(value: Any) -> str:
    """Go's %v."""
    if value is None:
        return "<nil>"
    return str(value).lower() if isinstance(value, bool) else str(value)


def formatted(template: str, name: str, value: Value) -> str:
    """A setter's payload: ${name} or ${name:format}, of which a final m is for thousandths."""
    if not template:
        return _printed(value)

    def fill(found: "re.Match[str]") -> str:
        if found[1].lower() != name:
            raise SourceError(f"wanted: [{found[1]}], got: [{name}]")
        style, shown = found[3] or "", value
        if style.endswith("m") and isinstance(value, float):
            style, shown = style[:-1], value * 1e3
        return style % shown if style else _printed(shown)

    return re.sub(r"\$\{(\w+)(:([a-zA-Z0-9%.]+))?\}", fill, template)


def seconds(text: str) -> int:
    """Go's duration, of which the file uses whole seconds alone."""
    return int(text.removesuffix("s"))


class Wire:
    """The broker as evcc sees it: the last payload of each topic, and when it came."""

    def __init__(self, publish: Callable[[str, str], object], now_s: Callable[[], float]):
        self.publish = publish
        self.now_s = now_s
        self._latest: dict[str, tuple[float, str]] = {}

    def receive(self, topic: str, payload: str) -> None:
        self._latest[topic] = (self.now_s(), payload)

    def read(self, topic: str, timeout_s: int) -> str:
        """SourceError for a payload that is older than `timeout_s`, or none."""
        came_s, payload = self._latest.get(topic, (float("-inf"), ""))
        if self.now_s() - came_s > timeout_s:
            raise SourceError("outdated")
        return payload


class Getter:
    """A value that evcc reads: source `mqtt`."""

    def __init__(self, wire: Wire, config: dict[str, Any]):
        if config["source"] != "mqtt" or set(config) - {"source", "topic", "timeout", "jq"}:
            raise ValueError(f"not modelled: {config}")
        self._wire = wire
        self._config = config

    def text(self) -> str:
        payload = self._wire.read(self._config["topic"], seconds(self._config["timeout"]))
        return _printed(jq(self._config["jq"], payload))

    def number(self) -> float:
        text = self.text()
        try:
            return float(text)
        except ValueError:
            raise SourceError(f"parsing {text!r}: invalid syntax") from None

    def boolean(self) -> bool:
        text = self.text()
        if text not in ("true", "false", "1", "0"):
            raise SourceError(f"parsing {text!r}: invalid syntax")
        return text in ("true", "1")


class Setter:
    """A value that evcc sets: source `watchdog` around one `mqtt`."""

    def __init__(self, wire: Wire, name: str, config: dict[str, Any]):
        inner = config["set"]
        known = {"source", "timeout", "set", "initial"}, {"source", "topic", "payload"}
        if config["source"] != "watchdog" or inner["source"] != "mqtt":
            raise ValueError(f"not modelled: {config}")
        if set(config) - known[0] or set(inner) - known[1]:
            raise ValueError(f"not modelled: {config}")
        self._wire = wire
        self._name = name
        self._inner = inner
        self._again_s = seconds(config["timeout"]) / 2
        self._value: Value | None = None
        self._sent_s = 0.0
        if "initial" in config:
            self(float(config["initial"]))

    def __call__(self, value: Value) -> None:
        if value != self._value:
            self._value = value
            self._send()

    def tick(self) -> None:
        """To be called once a second: the watchdog says again what was set."""
        if self._value is not None and self._wire.now_s() - self._sent_s >= self._again_s:
            self._send()

    def _send(self) -> None:
        assert self._value is not None
        self._sent_s = self._wire.now_s()
        payload = formatted(self._inner["payload"], self._name, self._value)
        self._wire.publish(self._inner["topic"], payload)
