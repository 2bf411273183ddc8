"""The door of the room patients."""

from collections.abc import Sequence
from uuid import UUID

from suwen.domains.lake.public import Lake
from suwen.domains.patients.repository.reads import PatientReads
from suwen.domains.patients.schemas import PatientCounts, PersonDetail
from suwen.domains.patients.service import linking, views
from suwen.domains.patients.service.linking import LinkResult
from suwen.kernel.database import UnitOfWork
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope

__all__ = [
    "LinkResult",
    "PersonDetail",
    "counts",
    "keys_of",
    "link",
    "open_suspects",
    "person",
    "person_of_key",
    "sample",
]


async def link(lake: Lake, uow: UnitOfWork, progress: Progress | None = None) -> LinkResult:
    """Find the person behind every identity of ``std.patient``; the same data again changes nothing.

    Announces ``PersonsLinked``, and ``PersonsMerged`` for each person that was found to be another.
    """
    return await linking.link(lake, uow, progress or NullProgress())


async def person(uow: UnitOfWork, scope: Scope, person_id: UUID, *, unmask: bool = False) -> PersonDetail:
    """One person with the identities in the scope; looking is recorded. Raises UnknownPerson, Forbidden."""
    return await views.person(uow, scope, person_id, unmask=unmask)


async def keys_of(uow: UnitOfWork, scope: Scope, person_id: UUID) -> Sequence[tuple[str, str]]:
    """The (patient_key, org_code) pairs of a person within the scope; empty for an unknown person."""
    identities = await PatientReads(uow.session).identities(scope, [person_id])
    return [(identity.patient_key, identity.org_code) for identity in identities]


async def counts(uow: UnitOfWork, scope: Scope) -> PatientCounts:
    """How many identities, persons, shared persons and open suspects the scope holds."""
    return await views.counts(uow, scope)


async def sample(uow: UnitOfWork, scope: Scope, size: int) -> list[UUID]:
    """Ids of up to ``size`` persons of the scope, the same ones each time; for measurements and spot checks."""
    return await PatientReads(uow.session).sample(scope, size)


async def person_of_key(uow: UnitOfWork, scope: Scope) -> dict[str, UUID]:
    """Patient key to person, for all identities of the scope at once."""
    return await PatientReads(uow.session).person_of_key(scope)


async def open_suspects(uow: UnitOfWork, scope: Scope) -> list[tuple[str, str]]:
    """The patient keys (left, right) of every pair that waits for a decision, both sides in the scope."""
    return await PatientReads(uow.session).open_pairs(scope)
