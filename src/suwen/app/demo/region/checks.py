"""Check digits of Chinese identifiers, computed over whole columns.

Sources: GB 11643-1999 (resident id number, ISO 7064 MOD 11-2) and GB 32100-2015 (unified social credit code).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_ID_MARKS = np.frombuffer(b"10X98765432", np.uint8)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def resident_check(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Check characters of resident ids; `body` is a matrix rows × 17 of ASCII digits."""
    return _ID_MARKS[((body.astype(np.int64) - 48) * _ID_WEIGHTS).sum(axis=1) % 11]


def resident_id_valid(text: str) -> bool:
    """Whether an 18-character resident id has a correct check character."""
    if len(text) != 18 or not text[:17].isascii() or not text[:17].isdigit():
        return False
    return int(resident_check(np.frombuffer(text[:17].encode(), np.uint8).reshape(1, 17))[0]) == ord(text[17])


def organisation_code(body: str) -> str:
    """The 9-character organisation code (GB 11714) of an 8-character body."""
    total = sum(weight * int(char, 36) for weight, char in zip(_ORG_WEIGHTS, body, strict=True))
    return body + {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def credit_code(authority: str, category: str, division: str, body: str) -> str:
    """The unified social credit code: '1' + '2' + 6-digit division + 9-character organisation code + check."""
    text = authority + category + division + organisation_code(body)
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(text))
    return text + _USCC[(31 - total) % 31]
