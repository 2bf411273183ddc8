"""Queries of the monitoring: how far each institution's data conform, now and as it was noted."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from suwen.domains.standards.conformance import Part, Place
from suwen.domains.standards.models import ConformanceFigure
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import Repository
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope


class NotedFigures(ModelSource[ConformanceFigure]):
    """The figures of all days, within the scope."""

    def __init__(self) -> None:
        super().__init__(ConformanceFigure, scope_column="org_code", search=("dataset",))


class PresentFigures(NotedFigures):
    """The figures that hold still."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[ConformanceFigure]:
        """Return the rows that the scope lets through."""
        return super().query(uow, scope).where(ConformanceFigure.until.is_(None))


class ConformanceRepository(Repository):
    """Figures as they were noted."""

    async def lock(self) -> None:  # unscoped: a lock
        """Wait until no other unit of work notes figures."""
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("standards:observe", 0))))

    async def living(self) -> dict[Place, ConformanceFigure]:  # unscoped: for the platform's own notes
        """Return the figures that hold still, by place."""
        rows = await self.all(select(ConformanceFigure).where(ConformanceFigure.until.is_(None)))
        return {Place(row.org_code, row.dataset): row for row in rows}

    async def figure(self, key: UUID) -> ConformanceFigure | None:  # unscoped: the service asks the scope
        """Return one row."""
        return await self.find(ConformanceFigure, key)

    async def history(self, scope: Scope, part: Part, since: date) -> list[ConformanceFigure]:
        """Return what held of a part of all places on a day or after it, oldest first."""
        figure = ConformanceFigure
        query = select(figure).where(or_(figure.until.is_(None), figure.until >= since))
        for column, wanted in ((figure.org_code, part.org_code), (figure.dataset, part.dataset)):
            query = query.where(column == wanted) if wanted is not None else query
        query = query if scope.orgs is None else query.where(figure.org_code.in_(sorted(scope.orgs)))
        return await self.all(query.order_by(figure.day, figure.until.nulls_last()))
