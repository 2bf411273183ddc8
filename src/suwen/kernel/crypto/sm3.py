"""SM3 (GB/T 32905-2016): digests, HMAC and keys from passwords."""

from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

_PIECE = 1 << 20


class Sm3:
    """A digest over data that come piece by piece; 256 bits."""

    def __init__(self, data: bytes = b"") -> None:
        self._hash = hashes.Hash(hashes.SM3())
        self._hash.update(data)

    def update(self, data: bytes | memoryview) -> None:
        """Take in the next piece."""
        self._hash.update(data)

    def digest(self) -> bytes:
        """Return the 32 bytes of the digest so far; more pieces may follow."""
        return self._hash.copy().finalize()

    def hexdigest(self) -> str:
        """Return the digest so far as 64 hex digits."""
        return self.digest().hex()


def sm3(data: bytes) -> str:
    """Return the digest of data as 64 hex digits."""
    return Sm3(data).hexdigest()


def sm3_of_file(path: Path) -> str:
    """Return the digest of a file's content as hex digits."""
    made = Sm3()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            made.update(piece)
    return made.hexdigest()


def hmac_sm3(key: bytes, data: bytes) -> bytes:
    """Return the 32 bytes of HMAC-SM3 (RFC 2104 over SM3)."""
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(data)
    return mac.finalize()


def pbkdf2_hmac_sm3(password: bytes, salt: bytes, iterations: int, length: int = 32) -> bytes:
    """Return a key of `length` bytes from a password: PBKDF2 (RFC 8018, section 5.2) over HMAC-SM3."""
    return PBKDF2HMAC(algorithm=hashes.SM3(), length=length, salt=salt, iterations=iterations).derive(password)
