"""Institutions, departments, staff and divisions as they stand."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select

from suwen.domains.orgs.divisions import DivisionFact
from suwen.domains.orgs.models import Department, Division, Equipment, Institution, Staff, Supply
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

Organisation = Institution | Department | Staff | Equipment | Supply
_PORTION = 5000


class OrgsRepository(Repository):
    """Institutions, departments, staff and divisions."""

    async def of_institutions(  # unscoped: the caller has checked each of these institutions
        self, model: type[Organisation], org_codes: Sequence[str]
    ) -> list[Organisation]:
        """Return all rows of one kind of some institutions."""
        return list((await self.session.scalars(select(model).where(model.org_code.in_(org_codes)))).all())

    async def institutions(self, scope: Scope) -> list[Institution]:
        """Return the institutions within a scope, by name."""
        query = select(Institution).order_by(Institution.name)
        if scope.orgs is not None:
            query = query.where(Institution.org_code.in_(sorted(scope.orgs)))
        return await self.all(query)

    async def departments(self, scope: Scope) -> list[Department]:
        """Return the departments within a scope, by institution and code."""
        query = select(Department).order_by(Department.org_code, Department.code)
        if scope.orgs is not None:
            query = query.where(Department.org_code.in_(sorted(scope.orgs)))
        return await self.all(query)

    async def active_counts(self, model: type[Organisation], scope: Scope) -> dict[str, int]:
        """Return the number of active rows of one kind by institution."""
        query = select(model.org_code, func.count()).where(model.active).group_by(model.org_code)
        if scope.orgs is not None:
            query = query.where(among(model.org_code, sorted(scope.orgs)))
        return {str(org): int(count) for org, count in await self.session.execute(query)}

    async def flush(self) -> None:
        """Write what is pending, still within the unit of work."""
        await self.session.flush()

    async def division_counts(self) -> dict[int, int]:  # unscoped: public facts
        """Return the number of divisions stored of each edition."""
        rows = await self.session.execute(select(Division.edition, func.count()).group_by(Division.edition))
        return {int(edition): int(count) for edition, count in rows}

    async def replace_divisions(self, edition: int, facts: Sequence[DivisionFact]) -> None:
        """Put an edition's divisions in place of what is stored of it."""
        await self.session.execute(delete(Division).where(Division.edition == edition))
        for start in range(0, len(facts), _PORTION):
            rows = [{"id": f"{fact.edition}:{fact.code}", **vars(fact)} for fact in facts[start : start + _PORTION]]
            await self.session.execute(insert(Division), rows)

    async def division(  # unscoped: public facts
        self, code: str, edition: int | None = None
    ) -> Division | None:
        """Return a division of an edition, or of the newest that has it."""
        query = select(Division).where(Division.code == code).order_by(Division.edition.desc()).limit(1)
        if edition is not None:
            query = query.where(Division.edition == edition)
        return await self.one_or_none(query)
