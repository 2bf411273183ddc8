"""SM2 (GB/T 32918-2016, recommended curve of part 5) behind a protocol, as no library has it on every machine."""

import importlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol, cast

from suwen.kernel.crypto.sm4 import DecryptionFailed
from suwen.kernel.errors import Unavailable

SIGNER = b"1234567812345678"
"""The signer's id where none is agreed (GB/T 35276-2017, section 10)."""
MAX_PLAINTEXT = 255
"""Bytes that one SM2 encryption takes: enough for a key; data go under SM4 with that key."""


class Sm2Unavailable(Unavailable):
    """No library for SM2 is installed on this machine."""

    title = "SM2 算法不可用"
    retryable = False


@dataclass(frozen=True)
class Sm2KeyPair:
    """A private key (32 bytes) and its public key (64 bytes: x and y)."""

    private: bytes = field(repr=False)
    public: bytes


class Sm2Backend(Protocol):
    """What a library must do; signatures and ciphertexts are DER (GB/T 35276), the latter in the order C1 C3 C2."""

    def key_pair(self) -> Sm2KeyPair:
        """Return a new random pair."""
        ...

    def sign(self, keys: Sm2KeyPair, message: bytes, signer: bytes) -> bytes:
        """Return the signature of a message."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes, signer: bytes) -> bool:
        """Say whether a signature is that of the message."""
        ...

    def encrypt(self, public: bytes, plaintext: bytes) -> bytes:
        """Return the ciphertext of 1 to 255 bytes."""
        ...

    def decrypt(self, private: bytes, ciphertext: bytes) -> bytes:
        """Return the plaintext. Raises DecryptionFailed."""
        ...


class _GmsslModule(Protocol):
    def sm2_key_generate(self) -> tuple[bytes, bytes]: ...
    def sm2_sign(self, private_key: bytes, public_key: bytes, message: bytes, signer_id: bytes) -> bytes: ...
    def sm2_verify(self, public_key: bytes, message: bytes, signature: bytes, signer_id: bytes) -> bool: ...
    def sm2_encrypt(self, public_key: bytes, plaintext: bytes) -> bytes: ...
    def sm2_decrypt(self, private_key: bytes, ciphertext: bytes) -> bytes: ...


class GmsslBackend:
    """SM2 by `gmssl-pyx` (the GmSSL library, compiled)."""

    def __init__(self) -> None:
        module = importlib.import_module("gmssl_pyx")
        self._gmssl = cast("_GmsslModule", module)
        self._error = cast("type[Exception]", module.GmsslInnerError)

    def key_pair(self) -> Sm2KeyPair:
        """Return a new random pair."""
        public, private = self._gmssl.sm2_key_generate()
        return Sm2KeyPair(private, public)

    def sign(self, keys: Sm2KeyPair, message: bytes, signer: bytes) -> bytes:
        """Return the signature of a message."""
        return self._gmssl.sm2_sign(keys.private, keys.public, message, signer)

    def verify(self, public: bytes, message: bytes, signature: bytes, signer: bytes) -> bool:
        """Say whether a signature is that of the message; a malformed one is not."""
        try:
            return self._gmssl.sm2_verify(public, message, signature, signer)
        except self._error:
            return False

    def encrypt(self, public: bytes, plaintext: bytes) -> bytes:
        """Return the ciphertext."""
        return self._gmssl.sm2_encrypt(public, plaintext)

    def decrypt(self, private: bytes, ciphertext: bytes) -> bytes:
        """Return the plaintext. Raises DecryptionFailed."""
        try:
            return self._gmssl.sm2_decrypt(private, ciphertext)
        except self._error as error:
            raise DecryptionFailed("密文或密钥不符，内容可能被改动") from error


@lru_cache(maxsize=1)
def sm2_backend() -> Sm2Backend:
    """Return this machine's SM2 library. Raises Sm2Unavailable."""
    try:
        return GmsslBackend()
    except ImportError as error:
        detail = "未安装 SM2 算法库 gmssl-pyx（aarch64 无现成安装包，须从源码编译）"
        raise Sm2Unavailable(detail, allowed=["gmssl-pyx"]) from error


def sm2_key_pair() -> Sm2KeyPair:
    """Return a new random key pair."""
    return sm2_backend().key_pair()


def sm2_sign(keys: Sm2KeyPair, message: bytes, signer: bytes = SIGNER) -> bytes:
    """Return the DER signature of a message: its SM3 digest together with signer and public key is what is signed."""
    return sm2_backend().sign(keys, message, signer)


def sm2_verify(public: bytes, message: bytes, signature: bytes, signer: bytes = SIGNER) -> bool:
    """Say whether a DER signature is that of the message under a public key (64 bytes)."""
    return sm2_backend().verify(public, message, signature, signer)


def sm2_encrypt(public: bytes, plaintext: bytes) -> bytes:
    """Return the DER ciphertext of 1 to 255 bytes (C1 C3 C2). Raises ValueError for another length."""
    if not 1 <= len(plaintext) <= MAX_PLAINTEXT:
        raise ValueError(f"SM2 encrypts 1 to {MAX_PLAINTEXT} bytes, got {len(plaintext)}")
    return sm2_backend().encrypt(public, plaintext)


def sm2_decrypt(private: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext of a DER ciphertext. Raises DecryptionFailed."""
    return sm2_backend().decrypt(private, ciphertext)
