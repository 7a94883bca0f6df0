"""TLS as a real MicroPython process does it, against mosquitto: who is believed, who is refused
and under which name."""

import asyncio
import subprocess
import tempfile
from pathlib import Path

import aiomqtt
import pytest
from certificates import Authority, issue, write_box
from cryptography.x509.oid import ExtendedKeyUsageOID
from dialling import AUTHORITY, running_box, secure
from rig.broker import mosquitto
from rig.ports import free_port
from saying import in_time

pytestmark = pytest.mark.skipif(not mosquitto(), reason="mosquitto is not installed")

STRANGER = Authority(name="Pilotwire operator")  # the same name, another key
SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
SERVERS = {
    "good": (AUTHORITY.server("localhost", "127.0.0.1"), "connected"),
    "wrong CA": (STRANGER.server("localhost", "127.0.0.1"), "tls:untrusted"),
    "self-signed": (issue("127.0.0.1", None, ["127.0.0.1"], SERVER_AUTH), "tls:untrusted"),
    "expired": (AUTHORITY.server("127.0.0.1", begin_days=-9, end_days=-1), "tls:expired"),
    "not yet valid": (AUTHORITY.server("127.0.0.1", begin_days=1, end_days=9), "tls:future"),
    "wrong name": (AUTHORITY.server("broker.example.com"), "tls:name"),
    "wrong address": (AUTHORITY.server("localhost", "127.0.0.2"), "tls:name"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_a_broker_is_believed_or_refused_under_the_right_name(name, tmp_path):
    server, reason = SERVERS[name]

    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with secure(server) as (office, _), running_box(tmp_path, office.port) as box:
            assert (await box.says("state"))[1] == reason

    in_time(story())


def test_any_of_several_authorities_may_have_signed(tmp_path):
    async def story():
        write_box(tmp_path, [STRANGER.identity, AUTHORITY.identity])
        async with secure() as (office, _), running_box(tmp_path, office.port) as box:
            assert (await box.says("state"))[1] == "connected"

    in_time(story())


@pytest.mark.parametrize(
    ("client", "reason"),
    [
        (AUTHORITY.client("box"), "connected"),
        (None, "tls:handshake"),
        (STRANGER.client("box"), "tls:handshake"),
        (AUTHORITY.client("box", end_days=-0.5), "tls:handshake"),
    ],
    ids=["its own", "none", "a stranger's", "expired"],
)
def test_a_broker_that_asks_for_a_certificate_gets_the_boxs(client, reason, tmp_path):
    options = "cafile {folder}/ca.pem\nrequire_certificate true\nuse_identity_as_username true\n"

    async def story():
        write_box(tmp_path, [AUTHORITY.identity], client)
        async with (
            secure(options=options) as (office, _),
            running_box(tmp_path, office.port) as box,
        ):
            assert (await box.says("state"))[1] == reason

    in_time(story())


@pytest.mark.parametrize(
    ("password", "reason"), [("right", "connected"), ("wrong", "refused:5"), (None, "refused:5")]
)
def test_user_and_password_go_through_it(password, reason, tmp_path):
    async def story():
        passwords = tmp_path / "passwords"
        command = ["mosquitto_passwd", "-b", "-c", str(passwords), "box", "right"]
        subprocess.run(command, check=True, capture_output=True)
        passwords.chmod(0o644)
        for folder in (tmp_path, *tmp_path.parents):
            if folder == Path(tempfile.gettempdir()):
                break
            folder.chmod(0o755)  # mosquitto reads it as a user of its own
        options = f"allow_anonymous false\npassword_file {passwords}\n"
        write_box(tmp_path, [AUTHORITY.identity])
        user = {"mqtt_user": "box", "mqtt_password": password} if password else {}
        async with (
            secure(options=options) as (office, _),
            running_box(tmp_path, office.port, **user) as box,
        ):
            assert (await box.says("state"))[1] == reason

    in_time(story())


def test_without_an_authority_it_is_the_files_that_are_named(tmp_path):
    async def story():
        async with running_box(tmp_path, 1) as box:
            assert (await box.says("state"))[1] == "tls:files"

    in_time(story())


def test_what_lies_in_the_librarys_buffer_is_read_without_another_byte_from_the_network(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with secure() as (office, folder), running_box(tmp_path, office.port) as box:
            await box.says("state connected")
            tls = aiomqtt.TLSParameters(ca_certs=str(folder / "ca.pem"))
            async with aiomqtt.Client("127.0.0.1", office.port, tls_params=tls) as operator:
                for size in (1, 255, 256, 257, 1_900):
                    for _ in range(20):
                        await operator.publish("box/cmd", b"x" * size, qos=0)
            await box.says(f"bytes {20 * (1 + 255 + 256 + 257 + 1_900)}")

    in_time(story())


def test_a_peer_that_never_answers_the_handshake_holds_nothing_up(tmp_path):
    async def story():
        async def swallow(reader, writer):
            while await reader.read(1_000):
                pass
            writer.close()

        server = await asyncio.start_server(swallow, "127.0.0.1", 0)
        write_box(tmp_path, [AUTHORITY.identity])
        async with running_box(tmp_path, server.sockets[0].getsockname()[1]) as box:
            words = await box.says("state")
            assert words[1] == "no-answer"
            assert int(words[2]) > 10, "the loop went on meanwhile"
        server.close()

    in_time(story())


def test_a_port_nobody_listens_on_is_unreachable_and_not_a_failed_handshake(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity])
        async with running_box(tmp_path, free_port()) as box:
            assert (await box.says("state"))[1] == "unreachable"

    in_time(story())


def test_comes_back_when_the_broker_does_again_and_again(tmp_path):
    async def story():
        write_box(tmp_path, [AUTHORITY.identity], AUTHORITY.client("box"))
        options = "cafile {folder}/ca.pem\nrequire_certificate true\n"
        async with (
            secure(options=options) as (office, _),
            running_box(tmp_path, office.port) as box,
        ):
            await box.says("state connected")
            for _ in range(3):
                await office.kill()
                await box.says("state closed")
                await office.start()
                await box.says("state connected")

    in_time(story())
