"""Queries on behalf of a reader: each takes the reader's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from suwen.domains.patients.models import History, Identity, Suspect
from suwen.kernel.repository import Page, PageRequest, Repository
from suwen.kernel.scope import Scope


@dataclass(frozen=True)
class PersonHit:
    """A person found: how many identities the scope holds, of which institutions, last seen when."""

    person_id: UUID
    identities: int
    institutions: list[str]
    seen_at: datetime


@dataclass(frozen=True)
class SuspectPair:
    """A suspected pair with both identities."""

    suspect: Suspect
    left: Identity
    right: Identity


@dataclass(frozen=True)
class IndexState:
    """The master index as it is: how many identities, and when one was last seen. It changes with each linkage."""

    identities: int
    at: datetime | None


def within(column: InstrumentedAttribute[str], scope: Scope) -> ColumnElement[bool]:
    """The condition that an institution's code lies in the scope."""
    return true() if scope.orgs is None else column.in_(sorted(scope.orgs))


class PatientReads(Repository):
    """What a reader may see of identities, persons, suspects and history."""

    async def persons(self, scope: Scope, request: PageRequest, text: str, org: str | None) -> Page[PersonHit]:
        """One page of persons with an identity in the scope, last seen first.

        ``text`` is part of a name, or a whole resident id, health card, phone or patient number.
        """
        query = self._matching(scope, text, org)
        grouped = (
            select(
                query.c.person_id,
                func.count().label("identities"),
                func.array_agg(func.distinct(query.c.org_code)).label("institutions"),
                func.max(query.c.seen_at).label("seen_at"),
            )
            .group_by(query.c.person_id)
            .order_by(func.max(query.c.seen_at).desc(), query.c.person_id)
        )
        total = await self.session.scalar(select(func.count(func.distinct(query.c.person_id))))
        rows = await self.session.execute(grouped.offset(request.offset).limit(request.page_size))
        hits = [PersonHit(row[0], row[1], list(row[2]), row[3]) for row in rows.all()]
        return Page(hits, total or 0, request.page, request.page_size)

    def _matching(self, scope: Scope, text: str, org: str | None) -> Subquery:
        query = select(Identity.person_id, Identity.org_code, Identity.seen_at).where(within(Identity.org_code, scope))
        if org:
            query = query.where(Identity.org_code == org)
        if text:
            escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            exact = [
                column == text.upper()
                for column in (Identity.id_no, Identity.health_card_no, Identity.phone, Identity.patient_id)
            ]
            query = query.where(or_(Identity.name.like(f"%{escaped}%", escape="\\"), *exact))
        return query.subquery()

    async def identities(self, scope: Scope, person_ids: Sequence[UUID]) -> list[Identity]:
        """The identities in the scope of some persons, newest first."""
        query = (
            select(Identity)
            .where(Identity.person_id.in_(person_ids), within(Identity.org_code, scope))
            .order_by(Identity.person_id, Identity.seen_at.desc(), Identity.patient_key)
        )
        return list((await self.session.scalars(query)).all())

    async def identity(self, scope: Scope, patient_key: str) -> Identity | None:
        """One identity, if the scope lets it through."""
        query = select(Identity).where(Identity.patient_key == patient_key, within(Identity.org_code, scope))
        return (await self.session.scalars(query)).one_or_none()

    async def suspect(self, scope: Scope, suspect_id: UUID, *, lock: bool = False) -> Suspect | None:
        """One suspected pair with both sides in the scope; ``lock`` holds it until the unit of work ends."""
        query = select(Suspect).where(
            Suspect.id == suspect_id, within(Suspect.left_org, scope), within(Suspect.right_org, scope)
        )
        if lock:
            query = query.with_for_update()
        return (await self.session.scalars(query)).one_or_none()

    async def suspects(self, scope: Scope, request: PageRequest, status: str | None) -> Page[SuspectPair]:
        """One page of suspected pairs, best score first."""
        left, right = aliased(Identity), aliased(Identity)
        query = (
            select(Suspect, left, right)
            .join(left, left.patient_key == Suspect.left_key)
            .join(right, right.patient_key == Suspect.right_key)
            .where(and_(within(Suspect.left_org, scope), within(Suspect.right_org, scope)))
        )
        if status:
            query = query.where(Suspect.status == status)
        total = await self.session.scalar(select(func.count()).select_from(query.subquery()))
        rows = await self.session.execute(
            query.order_by(Suspect.score.desc(), Suspect.id).offset(request.offset).limit(request.page_size)
        )
        pairs = [SuspectPair(row[0], row[1], row[2]) for row in rows.all()]
        return Page(pairs, total or 0, request.page, request.page_size)

    async def history(self, scope: Scope, person_id: UUID) -> list[History]:
        """What happened to a person, newest first; lines of identities outside the scope are left out."""
        visible = select(Identity.patient_key).where(within(Identity.org_code, scope))
        query = (
            select(History)
            .where(or_(History.person_id == person_id, History.from_person == person_id))
            .where(or_(History.patient_key.is_(None), History.patient_key.in_(visible)))
            .order_by(History.at.desc(), History.id.desc())
        )
        return list((await self.session.scalars(query)).all())

    async def sample(self, scope: Scope, size: int) -> list[UUID]:
        """Persons in the order of a hash of their patient keys: spread over the region, and repeatable."""
        query = (
            select(Identity.person_id)
            .where(within(Identity.org_code, scope))
            .group_by(Identity.person_id)
            .order_by(func.md5(func.min(Identity.patient_key)))
            .limit(size)
        )
        return list((await self.session.scalars(query)).all())

    async def person_of_key(self, scope: Scope) -> dict[str, UUID]:
        """Patient key to person, for all identities of the scope."""
        query = select(Identity.patient_key, Identity.person_id).where(within(Identity.org_code, scope))
        return {row[0]: row[1] for row in (await self.session.execute(query)).all()}

    async def state(self) -> IndexState:  # unscoped: only to notice that it changed
        """How many identities there are, and when the last one was seen."""
        row = (await self.session.execute(select(func.count(), func.max(Identity.seen_at)))).one()
        return IndexState(int(row[0]), row[1])

    async def every_key(self) -> list[str]:  # unscoped: rows are counted with them, for a scope
        """The patient keys of all identities."""
        return list((await self.session.scalars(select(Identity.patient_key))).all())

    async def open_pairs(self, scope: Scope) -> list[tuple[str, str]]:
        """The keys of all open suspects with both sides in the scope."""
        query = select(Suspect.left_key, Suspect.right_key).where(
            Suspect.status == "open", within(Suspect.left_org, scope), within(Suspect.right_org, scope)
        )
        return [(row[0], row[1]) for row in (await self.session.execute(query)).all()]

    async def counts(self, scope: Scope) -> dict[str, int]:
        """``identities``, ``persons``, ``shared`` (persons known to several institutions), ``suspects`` (open)."""
        mine = select(Identity.person_id, Identity.org_code).where(within(Identity.org_code, scope)).subquery()
        persons = (
            select(mine.c.person_id, func.count(func.distinct(mine.c.org_code)).label("orgs"))
            .group_by(mine.c.person_id)
            .subquery()
        )
        suspects = select(func.count()).where(
            Suspect.status == "open", within(Suspect.left_org, scope), within(Suspect.right_org, scope)
        )
        return {
            "identities": await self.session.scalar(select(func.count()).select_from(mine)) or 0,
            "persons": await self.session.scalar(select(func.count()).select_from(persons)) or 0,
            "shared": await self.session.scalar(select(func.count()).where(persons.c.orgs > 1)) or 0,
            "suspects": await self.session.scalar(suspects) or 0,
        }
