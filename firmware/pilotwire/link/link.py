"""The box's topics under pilotwire/v1/<id>/, as docs/mqtt/asyncapi.yaml has them.

What is published when: results of commands first, then events and log, records, lines that were
asked for, the state, and telemetry last; where there is no room, what comes last goes without.
"""

import asyncio
import json

from micropython import const

from ..loading import unload
from ..pilot.handover import UP_CLOSED
from ..record.log import OFFLINE, ONLINE, REFUSED
from ..ticks import since
from .commands import Commands, Refused, acknowledged
from .dial import Dial
from .feed import Feed
from .mqtt import Mqtt
from .queue import Queue
from .state import state, telemetry

_RESEND_MIN_MS = const(5_000)
_RESEND_MAX_MS = const(600_000)
_LOOK_S = const(1)  # how often something may have become due
_SOON_S = 0.1  # how often there may be room for the next line
_RESULTS = const(8)
_FRAMES = const(64)  # of the journal, looked at in one go: some 25 ms on a chip

# Longest s between two states, idle and charging, and between two telemetries (0: none).
_PROFILES = {"local": (20, 20, 10), "operator": (900, 60, 0)}


def _patience(app):
    if not app.hal.handshake_blocks_guard:
        return None
    from .patience import Patience

    return Patience(app.hal, lambda: app.up[UP_CLOSED], app.rest)


class Link:
    """Talks for the `app`: reads what it publishes of it, and lets it `obey` commands."""

    def __init__(self, app):
        hal, config = app.hal, app.config
        self._hal = hal
        self._app = app
        self._journal = app.journal
        self._prefix = "pilotwire/v1/%s/" % config["id"]
        idle_s, charging_s, tele_s = _PROFILES[config["mqtt_profile"]]
        self._beats_s = (config["heartbeat_s"] or idle_s, config["heartbeat_s"] or charging_s)
        self._tele_s = config["tele_s"] or tele_s
        self._commands = Commands()
        self._news = asyncio.Event()
        self._results = Queue("cmdres", _RESULTS)
        self._log = app.log
        self._feed = Feed(app.log, hal.clock, 0)
        self.log_level(config["log_level"])
        self.local = None
        topics = [self._prefix + "cmd", self._prefix + "ack"]
        if config["local_ttl_s"]:
            from .local import Local

            self.local = Local(
                app.leases, hal.ticks_ms, config["local_ttl_s"], config["local_fallback_ma"]
            )
            topics.append(self._prefix + "set/+")
        self._lines = None  # of a trace or of older records, still to be sent
        self._lines_topic = ""
        self._line = None  # the next one
        self._sent_ms = None  # when the oldest pending record was sent last
        self._resend_ms = _RESEND_MIN_MS
        self._state_ms = self._tele_ms = None
        self._told_info = self._told_ha = False
        self._dropped_tele = 0
        self.connected = False
        self.connections = 0
        self.reason = "unreachable"
        settings = {
            "client_id": "pilotwire-" + config["id"],
            "host": config["mqtt_host"],
            "port": config["mqtt_port"],
            "user": config["mqtt_user"] or None,
            "password": config["mqtt_password"] or None,
            "keepalive_s": config["mqtt_keepalive_s"],
            "will_topic": self._prefix + "online",
            "will_payload": b"0",
            "spread_s": config["mqtt_spread_s"],
        }
        self.dial = dial = Dial(hal, config, app.known_unix, _patience(app))
        self._mqtt = Mqtt(
            settings,
            topics,
            self._on_message,
            self._on_state,
            hal.ticks_ms,
            hal.random_bits,
            self._on_puback,
            self._on_oversized,
            dial.open,
            dial.ready,
            dial.refused,
            dial.handshake_ended,
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

    def log_level(self, level):
        """Publish lines of the log of this level or a graver one."""
        from ..record.lines import LEVELS

        self._feed.level = LEVELS.index(level)
        unload("record.lines")

    def dropped(self) -> dict:
        """How many messages of each kind have found no room since the start."""
        return {
            "tele": self._dropped_tele,
            "event": self._feed.dropped,
            "result": self._results.dropped,
            "record": self._journal.lost,
        }

    async def run(self):
        """For ever; cancel it to end the connection. Raises what ended the client, if anything."""
        client = asyncio.create_task(self._mqtt.run())
        try:
            while not client.done():
                self._news.clear()
                soon = False
                if self.connected:
                    soon = self._publish()
                try:
                    await asyncio.wait_for(self._news.wait(), _SOON_S if soon else _LOOK_S)
                except asyncio.TimeoutError:
                    continue
            await client
        finally:
            self.connected = False
            client.cancel()

    def _publish(self):
        """Publish what is due; whether more of it waits for its turn."""
        now_ms = self._hal.ticks_ms()
        for queue in (self._results, self._feed):
            queue.send(self._put)
        found = self._send_record(now_ms)
        while self._line and self._put(self._lines_topic, self._line, qos=1):
            self._line = self._next_line()
        if not self._told_info:
            self._told_info = self._put_info()
        elif not self._told_ha:
            self._told_ha = self._put_discovery()
        beat_s = self._beats_s[self._app.up[UP_CLOSED]]
        if self._due(self._state_ms, now_ms, beat_s * 1000):
            now = state(self._app)
            now["local"] = self.local and self.local.state()
            now["dropped"] = self.dropped()
            now["assumed_unix"] = self.dial.assumed
            if self._put("state", now, True) is not None:
                self._state_ms = now_ms
        if self._tele_s and self._due(self._tele_ms, now_ms, self._tele_s * 1000):
            values = telemetry(self._app)
            if values:
                self._tele_ms = now_ms
                if self._put("tele", values) is None:
                    self._dropped_tele += 1
        return self._line or not found

    def _put_info(self):
        from .info import info

        values = info(self._app, self._beats_s, self.local)
        unload("link.info")
        return self._put("info", values, True, 1) is not None

    def _put_discovery(self):
        """What Home Assistant makes a device of, after each connection."""
        from .discovery import publish

        board = self._hal.board
        try:
            pid = publish(self._mqtt, self._app.config, board, board["name"], self._hal.firmware)
        except OSError:  # flash is broken
            return True
        finally:
            unload("link.discovery", "link.pieces")
        return pid is not None

    def _next_line(self):
        try:
            line = next(self._lines, None)
        except OSError:  # flash is broken
            line = None
        if line is None:
            self._lines = None  # and with it the code that has made them
        return line

    def _send_record(self, now_ms):
        """The oldest record that is not confirmed, again and again, with a growing pause.

        False while it is still being looked for.
        """
        if not self._journal.pending or not self._due(self._sent_ms, now_ms, self._resend_ms):
            return True
        try:
            record = self._journal.read(_FRAMES)
        except OSError:  # flash is broken: the state says so
            return True
        if not record:
            return False
        if self._put("tx", record, qos=1):
            if self._sent_ms is not None:
                self._resend_ms = min(2 * self._resend_ms, _RESEND_MAX_MS)
            self._sent_ms = now_ms
        return True

    def _due(self, then_ms, now_ms, pause_ms):
        return then_ms is None or since(now_ms, then_ms) >= pause_ms

    def _put(self, topic, value, retain=False, qos=0):
        """The packet id, 0 at QoS 0, None where there is no room now."""
        topic = (self._prefix + topic).encode()
        text = json.dumps(value, separators=(",", ":"))  # 9 % less to send, and to have room for
        return self._mqtt.publish(topic, text.encode(), retain, qos)

    def _on_state(self, connected, reason):
        self.connected = connected
        self.reason = reason
        print("link:", reason)
        self._log.note(ONLINE if connected else OFFLINE, reason)
        if connected:
            self.connections += 1
            self._mqtt.publish((self._prefix + "online").encode(), b"1", True, 1)
            for queue in (self._results, self._feed):
                queue.reconnected()
            self._sent_ms = self._state_ms = None
            self._told_info = False
            self._told_ha = not self._app.config["ha_prefix"]
            self._resend_ms = _RESEND_MIN_MS
            self._news.set()

    def _on_puback(self, pid):
        for queue in (self._results, self._feed):
            if queue.acknowledged(pid):
                self._news.set()

    def _on_message(self, topic, payload, retained):
        if topic.endswith(b"/ack"):
            self._on_ack(payload, retained)
        elif self.local and b"/set/" in topic:
            self._on_scalar(topic.split(b"/set/", 1)[1], payload, retained)
        else:
            self._on_command(payload, retained)

    def _on_command(self, payload, retained):
        id_ = None
        try:
            id_, type_, args = self._commands.check(payload, retained, self._hal.clock()[0])
            result = {"id": id_, "ok": True, "reason": ""}
            result.update(self._app.obey(type_, args))
        except Refused as refused:
            self._refuse(id_, *refused.args)
            return
        except MemoryError:
            self._refuse(id_, None, "busy", "memory")
            return
        except OSError:  # flash is broken: the table of arguments cannot be read
            self._refuse(id_, None, "flash", "")
            return
        self._answer(result)

    def _on_oversized(self, topic, size):
        self._refuse(None, None, "oversized", "%d bytes" % size)

    def _on_ack(self, payload, retained):
        try:
            if retained:
                raise Refused(None, "retained", "ack")
            if self._journal.acknowledge(acknowledged(payload)):
                self._sent_ms = None  # the next record need not wait
                self._resend_ms = _RESEND_MIN_MS
                self.news()
        except Refused as refused:
            self._refuse(None, *refused.args)
        except ValueError:
            self._refuse(None, None, "range", "upto: no such record")

    def _on_scalar(self, name, payload, retained):
        try:
            if retained:  # it would be taken for news at every reconnect
                raise Refused(None, "retained", "set/")
            phases = self.local.take(name, payload)
        except Refused as refused:
            _, reason, about = refused.args
            self._log.note(REFUSED, reason + "\t" + about)
            self._news.set()
            return
        self._app.locally(phases)

    def _refuse(self, known, id_, reason, about):
        result = {"id": id_ or known, "ok": False, "reason": reason}
        if about:
            result["about"] = about
        self._answer(result)

    def _answer(self, result):
        self._results.add(result)
        self._news.set()
