"""The keys of a difference at rest: encrypted, and told apart by a digest that nobody else can make.

A source's key may be an identity card's number or a patient's. A plain SM3 of such a key could be found by trying all
numbers, so the digest is keyed, too.
"""

import json
from typing import Any
from uuid import UUID

from suwen.domains.ingest.reconcile.locating import LocatedKey
from suwen.domains.ingest.reconcile.models import Difference, DifferenceKey
from suwen.domains.ingest.vault import clear_text, sealed_text
from suwen.kernel.crypto import hmac_sm3


def kept_key(difference: Difference, found: LocatedKey, master: bytes) -> DifferenceKey:
    """Return a key that was found as it is stored."""
    return DifferenceKey(
        difference_id=difference.id,
        org_code=difference.org_code,
        kind=found.kind,
        digest=hmac_sm3(master, _named(difference.id, found)).hex(),
        sealed=sealed_text(json.dumps([found.key, found.parts], ensure_ascii=False), master),
    )


def located_key(stored: DifferenceKey, master: bytes) -> LocatedKey:
    """Return a stored key as it was found. Raises DecryptionFailed under another master key."""
    key, parts = json.loads(clear_text(stored.sealed, master))
    texts: list[Any] = parts
    return LocatedKey(stored.kind, key, tuple(texts))


def _named(difference: UUID, found: LocatedKey) -> bytes:
    return json.dumps([str(difference), found.kind, found.key]).encode()
