"""Distributions as people define them: what is sent, who may send it, and where to."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.distribution.errors import InvalidDistribution
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, TargetKind
from suwen.domains.ingest.distribution.repository import within
from suwen.domains.ingest.distribution.schemas import DistributionChange, DistributionIn
from suwen.domains.ingest.distribution.selecting import filters_of, selected_columns
from suwen.domains.ingest.distribution.targets.database import DRIVERS
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.planning import next_begin
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

TIMES = {"cron", "window_from", "window_to", "enabled"}


class Distributions(ModelSource[Distribution]):
    """The present distributions that send rows of the scope's institutions only."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[Distribution]:
        """Return the rows that the scope lets through."""
        return within(super().query(uow, scope).where(Distribution.removed_at.is_(None)), Distribution, scope)

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a distribution. Raises InvalidDistribution, UnknownDataset, FieldNotOpen, InvalidPlan."""
        wanted = cast(DistributionIn, data)
        distribution = Distribution(**wanted.model_dump(mode="json"), grade=scope.grade)
        await _check(uow, scope, distribution)
        _set_next(distribution)
        uow.session.add(distribution)
        await self._flush(uow)
        return distribution

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a distribution. Raises NotFound and what `create` raises."""
        distribution, change = await self.get(uow, scope, key), cast(DistributionChange, data)
        values: Mapping[str, Any] = change.model_dump(mode="json", exclude_unset=True)
        for name, value in values.items():
            setattr(distribution, name, value)
        distribution.grade = scope.grade
        await _check(uow, scope, distribution)
        if TIMES & values.keys():
            _set_next(distribution)
        await self._flush(uow)
        return distribution

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a distribution; its runs stay, and what it has sent. Raises NotFound."""
        distribution = await self.get(uow, scope, key)
        distribution.removed_at, distribution.next_at = now(), None
        await self._flush(uow)


class DistributionRuns(ModelSource[DistributionRun]):
    """The runs that sent rows of the scope's institutions only."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[DistributionRun]:
        """Return the rows that the scope lets through."""
        return within(super().query(uow, scope), DistributionRun, scope)


async def _check(uow: UnitOfWork, scope: Scope, distribution: Distribution) -> None:
    """Raise unless the distribution sends what its writer may see, to a place that is named."""
    if scope.orgs is not None and not distribution.orgs:
        raise InvalidDistribution("name the institutions whose rows are sent", allowed=sorted(scope.orgs))
    if outside := [org for org in distribution.orgs if not scope.allows(org)]:
        raise InvalidDistribution("institutions outside your scope", received=outside)
    if not distribution.masked and not scope.unmask:
        raise InvalidDistribution("who sees identifiers masked sends them masked", received="masked=false")
    dataset = (await load_catalog(uow)).dataset(distribution.dataset)
    selected_columns(distribution, dataset)
    filters_of(distribution, dataset)
    if distribution.target == TargetKind.FILES:
        if not distribution.folder:
            raise InvalidDistribution("a folder is needed for files")
    else:
        source = await IngestRepository(uow.session).source(distribution.place or "", scope)
        if source.connector not in DRIVERS:
            received = source.connector
            raise InvalidDistribution("databases of this kind are not written to", received=received, allowed=DRIVERS)


def _set_next(distribution: Distribution) -> None:
    if distribution.cron is None:
        distribution.next_at = None
        return
    begins = next_begin(distribution.cron, distribution.window_from, distribution.window_to, now())
    distribution.next_at = begins if distribution.enabled else None
