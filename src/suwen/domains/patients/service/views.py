"""What a reader is shown of persons: their scope's identities only, masked unless they may see and ask."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from suwen.domains.identity.public import record_access
from suwen.domains.patients.errors import UnknownPerson
from suwen.domains.patients.models import Identity
from suwen.domains.patients.repository.reads import PatientReads
from suwen.domains.patients.schemas import (
    HistoryOut,
    IdentityOut,
    PatientCounts,
    PersonDetail,
    PersonOut,
    PersonPage,
    PersonSearch,
    SuspectOut,
    SuspectPage,
)
from suwen.kernel import clock
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden
from suwen.kernel.masking import mask_value
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

_MASKS = {column.key: str(column.info["mask"]) for column in Identity.__table__.columns if "mask" in column.info}

CLEAR_GRADE = 4
"""The grade of names and numbers in the dataset `patient`: below it they are masked, whatever the right to unmask."""

IDENTIFIERS = tuple(_MASKS)
"""The columns shown masked unless the reader may see and asks; named in the access log."""


def identity_out(identity: Identity, *, unmasked: bool) -> IdentityOut:
    """One identity, masked column by column as the model says."""
    values: dict[str, object] = {}
    for name in IdentityOut.model_fields:
        value = getattr(identity, name)
        if isinstance(value, date) and name == "birth_date":
            value = value.isoformat()
        values[name] = value if unmasked or value is None or name not in _MASKS else mask_value(_MASKS[name], value)
    return IdentityOut.model_validate(values)


def age_of(birth: date | None, today: date) -> int | None:
    """Completed years; None without a birth date."""
    if birth is None:
        return None
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def person_out(person_id: UUID, identities: Sequence[Identity], *, unmasked: bool) -> PersonOut:
    """A person named by the newest identity; gaps are filled from the next ones."""
    shown = [identity_out(identity, unmasked=unmasked) for identity in identities]

    def first(field: str) -> str | None:
        return next((value for item in shown if (value := getattr(item, field)) is not None), None)

    birth = next((identity.birth_date for identity in identities if identity.birth_date), None)
    return PersonOut(
        id=person_id,
        name=first("name"),
        sex_code=first("sex_code"),
        birth_date=first("birth_date"),
        age=age_of(birth, clock.today()),
        id_no=first("id_no"),
        phone=first("phone"),
        identities=len(identities),
        institutions=sorted({identity.org_code for identity in identities}),
        seen_at=max(identity.seen_at for identity in identities),
    )


def _may_unmask(scope: Scope, wanted: bool) -> bool:
    if wanted and not scope.unmask:
        raise Forbidden("当前用户没有查看未脱敏信息的权限")
    if wanted and scope.grade < CLEAR_GRADE:
        raise Forbidden("当前用户的数据分级不足以查看未脱敏信息", received=scope.grade, allowed=f">= {CLEAR_GRADE}")
    return wanted


async def search(uow: UnitOfWork, scope: Scope, wanted: PersonSearch) -> PersonPage:
    """Find persons by name or number within the scope; showing them unmasked is recorded."""
    unmasked = _may_unmask(scope, wanted.unmask)
    reads = PatientReads(uow.session)
    request = PageRequest(wanted.page, wanted.page_size)
    page = await reads.persons(scope, request, wanted.text.strip(), wanted.org_code)
    ids = [row.person_id for row in page.items]
    members: dict[UUID, list[Identity]] = defaultdict(list)
    for identity in await reads.identities(scope, ids):
        members[identity.person_id].append(identity)
    if unmasked and ids:
        await record_access(uow, "patients.persons", [str(person) for person in ids], IDENTIFIERS)
    items = [person_out(person, members[person], unmasked=unmasked) for person in ids]
    return PersonPage(items=items, total=page.total, page=page.page, page_size=page.page_size)


async def person(uow: UnitOfWork, scope: Scope, person_id: UUID, *, unmask: bool = False) -> PersonDetail:
    """One person with its identities in the scope. Raises UnknownPerson; looking is recorded."""
    unmasked = _may_unmask(scope, unmask)
    identities = await PatientReads(uow.session).identities(scope, [person_id])
    if not identities:
        raise UnknownPerson(person_id)
    await record_access(uow, "patients.person", [str(person_id)], IDENTIFIERS if unmasked else ())
    shown = person_out(person_id, identities, unmasked=unmasked)
    members = [identity_out(identity, unmasked=unmasked) for identity in identities]
    return PersonDetail(**shown.model_dump(), members=members, unmasked=unmasked)


async def suspects(
    uow: UnitOfWork, scope: Scope, request: PageRequest, status: str | None, *, unmask: bool = False
) -> SuspectPage:
    """Suspected pairs within the scope, both sides masked alike so that they can still be compared."""
    unmasked = _may_unmask(scope, unmask)
    page = await PatientReads(uow.session).suspects(scope, request, status)
    items = [
        SuspectOut(
            id=pair.suspect.id,
            score=pair.suspect.score,
            rule=pair.suspect.rule,
            evidence=pair.suspect.evidence,
            status=pair.suspect.status,
            found_at=pair.suspect.found_at,
            decided_at=pair.suspect.decided_at,
            decided_by=pair.suspect.decided_by,
            left=identity_out(pair.left, unmasked=unmasked),
            right=identity_out(pair.right, unmasked=unmasked),
        )
        for pair in page.items
    ]
    if unmasked and items:
        await record_access(uow, "patients.suspects", [str(item.id) for item in items], IDENTIFIERS)
    return SuspectPage(items=items, total=page.total, page=page.page, page_size=page.page_size)


async def history(uow: UnitOfWork, scope: Scope, person_id: UUID) -> list[HistoryOut]:
    """What happened to a person, newest first. Raises UnknownPerson."""
    reads = PatientReads(uow.session)
    if not await reads.identities(scope, [person_id]):
        raise UnknownPerson(person_id)
    return [HistoryOut.model_validate(line, from_attributes=True) for line in await reads.history(scope, person_id)]


async def counts(uow: UnitOfWork, scope: Scope) -> PatientCounts:
    """How many identities, persons, shared persons and open suspects the scope holds."""
    return PatientCounts.model_validate(await PatientReads(uow.session).counts(scope))
