"""Distributions as people define them: what is sent, who may send it, and where to."""

import re
from collections.abc import Collection, Mapping
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.distribution.errors import InvalidDistribution
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, TargetKind
from suwen.domains.ingest.distribution.repository import within
from suwen.domains.ingest.distribution.schemas import DistributionChange, DistributionIn
from suwen.domains.ingest.distribution.selecting import filters_of, selected_columns
from suwen.domains.ingest.distribution.targets.database import DRIVERS
from suwen.domains.ingest.distribution.targets.delivery import PlatformDelivery, delivery_of
from suwen.domains.ingest.distribution.targets.platform import check_delivery
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.planning import next_begin
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

LEADING: Mapping[TargetKind, Collection[str]] = {
    TargetKind.DATABASE: tuple(DRIVERS), TargetKind.FILES: ("files",), TargetKind.KAFKA: ("kafka",),
    TargetKind.PLATFORM: ("http",),
}  # fmt: skip
"""Connectors whose sources lead to targets of a kind."""
_TABLE = r"([A-Za-z_][A-Za-z0-9_]{0,62}\.)?[A-Za-z_][A-Za-z0-9_]{0,62}"
NAMES: Mapping[TargetKind, str] = {
    TargetKind.DATABASE: _TABLE, TargetKind.FILES: _TABLE, TargetKind.KAFKA: r"[A-Za-z0-9._-]{1,249}",
    TargetKind.PLATFORM: r"[A-Za-z0-9_.:-]{1,120}",
}  # fmt: skip
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
    _check_name(distribution)
    await _check_place(uow, scope, distribution)
    delivery = delivery_of(distribution.target, distribution.delivery)
    if delivery is not None:
        # Whole, so that it says by itself what it is.
        distribution.delivery = delivery.model_dump(mode="json")
    if isinstance(delivery, PlatformDelivery):
        check_delivery(delivery, selected_columns(distribution, dataset))
    elif delivery is None and distribution.delivery:
        raise InvalidDistribution("a target of this kind takes no messages", received=sorted(distribution.delivery))


def _check_name(distribution: Distribution) -> None:
    """Raise unless the table, file or topic can be called so."""
    pattern = NAMES[TargetKind(distribution.target)]
    if not re.fullmatch(pattern, distribution.table):
        raise InvalidDistribution("no such name of a target is possible", received=distribution.table, allowed=pattern)


async def _check_place(uow: UnitOfWork, scope: Scope, distribution: Distribution) -> None:
    """Raise unless the connection leads to such a target."""
    kind = TargetKind(distribution.target)
    if kind is TargetKind.FILES and not distribution.place:
        if not distribution.folder:
            raise InvalidDistribution("a folder is needed for files")
        return
    if not distribution.place:
        raise InvalidDistribution("the source is needed whose connection leads to the target")
    source = await IngestRepository(uow.session).source(distribution.place, scope)
    if source.connector not in LEADING[kind]:
        received = source.connector
        raise InvalidDistribution("this connection does not lead to such a target", received=received,
                                  allowed=LEADING[kind])  # fmt: skip
    if source.connector == "files" and source.options.get("place") != "sftp":
        raise InvalidDistribution("files are put on SFTP servers", received=source.options.get("place"))


def _set_next(distribution: Distribution) -> None:
    if distribution.cron is None:
        distribution.next_at = None
        return
    begins = next_begin(distribution.cron, distribution.window_from, distribution.window_to, now())
    distribution.next_at = begins if distribution.enabled else None
