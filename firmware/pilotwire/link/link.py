"""The box's topics under pilotwire/v1/<id>/: state, telemetry, records, commands.

online (retained, will)  1, or 0 when the broker has lost us
state  (retained)        on change and as a heartbeat
tele                     measurements while charging
tx                       charging records, until `ack` {"upto": seq} has confirmed them
cmd -> cmdres            one result for each command
trace, records           a trace of ring 0, older records, line by line, when asked for
"""

import asyncio
import json

from micropython import const

from ..ticks import since
from .commands import Commands, Refused, acknowledged
from .mqtt import Mqtt

_RESEND_MIN_MS = const(5_000)
_RESEND_MAX_MS = const(600_000)
_TELE_MS = const(10_000)
_LOOK_S = const(1)  # how often something may have become due
_SOON_S = 0.1  # how often there may be room for the next line
_RESULTS = const(8)  # results that wait for room in the out buffer


class Link:
    """Talks for the app. `app` gives `state()`, `telemetry()` (dict, or None when idle) and
    `obey(type, args)` -> reason code, "" for done; `journal` gives the records.
    """

    def __init__(self, hal, config, journal, app):
        self._hal = hal
        self._journal = journal
        self._app = app
        self._prefix = "pilotwire/v1/%s/" % config["id"]
        self._heartbeat_ms = config["heartbeat_s"] * 1000
        self._commands = Commands()
        self._news = asyncio.Event()
        self._results = []
        self._lines = None  # of a trace or of older records, still to be sent
        self._lines_topic = ""
        self._line = None  # the next one
        self._sent_ms = None  # when the oldest pending record was sent last
        self._resend_ms = _RESEND_MIN_MS
        self._state_ms = self._tele_ms = None
        self.connected = False
        self.reason = "unreachable"
        self.dropped = 0  # results that found no room
        settings = {
            "client_id": "pilotwire-" + config["id"],
            "host": config["mqtt_host"],
            "port": config["mqtt_port"],
            "user": config["mqtt_user"] or None,
            "password": config["mqtt_password"] or None,
            "keepalive_s": config["mqtt_keepalive_s"],
            "will_topic": self._prefix + "online",
            "will_payload": b"0",
        }
        self._mqtt = Mqtt(
            settings,
            [self._prefix + "cmd", self._prefix + "ack"],
            self._on_message,
            self._on_state,
            hal.ticks_ms,
            hal.random_bits,
            on_oversized=self._on_oversized,
            open_connection=hal.open_connection,
        )

    def news(self):
        """The state has changed: publish it soon."""
        self._state_ms = None
        self._news.set()

    def send(self, topic, lines):
        """Publish the dicts that `lines` yields, each once; what was being sent so far ends."""
        self._lines_topic = topic
        self._lines = lines
        self._line = self._next_line()
        self._news.set()

    async def run(self):
        """For ever; cancel it to end the connection. Raises what ended the client, if anything."""
        client = asyncio.create_task(self._mqtt.run())
        try:
            while not client.done():
                self._news.clear()
                if self.connected:
                    self._publish()
                try:
                    await asyncio.wait_for(self._news.wait(), _SOON_S if self._line else _LOOK_S)
                except asyncio.TimeoutError:
                    continue
            await client
        finally:
            self.connected = False
            client.cancel()

    def _publish(self):
        """Publish what is due."""
        now_ms = self._hal.ticks_ms()
        while self._results and self._put("cmdres", self._results[0], qos=1):
            self._results.pop(0)
        self._send_record(now_ms)
        while self._line and self._put(self._lines_topic, self._line, qos=1):
            self._line = self._next_line()
        if self._due(self._state_ms, now_ms, self._heartbeat_ms) and self._put(
            "state", self._app.state(), retain=True
        ):
            self._state_ms = now_ms
        if self._due(self._tele_ms, now_ms, _TELE_MS):
            telemetry = self._app.telemetry()
            if telemetry and self._put("tele", telemetry):
                self._tele_ms = now_ms

    def _next_line(self):
        try:
            return next(self._lines, None)
        except OSError:  # flash is broken
            return None

    def _send_record(self, now_ms):
        """The oldest record that is not confirmed, again and again, with a growing pause."""
        if not self._journal.pending or not self._due(self._sent_ms, now_ms, self._resend_ms):
            return
        try:
            record = self._journal.read()
        except OSError:  # flash is broken: the state says so
            return
        if self._put("tx", record, qos=1):
            if self._sent_ms is not None:
                self._resend_ms = min(2 * self._resend_ms, _RESEND_MAX_MS)
            self._sent_ms = now_ms

    def _due(self, then_ms, now_ms, pause_ms):
        return then_ms is None or since(now_ms, then_ms) >= pause_ms

    def _put(self, topic, value, retain=False, qos=0):
        topic = (self._prefix + topic).encode()
        return self._mqtt.publish(topic, json.dumps(value).encode(), retain, qos) is not None

    def _on_state(self, connected, reason):
        self.connected = connected
        self.reason = reason
        print("link:", reason)
        if connected:
            self._mqtt.publish((self._prefix + "online").encode(), b"1", True, 1)
            self._sent_ms = self._state_ms = None
            self._resend_ms = _RESEND_MIN_MS
            self._news.set()

    def _on_message(self, topic, payload, retained):
        if topic.endswith(b"/ack"):
            self._on_ack(payload, retained)
            return
        try:
            id_, type_, args = self._commands.check(payload, retained, self._hal.clock()[0])
            reason, about = self._app.obey(type_, args), ""
        except Refused as refused:
            id_, reason, about = refused.args
        self._answer(id_, reason, about)

    def _on_oversized(self, topic, size):
        self._answer(None, "oversized", "%d bytes" % size)

    def _on_ack(self, payload, retained):
        try:
            if retained:
                raise Refused(None, "retained", "ack")
            if self._journal.acknowledge(acknowledged(payload)):
                self._sent_ms = None  # the next record need not wait
                self._resend_ms = _RESEND_MIN_MS
                self.news()
        except Refused as refused:
            self._answer(*refused.args)
        except ValueError:
            self._answer(None, "range", "upto: no such record")

    def _answer(self, id_, reason, about):
        result = {"id": id_, "ok": not reason, "reason": reason}
        if about:
            result["about"] = about
        if len(self._results) >= _RESULTS:
            self.dropped += 1
            return
        self._results.append(result)
        self._news.set()
