"""SM4 (GB/T 32907-2016) in Galois/counter mode, as RFC 8998 uses it."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from suwen.kernel.errors import Invalid

KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES = 16


class DecryptionFailed(Invalid):
    """The ciphertext, its associated data or the key is not the one it was encrypted with."""

    title = "解密失败"


def sm4_gcm_encrypt(key: bytes, plaintext: bytes, associated: bytes = b"", *, nonce: bytes | None = None) -> bytes:
    """Return nonce (12 bytes) + ciphertext + tag (16 bytes).

    key: 16 bytes. associated: data that are not encrypted but must be the same at decryption. nonce: random unless
    given; the same one must never be used twice with a key. Raises ValueError for a key of another length.
    """
    chosen = nonce or secrets.token_bytes(NONCE_BYTES)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(chosen)).encryptor()
    encryptor.authenticate_additional_data(associated)
    return chosen + encryptor.update(plaintext) + encryptor.finalize() + encryptor.tag


def sm4_gcm_decrypt(key: bytes, sealed: bytes, associated: bytes = b"") -> bytes:
    """Return the plaintext of what `sm4_gcm_encrypt` gave. Raises DecryptionFailed."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise DecryptionFailed("密文不完整", received=len(sealed), allowed=f">= {NONCE_BYTES + TAG_BYTES} bytes")
    nonce, ciphertext, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:-TAG_BYTES], sealed[-TAG_BYTES:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    decryptor.authenticate_additional_data(associated)
    try:
        return decryptor.update(ciphertext) + decryptor.finalize()
    except InvalidTag as error:
        raise DecryptionFailed("密文或密钥不符，内容可能被改动") from error
