"""Applications, their steps, and the versions of what is registered."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from suwen.domains.orgs.models import (
    FOREVER,
    RecordVersion,
    Registration,
    RegistrationStep,
)
from suwen.kernel.errors import NotFound
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

PENDING = ("submitted", "approved")
_PORTION = 2000


class RegistrationRepository(Repository):
    """Applications and versions."""

    async def one(self, scope: Scope, key: UUID) -> Registration:
        """Return an application within a scope, locked until the commit. Raises NotFound."""
        query = select(Registration).where(Registration.id == key).with_for_update()
        found = await self.one_or_none(query)
        if found is None or not scope.allows(found.org_code):
            raise NotFound("没有此申请", received=str(key))
        return found

    async def some(self, scope: Scope, keys: Collection[UUID], batch: str | None) -> list[Registration]:
        """Return applications by id, or those of a batch that wait for review; locked until the commit."""
        wanted = among(Registration.id, keys)
        if batch:
            wanted = or_(wanted, (Registration.batch == batch) & (Registration.status == "submitted"))
        query = select(Registration).where(wanted).order_by(Registration.row, Registration.id).with_for_update()
        if scope.orgs is not None:
            query = query.where(Registration.org_code.in_(sorted(scope.orgs)))
        return await self.all(query)

    async def numbered(self, scope: Scope, org_code: str, number: str) -> Registration | None:
        """Return an institution's application under its own number, if the scope has it."""
        if not scope.allows(org_code):
            return None
        where = (Registration.org_code == org_code, Registration.number == number)
        return await self.one_or_none(select(Registration).where(*where))

    async def pending(  # unscoped: who else applies for the same thing, told by number alone
        self, kind: str, targets: Collection[str], beside: Collection[UUID] = ()
    ) -> dict[str, str]:
        """Return the numbers of applications that wait for review or effect, by target."""
        query = select(Registration.target, Registration.number).where(
            Registration.kind == kind, Registration.status.in_(PENDING), among(Registration.target, targets)
        )
        if beside:
            query = query.where(~among(Registration.id, beside))
        return {str(target): str(number) for target, number in await self.session.execute(query)}

    async def taken_numbers(  # unscoped: the caller has checked the institution
        self, org_code: str, numbers: Collection[str]
    ) -> set[str]:
        """Return which numbers an institution has used."""
        where = (Registration.org_code == org_code, among(Registration.number, numbers))
        return set(await self.all(select(Registration.number).where(*where)))

    async def due(self, day: date) -> list[Registration]:  # unscoped: the platform's own job
        """Return what is approved and whose day has come, locked; what another job holds is left out."""
        day_come = or_(Registration.effective_from.is_(None), Registration.effective_from <= day)
        query = select(Registration).where(Registration.status == "approved", day_come)
        query = query.order_by(Registration.reviewed_at, Registration.batch, Registration.row)
        return await self.all(query.with_for_update(skip_locked=True))

    async def count_of(
        self, scope: Scope, status: str, *, written_by: str | None = None, not_by: str | None = None
    ) -> int:
        """Return how many applications have a status, by or not by a user."""
        query = select(Registration.id).where(Registration.status == status)
        if scope.orgs is not None:
            query = query.where(Registration.org_code.in_(sorted(scope.orgs)))
        if written_by is not None:
            query = query.where(Registration.authors.contains([written_by]))
        if not_by is not None:
            query = query.where(~Registration.authors.contains([not_by]))
        return await self.count(query)

    async def steps(self, key: UUID) -> list[RegistrationStep]:  # unscoped: of an application that was given out
        """Return the steps of an application, oldest first."""
        step = RegistrationStep
        return await self.all(select(step).where(step.registration_id == key).order_by(step.at, step.id))

    async def flush(self) -> None:
        """Write what is pending, still within the unit of work."""
        await self.session.flush()

    async def stored(self) -> bool:
        """Write what was added; False when a number or a pending target is taken."""
        try:
            await self.session.flush()
        except IntegrityError:
            return False
        return True

    async def append(self, registrations: Sequence[dict[str, Any]], steps: Sequence[dict[str, Any]]) -> bool:
        """Store many new applications with their steps; False when a number or a pending target is taken."""
        try:
            async with self.session.begin_nested():
                await self._insert(Registration, registrations)
                await self._insert(RegistrationStep, steps)
        except IntegrityError:
            return False
        return True

    async def rows_of(  # unscoped: rows that the unit of work has just written
        self, model: type[Any], keys: Collection[UUID]
    ) -> dict[str, Any]:
        """Return rows by their id as text."""
        return {str(row.id): row for row in await self.all(select(model).where(among(model.id, keys)))}

    async def living(  # unscoped: versions are closed by what writes the next one
        self, kind: str, row_keys: Collection[str]
    ) -> dict[str, RecordVersion]:
        """Return the versions that hold, by row key."""
        version = RecordVersion
        where = (version.kind == kind, among(version.row_key, row_keys), version.valid_to == FOREVER)
        return {row.row_key: row for row in await self.all(select(version).where(*where))}

    async def close(self, versions: Collection[RecordVersion], moment: datetime) -> None:
        """End versions."""
        ids = [row.id for row in versions]
        await self.session.execute(update(RecordVersion).where(among(RecordVersion.id, ids)).values(valid_to=moment))

    async def append_versions(self, rows: Sequence[dict[str, Any]]) -> None:
        """Store new versions."""
        await self._insert(RecordVersion, rows)

    async def _insert(self, model: type[Any], rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), _PORTION):
            await self.session.execute(insert(model), rows[start : start + _PORTION])


class OrganisationLookup(Repository):  # unscoped: asked by checks, which tell no more than that something is there
    """What the checks of organisations ask."""

    async def named(self, model: type[Any], **where: Any) -> list[Any]:
        """Return the active rows with all of these values."""
        query = select(model).filter_by(**where).where(model.active)
        return list((await self.session.scalars(query.limit(20))).all())

    async def values(self, model: type[Any], field: str, orgs: Collection[str], of: Collection[Any]) -> dict[Any, Any]:
        """Return the rows of some institutions whose field has one of the values: active rows, by (org_code, value)."""
        column = getattr(model, field)
        query = select(model).where(model.active, model.org_code.in_(orgs), among(column, of))
        rows = cast("list[Any]", (await self.session.scalars(query)).all())
        return {(row.org_code, getattr(row, field)): row for row in rows}

    async def counts(
        self, model: type[Any], fields: Sequence[str], orgs: Collection[str]
    ) -> dict[tuple[Any, ...], int]:
        """Return the number of active rows of some institutions by the values of some fields."""
        columns = [getattr(model, name) for name in fields]
        query = select(*columns, func.count()).where(model.active, model.org_code.in_(orgs)).group_by(*columns)
        return {tuple(row)[:-1]: int(row[-1]) for row in await self.session.execute(query)}
