"""Certificates for a broker and its boxes: an authority of one's own, P-256 throughout.

A broker reads PEM, a box reads DER (its mbedtls has no PEM). P-256 because an RP2040 checks such
a signature in a fraction of a second and an RSA key of the same strength has no place in its heap.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS = 20 * 365  # a box hangs on its wall that long
LEAF_DAYS = 2 * 365


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def key_der(self) -> bytes:
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def issue(
    name: str,
    issuer: Identity | None = None,
    hosts: Iterable[str] = (),
    purpose: x509.ObjectIdentifier | None = None,
    begin_days: float = -1,
    end_days: float = LEAF_DAYS,
) -> Identity:
    """A certificate for `name`, by `issuer` or by itself, valid from and until so many days from
    now. `hosts`: what a server is called, names or addresses. Without `purpose`: an authority's.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=begin_days))
        .not_valid_after(now + datetime.timedelta(days=end_days))
        .add_extension(x509.BasicConstraints(ca=purpose is None, path_length=None), critical=True)
    )
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    names = [_general_name(host) for host in hosts]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    signer = issuer.key if issuer else key
    return Identity(key, builder.sign(signer, hashes.SHA256()))


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Authority:
    """Whom brokers and boxes believe."""

    def __init__(self, identity: Identity | None = None, name: str = "Pilotwire operator"):
        self.identity = identity or issue(name, end_days=CA_DAYS)

    @classmethod
    def kept(cls, folder: Path) -> Authority:
        """The one whose ca.pem and ca.key lie in `folder`, or a new one that then lies there."""
        certificate, key = folder / "ca.pem", folder / "ca.key"
        if certificate.exists():
            loaded = load_pem_private_key(key.read_bytes(), None)
            if not isinstance(loaded, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{key}: no key of an elliptic curve")
            return cls(Identity(loaded, x509.load_pem_x509_certificate(certificate.read_bytes())))
        made = cls()
        folder.mkdir(parents=True, exist_ok=True)
        certificate.write_bytes(made.identity.pem())
        write_secret(key, made.identity.key_pem())
        return made

    def server(self, *hosts: str, begin_days: float = -1, end_days: float = LEAF_DAYS) -> Identity:
        """A broker's, under the first of `hosts` and all of them."""
        purpose = ExtendedKeyUsageOID.SERVER_AUTH
        return issue(hosts[0], self.identity, hosts, purpose, begin_days, end_days)

    def client(self, box: str, end_days: float = CA_DAYS) -> Identity:
        """A box's; mosquitto's `use_identity_as_username` makes `box` its user."""
        purpose = ExtendedKeyUsageOID.CLIENT_AUTH
        return issue(box, self.identity, (), purpose, end_days=end_days)


def write_server(folder: Path, server: Identity) -> None:
    """`server.pem` and `server.key`, as mosquitto's certfile and keyfile want them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.pem").write_bytes(server.pem())
    write_secret(folder / "server.key", server.key_pem())


def write_box(root: Path, authorities: Iterable[Identity], client: Identity | None = None) -> None:
    """What a box wants in its root: ca.der; client.crt.der and client.key.der if it has any."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "ca.der").write_bytes(b"".join(authority.der() for authority in authorities))
    if client:
        (root / "client.crt.der").write_bytes(client.der())
        write_secret(root / "client.key.der", client.key_der())


def write_secret(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_bytes(data)
