"""Names, the time and silence, as a real MicroPython process meets them: servers that are silent,
slow or lie, and a broker that stops in mid-sentence."""

import asyncio
import struct
import time
from contextlib import asynccontextmanager

import pytest
from certificates import write_box
from dialling import AUTHORITY, running_box, secure
from fake_network import a_record, dns_answer, ntp_packet
from rig.broker import mosquitto
from saying import in_time

pytestmark = pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")
NTP_UNIX = 1_900_000_000


class Udp(asyncio.DatagramProtocol):
    """A server: `answers(data)` yields (seconds to wait, datagram)."""

    def __init__(self, answers):
        self._answers = answers
        self.asked = 0

    def connection_made(self, transport):
        self._transport = transport

    def datagram_received(self, data, addr):
        self.asked += 1
        loop = asyncio.get_running_loop()
        for delay_s, answer in self._answers(data):
            loop.call_later(delay_s, self._transport.sendto, answer, addr)


@asynccontextmanager
async def udp(answers):
    """(host:port, the Udp) of such a server."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Udp(answers), local_addr=("127.0.0.1", 0)
    )
    try:
        yield "{}:{}".format(*transport.get_extra_info("sockname")), server
    finally:
        transport.close()


def right(query):
    yield 0, dns_answer(query, a_record("127.0.0.1"))


def silent(_query):
    return ()


def slow(query):
    yield 1.0, dns_answer(query, a_record("127.0.0.1"))


def liar(query):
    other = struct.pack(">H", struct.unpack(">H", query[:2])[0] ^ 1)
    yield 0, dns_answer(other + query[2:], a_record("127.0.0.66"))
    yield 0, query[:2] + b"\xff" * 40
    yield 0, dns_answer(query, a_record("127.0.0.66", owner=b"\xc0\x0e"))[:-3]
    yield 0.1, dns_answer(query, a_record("127.0.0.1"))


@pytest.mark.parametrize("answers", [right, slow, liar], ids=lambda answers: answers.__name__)
def test_a_name_is_found_and_the_certificate_is_judged_by_it(answers, tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(answers) as (dns, _),
            secure() as (office, _),
            running_box(tmp_path, office.port, dns=dns, mqtt_host="broker.test") as box,
        ):
            assert (await box.says("state"))[1] == "connected"

    in_time(story())


def test_a_name_that_the_certificate_does_not_carry_is_refused(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(right) as (dns, _),
            secure() as (office, _),
            running_box(tmp_path, office.port, dns=dns, mqtt_host="other.test") as box,
        ):
            assert (await box.says("state"))[1] == "tls:name"

    in_time(story())


def test_a_silent_name_server_leaves_it_to_the_second(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(silent) as (first, quiet),
            udp(right) as (second, _),
            secure() as (office, _),
            running_box(
                tmp_path, office.port, dns=f"{first},{second}", mqtt_host="broker.test"
            ) as box,
        ):
            words = await box.says("state")
            assert words[1] == "connected"
            assert int(words[2]) > 5, "the loop went on meanwhile"
            assert quiet.asked

    in_time(story())


def test_a_name_that_nobody_knows_is_named_and_the_loop_goes_on(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(silent) as (dns, server),
            running_box(tmp_path, 1, dns=dns, mqtt_host="broker.test") as box,
        ):
            words = await box.says("state")
            assert words[1] == "name:silent"
            assert int(words[2]) > 10
            assert server.asked == 4

    in_time(story())


def test_the_time_comes_first_where_the_clock_is_unknown(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(lambda query: [(0, ntp_packet(query, unix=NTP_UNIX))]) as (ntp, _),
            secure() as (office, _),
            running_box(tmp_path, office.port, "1700000000", ntp_host=ntp) as box,
        ):
            words = await box.says("state")
            assert words[1] == "connected"
            assert 0 <= int(words[3]) - NTP_UNIX < 60
            assert words[4:] == ["synchronised", "None"]

    in_time(story())


def test_the_last_known_time_is_assumed_and_told_where_nobody_knows_it(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            udp(silent) as (ntp, _),
            secure() as (office, _),
            running_box(tmp_path, office.port, "1700000000", ntp_host=ntp) as box,
        ):
            words = await box.says("state")
            assert words[1] == "connected"
            assert words[3:] == ["None", "none", "1700000000"]

    in_time(story())


def test_a_half_open_link_is_left_within_one_and_a_half_keepalives(tmp_path):
    keepalive_s = 8

    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with (
            secure() as (office, _),
            running_box(tmp_path, office.port, mqtt_keepalive_s=keepalive_s) as box,
        ):
            await box.says("state connected")
            office.freeze()
            frozen_s = time.monotonic()
            assert (await box.says("state"))[1] == "no-answer"
            assert time.monotonic() - frozen_s <= 1.5 * keepalive_s
            office.freeze(False)
            await box.says("state connected")

    in_time(story())
