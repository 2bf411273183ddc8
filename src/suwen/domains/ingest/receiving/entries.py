"""What a message becomes in the inbox, and how it lies there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson

from suwen.domains.ingest.vault import clear_bytes, sealed_bytes

Values = dict[str, str | None]
"""Column → its value as the sender wrote it."""
UPSERT, DELETE = "U", "D"
Op = Literal["U", "D"]


@dataclass(frozen=True)
class Change:
    """A record that is so from now on (U), or that is gone (D: its key at least). version: None where it has none."""

    op: Op
    values: Values
    version: str | None = None


@dataclass(frozen=True)
class Part:
    """The changes of one table that a message tells, in its order; key: the table's key columns.

    by: the columns that name what versions are compared of, where it is not the key.
    """

    table: str
    key: tuple[str, ...]
    changes: Sequence[Change]
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A record that is none: of which table, where in its message, why, and how it was written."""

    table: str
    place: str
    reason: str
    reason_en: str
    text: str


@dataclass(frozen=True)
class Incoming:
    """A message to be kept. message_id: the sender's, or one made here. digest: SM3 of its content."""

    source: str
    org_code: str
    channel: str
    kind: str
    message_id: str
    digest: str
    parts: Sequence[Part] = ()
    refusals: Sequence[Refusal] = ()


@dataclass(frozen=True)
class Stored:
    """What became of a message: `answer` as it was told, the first time; repeated: it had come before.

    other: another message had come under this id, nothing was stored.
    """

    answer: dict[str, Any]
    repeated: bool = False
    other: bool = False


def sealed_changes(changes: Sequence[Change], key: bytes) -> bytes:
    """Return changes as they lie in the inbox."""
    return sealed_bytes(orjson.dumps([[each.op, each.values] for each in changes]), key)


def opened_changes(body: bytes, key: bytes) -> list[tuple[Op, Values]]:
    """Return the changes of an entry. Raises DecryptionFailed under another master key."""
    held = cast("list[list[Any]]", orjson.loads(clear_bytes(body, key)))
    return [(op, values) for op, values in held]


def sealed_refusal(refusal: Refusal, key: bytes) -> bytes:
    """Return the text of what was refused as it lies in the inbox."""
    return sealed_bytes(refusal.text.encode("utf-8", "backslashreplace"), key)


def named_key(values: Values, key: Sequence[str]) -> str:
    """Return the key of a record as one text, which no other key gives."""
    return orjson.dumps([values.get(name) for name in key]).decode()
