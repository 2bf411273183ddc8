"""SM2, SM3 and SM4 against the examples of their standards."""

import importlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suwen.kernel import crypto
from suwen.kernel.crypto import DecryptionFailed, Sm2KeyPair, Sm2Unavailable, Sm3
from suwen.kernel.crypto import sm2 as sm2_module

# GB/T 32918.5-2017, annex A: the key of the examples on the recommended curve.
KEYS = Sm2KeyPair(
    bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"),
    bytes.fromhex(
        "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
        "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
    ),
)


def der(*parts: bytes) -> bytes:
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 128 else b"\x81" + bytes([len(body)])
    return b"\x30" + length + body


def integer(value: str) -> bytes:
    raw = bytes.fromhex(value)
    raw = b"\x00" + raw if raw[0] & 0x80 else raw
    return b"\x02" + bytes([len(raw)]) + raw


def octets(value: str) -> bytes:
    raw = bytes.fromhex(value)
    return b"\x04" + bytes([len(raw)]) + raw


class TestSm3:
    @pytest.mark.parametrize(
        ("data", "digest"),
        [
            # GB/T 32905-2016, annex A.
            (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        ],
    )
    def test_examples_of_the_standard(self, data: bytes, digest: str) -> None:
        assert crypto.sm3(data) == digest

    @given(st.lists(st.binary(max_size=200), max_size=8))
    def test_pieces_give_the_digest_of_the_whole(self, pieces: list[bytes]) -> None:
        streamed = Sm3()
        for piece in pieces:
            streamed.update(piece)
            streamed.digest()  # asking in between changes nothing
        assert streamed.hexdigest() == crypto.sm3(b"".join(pieces))


class TestPbkdf2:
    def test_is_the_iterated_hmac_of_rfc_8018(self) -> None:
        password, salt, rounds = "口令 A1!".encode(), b"0123456789abcdef", 7
        block = crypto.hmac_sm3(password, salt + b"\x00\x00\x00\x01")
        expected = block
        for _ in range(rounds - 1):
            block = crypto.hmac_sm3(password, block)
            expected = bytes(a ^ b for a, b in zip(expected, block, strict=True))
        assert crypto.pbkdf2_hmac_sm3(password, salt, rounds) == expected
        assert crypto.pbkdf2_hmac_sm3(password, salt, rounds, 16) == expected[:16]


class TestSm4Gcm:
    KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")

    def test_example_of_rfc_8998(self) -> None:
        plaintext = b"".join(bytes([digit * 17]) * 8 for digit in (10, 11, 12, 13, 14, 15, 14, 10))
        sealed = crypto.sm4_gcm_encrypt(
            self.KEY,
            plaintext,
            bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"),
            nonce=bytes.fromhex("00001234567800000000ABCD"),
        )
        assert sealed[12:].hex() == (
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec"
        )

    @given(st.binary(max_size=500), st.binary(max_size=50))
    def test_gives_back_what_it_took(self, plaintext: bytes, associated: bytes) -> None:
        sealed = crypto.sm4_gcm_encrypt(self.KEY, plaintext, associated)
        assert crypto.sm4_gcm_decrypt(self.KEY, sealed, associated) == plaintext

    def test_two_encryptions_differ(self) -> None:
        assert crypto.sm4_gcm_encrypt(self.KEY, b"x") != crypto.sm4_gcm_encrypt(self.KEY, b"x")

    @pytest.mark.parametrize("place", [0, 12, -1])
    def test_any_changed_byte_is_noticed(self, place: int) -> None:
        sealed = bytearray(crypto.sm4_gcm_encrypt(self.KEY, b"secret", b"feed"))
        sealed[place] ^= 1
        with pytest.raises(DecryptionFailed):
            crypto.sm4_gcm_decrypt(self.KEY, bytes(sealed), b"feed")

    def test_other_associated_data_or_a_stump_are_noticed(self) -> None:
        sealed = crypto.sm4_gcm_encrypt(self.KEY, b"secret", b"feed")
        with pytest.raises(DecryptionFailed):
            crypto.sm4_gcm_decrypt(self.KEY, sealed, b"other")
        with pytest.raises(DecryptionFailed):
            crypto.sm4_gcm_decrypt(self.KEY, sealed[:20], b"feed")


class TestSm2:
    def test_verifies_the_signature_of_the_standard(self) -> None:
        # GB/T 32918.5-2017, A.2.
        signature = der(
            integer("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"),
            integer("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"),
        )
        assert crypto.sm2_verify(KEYS.public, b"message digest", signature)
        assert not crypto.sm2_verify(KEYS.public, b"message digests", signature)
        assert not crypto.sm2_verify(KEYS.public, b"message digest", signature, b"someone else")

    def test_decrypts_the_ciphertext_of_the_standard(self) -> None:
        # GB/T 32918.5-2017, annex C.
        ciphertext = der(
            integer("04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"),
            integer("E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"),
            octets("59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766"),
            octets("21886CA989CA9C7D58087307CA93092D651EFA"),
        )
        assert crypto.sm2_decrypt(KEYS.private, ciphertext) == b"encryption standard"

    def test_signs_what_verifies(self) -> None:
        keys = crypto.sm2_key_pair()
        signature = crypto.sm2_sign(keys, b"batch")
        assert crypto.sm2_verify(keys.public, b"batch", signature)
        assert not crypto.sm2_verify(KEYS.public, b"batch", signature)
        assert not crypto.sm2_verify(keys.public, b"batch", b"no signature")

    @pytest.mark.parametrize("size", [1, 16, 255])
    def test_envelope_of_a_key(self, size: int) -> None:
        keys = crypto.sm2_key_pair()
        assert crypto.sm2_decrypt(keys.private, crypto.sm2_encrypt(keys.public, b"k" * size)) == b"k" * size

    def test_refuses_what_does_not_fit(self) -> None:
        with pytest.raises(ValueError, match="1 to 255"):
            crypto.sm2_encrypt(KEYS.public, b"")
        with pytest.raises(DecryptionFailed):
            crypto.sm2_decrypt(KEYS.private, crypto.sm2_encrypt(crypto.sm2_key_pair().public, b"other's"))

    def test_a_pair_does_not_print_its_private_key(self) -> None:
        assert KEYS.private.hex() not in repr(KEYS)
        assert "private" not in repr(KEYS)

    def test_says_what_is_missing_on_a_machine_without_the_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
        sm2_module.sm2_backend.cache_clear()
        try:
            with pytest.raises(Sm2Unavailable, match="gmssl-pyx"):
                crypto.sm2_key_pair()
        finally:
            monkeypatch.undo()
            importlib.import_module("gmssl_pyx")
            sm2_module.sm2_backend.cache_clear()
