"""What a failed handshake is called, and the authorities' file."""

import unittest

from pilotwire.link.tls import reason, split

# As mbedtls 3.6 on MicroPython 1.28 says it, several one after the other.
SAID = (
    ("\nThe certificate is not correctly signed by the trusted CA\n", "tls:untrusted"),
    ("\nThe certificate validity has expired\n", "tls:expired"),
    ("\nThe certificate validity starts in the future\n", "tls:future"),
    (
        "\nThe certificate Common Name (CN) does not match with the expected CN\n",
        "tls:name",
    ),
    (
        "\nThe certificate validity has expired\n"
        "\nThe certificate is not correctly signed by the trusted CA\n",
        "tls:untrusted",
    ),
    (
        "\nThe certificate validity has expired\n"
        "\nThe certificate Common Name (CN) does not match with the expected CN\n",
        "tls:name",
    ),
    ("\nThe certificate is signed with an unacceptable hash.\n", "tls:handshake"),
    ("", "tls:handshake"),
)
ONE = b"\x30\x82\x01\x00" + bytes(256)
TWO = b"\x30\x82\x02\x01" + bytes(513)


class Reason(unittest.TestCase):
    def test_is_the_gravest_of_what_is_wrong(self):
        for text, name in SAID:
            self.assertEqual(reason(text), name)


class Split(unittest.TestCase):
    def test_finds_each_authority(self):
        self.assertEqual(split(ONE), [ONE])
        self.assertEqual(split(TWO + ONE + TWO), [TWO, ONE, TWO])
        self.assertEqual(split(b""), [])

    def test_refuses_what_is_no_certificate(self):
        for data in (ONE[:-1], ONE + b"\0", TWO + ONE[:3], b"-----BEGIN CERTIFICATE-----"):
            self.assertRaises(ValueError, split, data)


if __name__ == "__main__":
    unittest.main()
