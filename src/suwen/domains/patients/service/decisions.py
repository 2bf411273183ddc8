"""What people decide: two identities are one person, or are not, or one was attached wrongly."""

from uuid import UUID

from suwen.domains.patients.errors import AlreadyDecided, NothingToSplit, UnknownIdentity, UnknownPerson, UnknownSuspect
from suwen.domains.patients.events import PersonsMerged
from suwen.domains.patients.models import Identity, Suspect
from suwen.domains.patients.repository.reads import PatientReads
from suwen.domains.patients.repository.writes import PatientWrites
from suwen.kernel import clock
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.scope import Scope


def _who(uow: UnitOfWork) -> str:
    return uow.principal.username if uow.principal else "system"


async def decide(uow: UnitOfWork, scope: Scope, suspect_id: UUID, verdict: str, reason: str | None) -> Suspect:
    """Decide a suspected pair: ``same`` merges the two persons, ``different`` keeps them apart for good.

    Raises UnknownSuspect outside the scope, AlreadyDecided where somebody was faster.
    """
    suspect = await PatientReads(uow.session).suspect(scope, suspect_id, lock=True)
    if suspect is None:
        raise UnknownSuspect(suspect_id)
    if suspect.status != "open":
        raise AlreadyDecided(suspect_id, suspect.status)
    writes, now = PatientWrites(uow.session), clock.now()
    await writes.lock()
    await writes.decide(
        {
            "left_key": suspect.left_key,
            "right_key": suspect.right_key,
            "verdict": verdict,
            "reason": reason,
            "decided_at": now,
            "decided_by": _who(uow),
        }
    )
    suspect.status, suspect.decided_at, suspect.decided_by = verdict, now, _who(uow)
    if verdict == "same":
        await _merge(uow, writes, suspect.left_key, suspect.right_key, reason)
    return suspect


async def _merge(uow: UnitOfWork, writes: PatientWrites, left_key: str, right_key: str, reason: str | None) -> None:
    left, right = await writes.get(Identity, left_key), await writes.get(Identity, right_key)
    # The older person keeps its id: time-ordered ids make it the smaller.
    kept, gone = sorted((left.person_id, right.person_id))
    if kept == gone:
        return
    movers = await writes.members(gone)
    stayers = await writes.members(kept)
    at = clock.now()
    for identity in movers:
        identity.person_id, identity.linked_by, identity.linked_score = kept, "decided", 1.0
    await writes.merge_persons({gone: kept})
    await writes.add_history(
        [
            _line("merged", kept, key=identity.patient_key, before=gone, by=_who(uow), reason=reason)
            for identity in movers
        ]
    )
    await writes.close_suspects(
        [identity.patient_key for identity in movers],
        [identity.patient_key for identity in stayers],
        "same",
        _who(uow),
        at,
    )
    uow.announce(PersonsMerged(str(kept), str(gone)))


async def split(uow: UnitOfWork, scope: Scope, person_id: UUID, patient_key: str, reason: str) -> UUID:
    """Take one identity out of a person into a new one, and keep it apart from the others in all later runs.

    Returns the new person's id. Raises UnknownPerson, UnknownIdentity, NothingToSplit.
    """
    reads, writes = PatientReads(uow.session), PatientWrites(uow.session)
    if not await reads.identities(scope, [person_id]):
        raise UnknownPerson(person_id)
    identity = await reads.identity(scope, patient_key)
    if identity is None or identity.person_id != person_id:
        raise UnknownIdentity(patient_key)
    await writes.lock()
    others = [member for member in await writes.members(person_id) if member.patient_key != patient_key]
    if not others:
        raise NothingToSplit(person_id)
    now, new = clock.now(), new_id()
    await writes.add_persons([new], now)
    identity.person_id, identity.linked_by, identity.linked_score = new, "decided", None
    for other in others:
        left, right = sorted((patient_key, other.patient_key))
        await writes.decide(
            {
                "left_key": left,
                "right_key": right,
                "verdict": "different",
                "reason": reason,
                "decided_at": now,
                "decided_by": _who(uow),
            }
        )
    await writes.add_history([_line("split", new, key=patient_key, before=person_id, by=_who(uow), reason=reason)])
    return new


def _line(action: str, person: UUID, *, key: str, before: UUID, by: str, reason: str | None) -> dict[str, object]:
    return {
        "id": new_id(),
        "at": clock.now(),
        "action": action,
        "person_id": person,
        "from_person": before,
        "patient_key": key,
        "by": by,
        "reason": reason,
    }
