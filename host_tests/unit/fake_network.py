"""Servers behind datagrams, and a HAL that reaches them, in virtual time (fake_broker.run)."""

import asyncio
import struct
from binascii import a2b_base64

from fake_broker import now_ms

# Somebody's, self-signed on P-256: a file that is a certificate.
CERTIFICATE = a2b_base64(
    "MIIBLTCB1aADAgECAhRhmiXA1yQ9XjsI7igbgWwsc6cz+TAKBggqhkjOPQQDAjANMQswCQYDVQQDDAJj"
    "YTAeFw0yNjExMjUwNDM1MTFaFw0yODExMjUwNDM1MTFaMA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0C"
    "AQYIKoZIzj0DAQcDQgAE9CH2+bS2xOQuaV6tFMDN2T78KV7zOxxqFSoxPmNdS3iM2/2m9CPQ/Y4Laz/D"
    "RrxzJLSOU0KrgN9YwyZY3Qk/XqMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiBf"
    "Q+s3mjE93HcZ1lTs21nR3/JXPx4OUNUhjtDvV1mCzQIgd4SFFwA1k+rgXTYBUImkn+iQ4e8Ccl6JGFPg"
    "RMl64W0="
)


class Datagrams:
    """One end: what `answers(data)` yields comes back after `delay_s`."""

    def __init__(self, answers, delay_s):
        self._answers = answers
        self._delay_s = delay_s
        self._due = []  # (when, datagram)
        self.closed = False

    def send(self, data):
        for answer in self._answers(data):
            self._due.append((now_ms() + self._delay_s * 1000, answer))

    async def receive(self, size, timeout_ms):
        end_ms = now_ms() + timeout_ms
        if self._due and self._due[0][0] <= end_ms:
            at_ms, data = self._due.pop(0)
            await asyncio.sleep(max(0, at_ms - now_ms()) / 1000)
            if isinstance(data, Exception):
                raise data
            return data[:size]
        await asyncio.sleep(timeout_ms / 1000)
        return None

    def close(self):
        self.closed = True


class FakeHal:
    """`servers` {(address, port): answers(data)}; whoever is not there is silent."""

    root = "."

    def __init__(self, servers=None, delay_s=0.1):
        self.servers = servers or {}
        self.delay_s = delay_s
        self.asked = []
        self.lines = []
        self.dns = ["10.0.0.1", "10.0.0.2"]
        self.time = None, "none"
        self.opened = []
        self.refuses = None
        self.address = "10.0.0.7"
        self._secret = 0

    def ticks_ms(self):
        return now_ms()

    def secret(self, n):
        self._secret += 1
        return bytes((self._secret * 37 + i * 11) & 255 for i in range(n))

    def network(self):
        return "wifi", self.address, None, ""

    def name_servers(self):
        return self.dns

    def datagrams(self, address, port):
        self.asked.append((address, port))
        line = Datagrams(self.servers.get((address, port), lambda data: ()), self.delay_s)
        self.lines.append(line)
        return line

    def clock(self):
        return self.time if self.time[1] != "none" else (None, "none")

    def set_clock(self, unix, quality):
        self.time = unix, quality

    async def open_connection(self, address, port, context=None, name=None):
        self.opened.append((address, port, context, name))
        if self.refuses:
            raise self.refuses
        return "reader", "writer"


def dns_name(text):
    return b"".join(bytes([len(label)]) + label for label in text.encode().split(b".")) + b"\0"


def dns_record(owner, kind, ttl_s, value):
    return owner + struct.pack(">HHIH", kind, 1, ttl_s, len(value)) + value


def dns_answer(query, *records, flags=0x8180):
    """A server's packet that answers `query` with `records` (bytes)."""
    return (
        query[:2]
        + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
        + query[12:]
        + b"".join(records)
    )


def a_record(address="192.0.2.7", ttl_s=300, owner=b"\xc0\x0c"):
    return dns_record(owner, 1, ttl_s, bytes(int(part) for part in address.split(".")))


def dns_server(*records, flags=0x8180):
    """Answers every question so."""
    return lambda query: (dns_answer(query, *records, flags=flags),)


def ntp_packet(query, unix=1_800_000_000, first=0x24, stratum=2, fraction=0):
    seconds = unix + 2_208_988_800 & 0xFFFFFFFF
    return (
        bytes([first, stratum])
        + bytes(22)
        + query[40:48]
        + bytes(8)
        + struct.pack(">II", seconds, fraction)
    )


def ntp_server(**fields):
    return lambda query: (ntp_packet(query, **fields),)
