"""The queries of distributions on PostgreSQL."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from suwen.domains.ingest.distribution.errors import UnknownDistribution
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, SendStatus
from suwen.kernel.repository import Repository
from suwen.kernel.scope import Scope

M = TypeVar("M", Distribution, DistributionRun)


def within(query: Select[M], model: type[M], scope: Scope) -> Select[M]:
    """Return the query for what sends rows of the scope's institutions only; of all, for those who see all."""
    if scope.orgs is None:
        return query
    some = func.jsonb_array_length(model.orgs) > 0
    return query.where(some, model.orgs.contained_by(cast(sorted(scope.orgs), JSONB)))


class DistributionRepository(Repository):
    """Distributions and their runs."""

    async def distribution(self, key: UUID, scope: Scope, *, lock: bool = False) -> Distribution:
        """Return a present distribution; lock: until the end of this unit of work. Raises UnknownDistribution."""
        query = select(Distribution).where(Distribution.id == key, Distribution.removed_at.is_(None))
        query = within(query, Distribution, scope)
        found = await self.one_or_none(query.with_for_update() if lock else query)
        if found is None:
            raise UnknownDistribution(key)
        return found

    async def runs_on(self, distribution: UUID) -> bool:  # unscoped: of a distribution read by scope before
        """Say whether a run of a distribution has not ended."""
        live = DistributionRun.status.in_([SendStatus.QUEUED.value, SendStatus.RUNNING.value])
        query = select(DistributionRun).where(DistributionRun.distribution_id == distribution, live)
        return await self.count(query) > 0

    async def due(self, moment: datetime) -> list[Distribution]:  # unscoped: the workers' own
        """Return the distributions that are due, taken for this transaction; those that another has are left out."""
        query = select(Distribution).where(Distribution.enabled, Distribution.next_at <= moment)
        query = query.where(Distribution.removed_at.is_(None)).order_by(Distribution.next_at)
        return await self.all(query.with_for_update(skip_locked=True))
