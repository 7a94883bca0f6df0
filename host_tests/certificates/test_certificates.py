"""An operator's certificates: who is signed by whom, for what, and who may read the keys."""

import ssl
import stat

import pytest
from certificates import Authority, issue, write_box
from certificates.__main__ import main
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID


def verified(server, authority, host, tmp_path):
    """Whether Python's own TLS takes `server` for `host` where it believes `authority`."""
    (tmp_path / "server.pem").write_bytes(server.pem())
    (tmp_path / "server.key").write_bytes(server.key_pem())
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    there = ssl.create_default_context(cadata=authority.der())
    ours, theirs = (ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())
    client = there.wrap_bio(*ours, server_hostname=host)
    broker = here.wrap_bio(*theirs, server_side=True)
    for _ in range(4):
        for side, mine, others in ((client, ours, theirs), (broker, theirs, ours)):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError:
                return False
            others[0].write(mine[1].read())
    return client.version() is not None


def test_a_broker_is_taken_for_its_hosts_and_no_other(tmp_path):
    authority = Authority()
    server = authority.server("broker.example.com", "192.0.2.7")
    assert verified(server, authority.identity, "broker.example.com", tmp_path)
    assert verified(server, authority.identity, "192.0.2.7", tmp_path)
    assert not verified(server, authority.identity, "other.example.com", tmp_path)
    assert not verified(server, Authority().identity, "broker.example.com", tmp_path)


def test_a_box_can_be_no_broker_and_no_authority():
    certificate = Authority().client("box-1").certificate
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.subject.rfc4514_string() == "CN=box-1"


def test_what_a_box_wants_is_der(tmp_path):
    old, new = Authority(), Authority()
    client = new.client("box-1")
    write_box(tmp_path, [old.identity, new.identity], client)
    ca = (tmp_path / "ca.der").read_bytes()
    assert ca == old.identity.der() + new.identity.der()
    own = x509.load_der_x509_certificate((tmp_path / "client.crt.der").read_bytes())
    key = load_der_private_key((tmp_path / "client.key.der").read_bytes(), None)
    assert own.public_key() == key.public_key()


def test_without_a_certificate_of_its_own_it_gets_only_the_authority(tmp_path):
    write_box(tmp_path, [Authority().identity])
    assert [path.name for path in tmp_path.iterdir()] == ["ca.der"]


def test_times_are_what_is_asked_for():
    early = issue("a", begin_days=1, end_days=2).certificate
    assert (early.not_valid_after_utc - early.not_valid_before_utc).days == 1


def test_the_command_keeps_its_authority_and_hides_the_keys(tmp_path):
    main([str(tmp_path), "--host", "broker.example.com", "--box", "box-1"])
    authority = (tmp_path / "ca.pem").read_bytes()
    main([str(tmp_path), "--box", "box-2"])
    assert (tmp_path / "ca.pem").read_bytes() == authority
    assert (tmp_path / "box-1" / "ca.der").read_bytes() == (
        tmp_path / "box-2" / "ca.der"
    ).read_bytes()
    keys = [tmp_path / "ca.key", tmp_path / "server.key", tmp_path / "box-1" / "client.key.der"]
    for key in keys:
        assert stat.S_IMODE(key.stat().st_mode) == 0o600, key


def test_a_key_of_another_kind_is_refused(tmp_path):
    main([str(tmp_path)])
    other = rsa.generate_private_key(65_537, 2_048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ca.key").write_bytes(pem)
    with pytest.raises(ValueError, match=r"ca\.key: no key of an elliptic curve"):
        Authority.kept(tmp_path)
