"""The yearly copies of institutions and divisions."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import delete, func, insert, literal, select

from suwen.domains.orgs.models import Division, Institution, InstitutionYear
from suwen.kernel.clock import now
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

_PORTION = 5000
Values = dict[str, Any]
YearKind = Literal["institutions", "divisions"]
INSTITUTION_FIELDS = tuple(
    column.key for column in Institution.__table__.columns if column.key not in ("id", "updated_at")
)
DIVISION_FIELDS = ("code", "name", "full_name", "level", "parent_code")


class YearRepository(Repository):
    """Copies by year; the divisions of a year are the edition of that year."""

    async def counts(self, scope: Scope) -> dict[YearKind, dict[int, int]]:
        """Return the number of rows of each year, of institutions within the scope."""
        copies = select(InstitutionYear.year, func.count()).group_by(InstitutionYear.year)
        if scope.orgs is not None:
            copies = copies.where(InstitutionYear.org_code.in_(sorted(scope.orgs)))
        editions = select(Division.edition, func.count()).group_by(Division.edition)
        found: dict[YearKind, dict[int, int]] = {}
        for kind, query in (("institutions", copies), ("divisions", editions)):
            rows = await self.session.execute(query)
            found["institutions" if kind == "institutions" else "divisions"] = {int(y): int(n) for y, n in rows}
        return found

    async def institutions(self, scope: Scope, year: int) -> list[Values]:
        """Return the institutions of a year's copy within a scope, by code."""
        columns = [getattr(InstitutionYear, name) for name in INSTITUTION_FIELDS]
        query = select(*columns).where(InstitutionYear.year == year).order_by(InstitutionYear.org_code)
        if scope.orgs is not None:
            query = query.where(InstitutionYear.org_code.in_(sorted(scope.orgs)))
        return [dict(row) for row in (await self.session.execute(query)).mappings()]

    async def divisions(self, year: int) -> list[Values]:  # unscoped: public facts
        """Return the divisions of an edition, by code."""
        columns = [getattr(Division, name) for name in DIVISION_FIELDS]
        query = select(*columns).where(Division.edition == year).order_by(Division.code)
        return [dict(row) for row in (await self.session.execute(query)).mappings()]

    async def replace_institutions(self, scope: Scope, year: int, rows: Sequence[Values]) -> None:
        """Put rows in place of a year's copy, as far as the scope reaches."""
        query = delete(InstitutionYear).where(InstitutionYear.year == year)
        if scope.orgs is not None:
            query = query.where(InstitutionYear.org_code.in_(sorted(scope.orgs)))
        await self.session.execute(query)
        moment = now()
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            values = [{**row, "id": f"{year}:{row['org_code']}", "year": year, "updated_at": moment} for row in portion]
            await self.session.execute(insert(InstitutionYear), values)

    async def replace_divisions(self, year: int, rows: Sequence[Values]) -> None:
        """Put rows in place of an edition."""
        await self.session.execute(delete(Division).where(Division.edition == year))
        for start in range(0, len(rows), _PORTION):
            portion = rows[start : start + _PORTION]
            values = [{**row, "id": f"{year}:{row['code']}", "edition": year} for row in portion]
            await self.session.execute(insert(Division), values)

    async def copy_register(self, year: int) -> None:  # unscoped: the caller may see all institutions
        """Make the active institutions as they are registered now a year's copy."""
        names = [getattr(Institution, name) for name in INSTITUTION_FIELDS]
        key = func.concat(literal(f"{year}:"), Institution.org_code)
        rows = select(key, literal(year), literal(now()), *names).where(Institution.active)
        columns = ["id", "year", "updated_at", *INSTITUTION_FIELDS]
        await self.session.execute(insert(InstitutionYear).from_select(columns, rows))
