"""Where broker and database are, and with which credentials.

A password comes from the environment or a file, never from the command line, which every user of
a computer can read.
"""

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path

import aiomqtt

_KEEPALIVE_S = 30  # a broker notices after 45 s that a consumer is gone, and gives it its share
_SILENT = logging.Logger("mqtt", logging.CRITICAL + 1)  # what it would say comes as MqttError


class BadSetting(ValueError):
    """The text names the setting, and what is wanted."""


@dataclass(frozen=True)
class Broker:
    """How to reach it; TLS if there is a `tls`."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None

    def client(
        self, queue: type | None = None, most_queued: int = 0, keepalive_s: int = _KEEPALIVE_S
    ) -> aiomqtt.Client:
        """An MQTT 5 client with a session that ends with it; shared subscriptions want 5."""
        return aiomqtt.Client(
            self.host,
            self.port,
            username=self.user,
            password=self.password,
            tls_context=self.tls,
            protocol=aiomqtt.ProtocolVersion.V5,
            keepalive=keepalive_s,
            logger=_SILENT,
            queue_type=queue,
            max_queued_incoming_messages=most_queued,
        )


def broker(
    at: str,
    user: str = "",
    password: str = "",
    password_file: Path | None = None,
    ca: Path | None = None,
    cert: Path | None = None,
    key: Path | None = None,
) -> Broker:
    """Checked settings. Raises BadSetting."""
    host, _, port = at.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise BadSetting(f"--broker {at} is no host:port, as in broker.example.org:8883")
    if password_file:
        try:
            password = password_file.read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"--password-file {password_file}: {error}") from error
    if password and not user:
        raise BadSetting("a password wants --user")
    return Broker(host.strip("[]"), int(port), user or None, password or None, _tls(ca, cert, key))


def _tls(ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if not ca:
        if cert or key:
            raise BadSetting("--cert and --key want --ca: without it there is no TLS")
        return None
    try:
        context = ssl.create_default_context(cafile=str(ca))
        if cert:
            context.load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        raise BadSetting(f"--ca, --cert or --key: {error}") from error
    return context
