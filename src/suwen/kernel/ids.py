"""Identifiers: UUID version 7 (RFC 9562 section 5.7), so that rows sort by the time they were made."""

import secrets
import threading
import time
import uuid
from datetime import UTC, datetime

_lock = threading.Lock()
_last = 0


def new_id() -> uuid.UUID:
    """Return a new UUIDv7; within one process every id is greater than the one before.

    Layout: 48 bits Unix milliseconds, 4 bits version, 12 + 62 bits of which the first 12 continue the
    millisecond as a fraction (RFC 9562 section 6.2, method 3), the rest random.
    """
    global _last
    with _lock:
        nanoseconds = time.time_ns()
        milliseconds, rest = divmod(nanoseconds, 1_000_000)
        stamp = (milliseconds << 12) | (rest * 4096 // 1_000_000)
        # A clock that stands or steps back must not break the order.
        _last = stamp = max(stamp, _last + 1)
    value = (stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def time_of(identifier: uuid.UUID) -> datetime:
    """Return the moment at which a UUIDv7 was made, to the millisecond (UTC)."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
