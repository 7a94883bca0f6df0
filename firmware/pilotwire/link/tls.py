"""TLS for the link, on the board's own mbedtls: whom the box believes, and why it did not.

All of it lies in the box's root, as DER, because the boards' mbedtls has no PEM:
ca.der (one authority's certificate, or several one after the other), and where the broker wants
to know the box by its certificate, client.crt.der and client.key.der.
"""

import gc
import ssl

from micropython import const

_LONGEST = const(8_192)  # bytes of a file, more than any certificate on P-256 or RSA has

# mbedtls's words for what is wrong with a certificate (mbedtls_x509_crt_verify_info), which are
# all that MicroPython hands on; the gravest first.
_WORDS = (
    ("trusted CA", "untrusted"),
    ("expected CN", "name"),
    ("expired", "expired"),
    ("in the future", "future"),
)


def context(root):
    """A context that wants a certificate of `root`'s authorities.

    OSError: ca.der is missing or unreadable. ValueError: a file of them is not what it should be.
    It takes some 2 KB of heap and each connection 22 more, in pieces of up to 17: so what is
    rubbish by now must go first.
    """
    gc.collect()
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.verify_mode = ssl.CERT_REQUIRED
    authorities = split(_read(root + "/ca.der"))
    if not authorities:
        raise ValueError("ca.der: empty")
    for certificate in authorities:
        made.load_verify_locations(cadata=certificate)
    try:
        own = _read(root + "/client.crt.der")
        key = _read(root + "/client.key.der")
    except OSError:
        return made  # the broker need not know the box by its certificate
    made.load_cert_chain(own, key)
    return made


def split(data):
    """The DER certificates that lie one after the other in `data`. ValueError: not DER."""
    found = []
    while data:
        if (
            len(data) < 4 or data[0] != 0x30 or data[1] != 0x82
        ):  # a SEQUENCE of 256 to 65,535 bytes
            raise ValueError("no DER certificate")
        size = 4 + (data[2] << 8 | data[3])
        if size > len(data):
            raise ValueError("half a DER certificate")
        found.append(data[:size])
        data = data[size:]
    return found


def reason(text):
    """The link's reason for a handshake that has failed: `text` is what mbedtls said of the
    broker's certificate, or "" where something else went wrong."""
    for words, name in _WORDS:
        if words in text:
            return "tls:" + name
    return "tls:handshake"


def _read(path):
    with open(path, "rb") as file:
        return file.read(_LONGEST)
