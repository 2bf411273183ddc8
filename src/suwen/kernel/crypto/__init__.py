"""The commercial ciphers of China: SM3 digests and password keys, SM4 encryption, SM2 signatures and envelopes."""

from suwen.kernel.crypto.sm2 import (
    Sm2Backend,
    Sm2KeyPair,
    Sm2Unavailable,
    sm2_decrypt,
    sm2_encrypt,
    sm2_key_pair,
    sm2_sign,
    sm2_verify,
)
from suwen.kernel.crypto.sm3 import Sm3, hmac_sm3, pbkdf2_hmac_sm3, sm3, sm3_of_file
from suwen.kernel.crypto.sm4 import DecryptionFailed, sm4_gcm_decrypt, sm4_gcm_encrypt

__all__ = [
    "DecryptionFailed",
    "Sm2Backend",
    "Sm2KeyPair",
    "Sm2Unavailable",
    "Sm3",
    "hmac_sm3",
    "pbkdf2_hmac_sm3",
    "sm2_decrypt",
    "sm2_encrypt",
    "sm2_key_pair",
    "sm2_sign",
    "sm2_verify",
    "sm3",
    "sm3_of_file",
    "sm4_gcm_decrypt",
    "sm4_gcm_encrypt",
]
