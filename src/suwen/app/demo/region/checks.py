"""Check digits for made-up identifiers, those of residents over whole columns; the rules are those of `orgs`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from suwen.domains.orgs.public import RESIDENT_ID_CHECKS, RESIDENT_ID_WEIGHTS, org_code_check, uscc_check

_WEIGHTS = np.array(RESIDENT_ID_WEIGHTS, np.int64)
_CHECKS = np.frombuffer(RESIDENT_ID_CHECKS.encode(), np.uint8)


def resident_check(body: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Check characters of resident ids; `body` is a matrix rows × 17 of ASCII digits."""
    return _CHECKS[((body.astype(np.int64) - 48) * _WEIGHTS).sum(axis=1) % 11]


def credit_code(authority: str, category: str, division: str, body: str) -> str:
    """The unified social credit code: '1' + '2' + 6-digit division + 9-character organisation code + check."""
    text = authority + category + division + body + org_code_check(body)
    return text + uscc_check(text)
