"""Keeping messages: in one transaction, so that what is acknowledged is here, whole, once."""

from collections.abc import Sequence
from typing import Any

from suwen.domains.ingest.receiving.entries import Change, Incoming, Part, Stored, named_key
from suwen.domains.ingest.receiving.models import InboxState
from suwen.domains.ingest.receiving.repository import Entry, InboxRepository, VersionKey
from suwen.kernel.clock import now
from suwen.kernel.crypto import hmac_sm3
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id

STALE = ("早于已收到的版本", "older than what had come of this record")
MOST_TOLD = 100
"""So many refusals are repeated in an answer; the inbox has all."""


async def store(uow: UnitOfWork, messages: Sequence[Incoming], key: bytes) -> list[Stored]:
    """Keep messages and return what became of each, in their order; they count once the unit of work has committed.

    key: the master key. A message that came before is not stored again, nor one whose id another one had.
    """
    repository, at = InboxRepository(uow.session), now()
    numbered = {new_id(): (one, _answer(one, at.isoformat())) for one in messages}
    new = await repository.put_messages(numbered, at)
    again = [(one.source, one.message_id) for number, (one, _) in numbered.items() if number not in new]
    old = await repository.messages(again) if again else {}
    fresh = {number: pair for number, pair in numbered.items() if number in new}
    late, risen = await _late(repository, [one for one, _ in fresh.values()], key)
    entries: list[Entry] = []
    for number, (one, answer) in fresh.items():
        stale = 0
        for part in one.parts:
            told, passed = _divided(part, late)
            stale += len(passed.changes)
            entries += [
                (number, one, each, state) for each, state in ((told, _WAITING), (passed, _LATE)) if each.changes
            ]
        entries += [(number, one, refusal, InboxState.REFUSED) for refusal in one.refusals]
        if stale:
            answer |= {"accepted": answer["accepted"] - stale, "stale": stale}
            await repository.put_answer(number, answer)
    if entries:
        await repository.put_entries(entries, risen, STALE, at, key)
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


async def _late(
    repository: InboxRepository, messages: Sequence[Incoming], key: bytes
) -> tuple[set[int], dict[VersionKey, str]]:
    """Return which changes (their `id`) are older than what had come of their records, and the versions that rose.

    Whoever brings a version of a record holds the record's until the commit, so of two senders the later one sees what
    the earlier one brought, and the inbox has the changes of a record in the order of their versions.
    """
    named: list[tuple[VersionKey, Change, str]] = []
    digests: dict[str, str] = {}
    for one in messages:
        for part in one.parts:
            for each in part.changes:
                if each.version is not None:
                    text = f"{one.source}\n{part.table}\n{named_key(each.values, part.by or part.key)}"
                    if text not in digests:
                        digests[text] = hmac_sm3(key, text.encode()).hex()
                    named.append(((one.source, part.table, digests[text]), each, each.version))
    if not named:
        return set(), {}
    first: dict[VersionKey, str] = {}
    for name, _, version in named:
        first.setdefault(name, version)
    newest = await repository.versions(first)
    held, late = dict(newest), set[int]()
    for name, each, version in named:
        if version < held[name]:
            late.add(id(each))
        else:
            held[name] = version
    return late, {name: version for name, version in held.items() if version != newest[name]}


def _divided(part: Part, late: set[int]) -> tuple[Part, Part]:
    """Return the changes to be told, and those that came too late."""
    if not late:
        return part, Part(part.table, part.key, ())
    told = [each for each in part.changes if id(each) not in late]
    passed = [each for each in part.changes if id(each) in late]
    return Part(part.table, part.key, told), Part(part.table, part.key, passed)
