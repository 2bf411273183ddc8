"""Keeping messages: in one transaction, so that what is acknowledged is here, whole, once."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from suwen.domains.ingest.receiving.entries import DELETE, Change, Incoming, Part, Refusal, Stored, named_key
from suwen.domains.ingest.receiving.models import InboxState
from suwen.domains.ingest.receiving.repository import InboxRepository
from suwen.kernel.clock import now
from suwen.kernel.crypto import hmac_sm3
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id

STALE = ("早于已收到的版本", "older than what had come of this record")
MOST_TOLD = 100
"""So many refusals are repeated in an answer; the inbox has all."""
_Entry = tuple[UUID, Incoming, Part | Refusal, InboxState]


async def store(uow: UnitOfWork, messages: Sequence[Incoming], key: bytes) -> list[Stored]:
    """Keep messages and return what became of each, in their order; they count once the unit of work has committed.

    key: the master key. A message that came before is not stored again, nor one whose id another one had.
    """
    repository, at = InboxRepository(uow.session), now()
    numbered = {new_id(): (one, _answer(one, at.isoformat())) for one in messages}
    new = await repository.put_messages(numbered, at)
    old = await repository.messages((one.source, one.message_id) for n, (one, _) in numbered.items() if n not in new)
    entries: list[_Entry] = []
    for number, (one, answer) in numbered.items():
        if number not in new:
            continue
        stale = 0
        for part in one.parts:
            fresh, late = await _by_version(repository, one.source, part, key)
            stale += len(late.changes) if late else 0
            entries += [(number, one, each, state) for each, state in ((fresh, _WAITING), (late, _LATE)) if each]
        entries += [(number, one, refusal, InboxState.REFUSED) for refusal in one.refusals]
        if stale:
            answer |= {"accepted": answer["accepted"] - stale, "stale": stale}
            await repository.put_answer(number, answer)
    if entries:
        await repository.put_entries(entries, STALE, at, key)
    stored: list[Stored] = []
    for number, (one, answer) in numbered.items():
        held = None if number in new else old[one.source, one.message_id]
        if held is None:
            stored.append(Stored(answer))
        else:
            stored.append(Stored(dict(held.answer), repeated=True, other=held.digest != one.digest))
    return stored


_WAITING, _LATE = InboxState.WAITING, InboxState.STALE


def _answer(one: Incoming, at: str) -> dict[str, Any]:
    return {
        "message_id": one.message_id,
        "accepted": sum(len(part.changes) for part in one.parts),
        "stale": 0,
        "refused": len(one.refusals),
        "refusals": [
            {"place": each.place, "reason": each.reason, "reason_en": each.reason_en}
            for each in one.refusals[:MOST_TOLD]
        ],
        "received_at": at,
    }


async def _by_version(
    repository: InboxRepository, source: str, part: Part, key: bytes
) -> tuple[Part | None, Part | None]:
    """Return the changes to be told, and those older than what had come of their records.

    Whoever brings a version of a record holds the record's until the commit, so of two senders the later one sees what
    the earlier one brought, and the inbox has the changes of a record in the order of their versions.
    """
    named = [
        (hmac_sm3(key, f"{source}\n{part.table}\n{named_key(each.values, part.key)}".encode()).hex(), each)
        for each in part.changes
        if each.version is not None
    ]
    if not named:
        return (part if part.changes else None), None
    newest = await repository.versions(source, part.table, (name for name, _ in named))
    held, late, passed = dict(newest), list[Change](), set[int]()
    for name, each in named:
        version = each.version or ""
        if version < held[name]:
            late.append(each)
            passed.add(id(each))
        else:
            held[name] = version
    risen = {name: version for name, version in held.items() if version != newest[name]}
    if risen:
        await repository.put_versions(source, part.table, risen)
    fresh = [each for each in part.changes if id(each) not in passed]
    return (
        Part(part.table, part.key, fresh) if fresh else None,
        Part(part.table, part.key, late) if late else None,
    )


__all__ = ["DELETE", "STALE", "store"]
