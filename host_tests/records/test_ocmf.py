"""OCMF documents, read and verified by somebody else's library in its strict mode."""

import json
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given, settings
from hypothesis import strategies as st
from journals import KEY, Box, jsonl, rebuilt
from pyocmf import OCMF
from pyocmf.exceptions import PyOCMFError
from records.ocmf import Refused, _decimals, _Number, document, signer
from records.source import SourceError, load, parse
from records.verify import verify


def pem(key, encryption=None):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def operator(tmp_path_factory):
    """(what signs, the public key in hexadecimal digits)"""
    key = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path_factory.mktemp("operator") / "operator.pem"
    path.write_bytes(pem(key))
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return signer(path), public.hex()


@pytest.fixture
def charged(tmp_path, operator):
    """`charged(**fields)` is the document of a charge that says so."""
    box = Box(tmp_path)

    def make(**fields):
        box.charge(**fields)
        source = load(tmp_path)
        return document(source.found[-1], verify(source, KEY), operator[0])

    return make


def read(text):
    return OCMF.from_string(text, strict=True)


def reading(text, which):
    return json.loads(text.split("|")[1], parse_float=Decimal)["RD"][which]


class TestSignature:
    def test_a_third_party_verifies_it(self, charged, operator):
        found = read(charged())
        assert found.verify_signature(operator[1])
        assert found.check_eichrecht() == []

    def test_a_document_that_was_changed_is_found(self, charged, operator):
        header, payload, signature = charged().split("|")
        assert "7.40" in payload
        spaced = payload.replace(',"RD"', ', "RD"')
        for changed in (payload.replace("7.40", "7.41"), payload + " ", spaced):
            assert changed != payload
            assert not read(f"{header}|{changed}|{signature}").verify_signature(operator[1])

    @pytest.mark.filterwarnings("ignore::pyocmf.exceptions.SpecWarning")
    def test_any_byte_counts(self, charged, operator):
        header, payload, signature = charged().split("|")
        for at in range(len(payload)):
            changed = payload[:at] + chr(ord(payload[at]) ^ 1) + payload[at + 1 :]
            try:
                found = OCMF.from_string(f"{header}|{changed}|{signature}")
            except PyOCMFError:
                continue
            assert not found.verify_signature(operator[1]), changed

    def test_another_key_does_not_verify_it(self, charged):
        other = ec.generate_private_key(ec.SECP256R1()).public_key()
        der = other.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert not read(charged()).verify_signature(der.hex())

    def test_it_is_three_sections_of_json(self, charged):
        header, payload, signature = charged(auth="remote", by="a|b\\c\"'").split("|")
        assert header == "OCMF"
        assert json.loads(payload)["ID"] == "a|b\\c\"'"
        assert json.loads(signature)["SA"] == "ECDSA-secp256r1-SHA256"
        assert bytes.fromhex(json.loads(signature)["SD"])[0] == 0x30  # DER: a sequence


class TestPayload:
    def test_who_and_what(self, charged):
        found = read(charged(firmware="0a1b2c3d")).payload
        assert (found.FV, found.GI, found.GS) == ("1.3", "Pilotwire records", "box-1")
        assert (found.PG, found.MM, found.MS, found.MF) == ("T2", "sdm630", "4711", "1.2")
        assert found.CF == "0a1b2c3d"

    def test_it_names_the_record_that_it_is_made_of(self, charged, tmp_path):
        text = charged()
        frame = load(tmp_path).found[-1].frame
        assert json.loads(text.split("|")[1])["XP"] == {
            "record": frame.seq,
            "hash": frame.hash().hex(),
            "energy": "measured",
            "resolution_wh": 10,
        }

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"auth": "free"}, {"IS": False, "IL": "NONE", "IT": "NONE"}),
            ({"auth": "free", "by": "jo"}, {"IS": False, "IL": "NONE", "IT": "NONE"}),
            ({"auth": "remote"}, {"IS": False, "IL": "NONE", "IT": "NONE"}),
            (
                {"auth": "remote", "by": "jo"},
                {"IS": True, "IL": "TRUSTED", "IT": "CENTRAL", "ID": "jo"},
            ),
        ],
    )
    def test_the_user(self, charged, fields, says):
        text = charged(**fields)
        read(text)
        payload = json.loads(text.split("|")[1])
        assert {
            name: payload[name] for name in ("IS", "IL", "IT", "ID") if name in payload
        } == says

    @pytest.mark.parametrize(
        ("fields", "tx"),
        [
            ({"reason": "unplugged"}, "L"),
            ({"reason": "remote"}, "R"),
            ({"reason": "power-lost"}, "P"),
            ({"reason": "unplugged", "opened": "fault"}, "A"),
            ({"reason": "remote", "opened": "fault"}, "A"),
            ({"reason": "power-lost", "opened": "fault"}, "P"),
        ],
    )
    def test_why_it_ended(self, charged, fields, tx):
        text = charged(**fields)
        read(text)
        assert reading(text, 0)["TX"] == "B"
        assert reading(text, 1)["TX"] == tx

    @pytest.mark.parametrize(
        ("clock", "status", "flags"),
        [("none", "U", "t"), ("set", "I", ""), ("synchronised", "S", "")],
    )
    def test_time_and_how_good_it_is(self, charged, clock, status, flags):
        text = charged(start_clock=clock, end_clock=clock)
        assert reading(text, 0)["TM"] == f"2027-01-15T08:00:00,000+0000 {status}"
        assert reading(text, 1)["TM"] == f"2027-01-15T08:40:00,000+0000 {status}"
        assert [reading(text, which)["EF"] for which in (0, 1)] == [flags, flags]
        read(text)

    def test_times_that_nobody_may_bill_by(self, charged):
        assert reading(charged(reason="power-lost"), 1)["EF"] == "t"
        jumped = charged(end_unix=1_700_000_000)
        assert [reading(jumped, which)["EF"] for which in (0, 1)] == ["t", "t"]

    @pytest.mark.parametrize(
        ("fields", "begin", "end"),
        [
            ({}, ("G", ""), ("G", "")),
            ({"energy": "last-known", "start_read": False}, ("S", "E"), ("G", "")),
            ({"energy": "last-known", "end_read": False}, ("G", ""), ("S", "E")),
            ({"energy": "unmetered", "wh": None, "register": "exchanged"}, ("G", ""), ("X", "E")),
            ({"energy": "unmetered", "wh": None, "register": "leaped"}, ("G", ""), ("O", "E")),
            ({"energy": "unmetered", "wh": None, "register": "wrapped"}, ("G", ""), ("E", "E")),
            ({"energy": "unmetered", "wh": None, "register": "reset"}, ("G", ""), ("E", "E")),
            ({"energy": "unmetered", "wh": None, "register": "back"}, ("G", ""), ("E", "E")),
        ],
    )
    def test_the_meters_state(self, charged, operator, fields, begin, end):
        text = charged(**fields)
        found = read(text)
        for which, state in enumerate((begin, end)):
            assert (reading(text, which)["ST"], reading(text, which)["EF"]) == state
        assert found.verify_signature(operator[1])
        assert found.is_eichrecht_compliant == (begin == end == ("G", ""))


@settings(deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 10**9), st.sampled_from([1, 10, 100, 1_000]))
def test_energy_is_exact_to_the_wh(start_wh, wh, resolution_wh):
    decimals = _decimals(resolution_wh, start_wh, start_wh + wh)
    first, last = (str(_Number(n, decimals)) for n in (start_wh, start_wh + wh))
    assert Decimal(first) * 1_000 == start_wh
    assert (Decimal(last) - Decimal(first)) * 1_000 == wh
    assert len(first.split(".")[1]) == len(last.split(".")[1])
    assert len(last.split(".")[1]) in ((3,) if resolution_wh == 1 else (2, 3))


class TestRefused:
    """Nothing is signed that is not so."""

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"meter_serial": None}, "serial number"),
            ({"start_wh": None, "energy": "unmetered", "wh": None}, "no energy to sign"),
            ({"end_wh": None, "energy": "unmetered", "wh": None}, "no energy to sign"),
            ({"wh": 7_500}, "not what its two readings make"),
            ({"wh": None, "energy": "unmetered"}, "not what its two readings make"),
            ({"start_unix": None, "start_clock": "none"}, "did not know the time at its start"),
            ({"end_unix": None, "end_clock": "none"}, "did not know the time at its end"),
            ({"end_unix": 1 << 60}, "did not know the time at its end"),
            ({"reason": None}, "what ended it"),
        ],
    )
    def test_a_charge_that_cannot_be_told(self, charged, fields, says):
        with pytest.raises(Refused, match=says):
            charged(**fields)

    def test_a_record_without_the_devices_seal(self, tmp_path, operator):
        box = Box(tmp_path)
        box.charge()
        source = parse("file", b"".join(rebuilt([box.frames()[0], box.frames()[1]])))
        one = source.found[1]
        document(one, verify(source, KEY), operator[0])  # rebuilt, but nothing was changed
        for verdict in (verify(source), verify(parse("file", one.frame.data), KEY, bytes(32))):
            with pytest.raises(Refused, match="not verified"):
                document(one, verdict, operator[0])
        data = bytearray(one.frame.data)
        data[60] ^= 1
        source = parse("file", b"".join(rebuilt([box.frames()[0], bytes(data)])))
        with pytest.raises(Refused, match="not verified"):
            document(source.found[1], verify(source, KEY), operator[0])

    def test_a_record_beside_a_gap(self, tmp_path, operator):
        box = Box(tmp_path)
        for _ in range(5):
            box.charge()
        frames = box.frames()
        source = parse("file", b"".join(frames[:3] + frames[4:]))
        verdict = verify(source, KEY)
        signed = []
        for one in source.found[1:]:
            try:
                document(one, verdict, operator[0])
                signed.append(one.number)
            except Refused:
                pass
        assert signed == [2, 6]


class TestTheMetersOwn:
    """What the meter has signed is passed on, byte for byte."""

    @pytest.mark.parametrize(
        "text",
        [
            'OCMF|{"FV" :\t"1.0" ,\r\n "RD":[ ] }|{ "SD":"00"  }  ',
            'OCMF|{"TT":"Größe \\u00e4 / \\/"}|{"SD":"AA"}|key',
            "OCMF|not even json|",
            "OCMF|\u2028\x00\x7f|{}\n",
        ],
    )
    def test_whatever_is_in_it(self, tmp_path, text):
        box = Box(tmp_path)
        box.charge()
        lines = box.lines()
        lines[1]["ocmf"] = text
        source = parse("tx", jsonl(lines))

        def never(data):
            raise AssertionError("signed again")

        assert document(source.found[1], verify(source, KEY), never) == text

    def test_but_not_for_a_record_that_is_not_verified(self, tmp_path, operator):
        box = Box(tmp_path)
        box.charge()
        lines = box.lines()
        lines[1] |= {"ocmf": "OCMF|{}|{}", "wh": 1}
        source = parse("tx", jsonl(lines))
        with pytest.raises(Refused):
            document(source.found[1], verify(source, KEY), operator[0])


class TestOperatorsKey:
    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (b"", "no private key"),
            (b"\x00\xff" * 99, "no private key"),
            (pem(ec.generate_private_key(ec.SECP384R1())), "another kind of key"),
            (pem(ed25519.Ed25519PrivateKey.generate()), "another kind of key"),
            (
                pem(
                    ec.generate_private_key(ec.SECP256R1()),
                    serialization.BestAvailableEncryption(b"secret"),
                ),
                "encrypted",
            ),
        ],
    )
    def test_a_file_that_is_none_is_refused_by_name(self, tmp_path, data, says):
        path = tmp_path / "operator.pem"
        path.write_bytes(data)
        with pytest.raises(SourceError, match=rf"operator\.pem: .*{says}"):
            signer(path)
        path.unlink()
        with pytest.raises(SourceError, match="No such file"):
            signer(path)
