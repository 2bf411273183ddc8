"""Indicators as people define them: what fits together, statements read before they are stored, and tried."""

import shutil
from collections.abc import Sequence
from typing import cast

from anyio import to_thread
from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.connector import connector_class, connectors
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.reconcile.indicators.checking import PLATFORM, usual_span
from suwen.domains.ingest.reconcile.indicators.errors import InvalidIndicator
from suwen.domains.ingest.reconcile.indicators.figures import Figures, Span, platform_figures, source_figures
from suwen.domains.ingest.reconcile.indicators.models import Indicator
from suwen.domains.ingest.reconcile.indicators.repository import IndicatorRepository
from suwen.domains.ingest.reconcile.indicators.schemas import (
    IndicatorChange,
    IndicatorIn,
    StatementIn,
    StatementTried,
    TriedLine,
)
from suwen.domains.ingest.reconcile.indicators.statements import DayStatement, Side, read_statement
from suwen.domains.ingest.reconcile.models import DifferenceStatus
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.domains.lake.public import Lake
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.progress import NullProgress
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

FIRST = 20
"""Lines shown of a statement that is tried."""


class Indicators(ModelSource[Indicator]):
    """The indicators of the scope that were not removed."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[Indicator]:
        """Return the rows that the scope lets through."""
        return super().query(uow, scope).where(Indicator.removed_at.is_(None))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store an indicator. Raises UnknownFeed, InvalidIndicator, InvalidStatement."""
        wanted = cast(IndicatorIn, data)
        source, feeds = await related(uow, scope, wanted.feeds)
        read_statement("source", wanted.source_sql, dialect_of("source", source))
        read_statement("platform", wanted.platform_sql, PLATFORM)
        values = wanted.model_dump() | {"feeds": [feed.code for feed in feeds]}
        indicator = Indicator(**values, source_id=source.id, source=source.code, org_code=source.org_code)
        uow.session.add(indicator)
        await self._flush(uow)
        return indicator

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change an indicator; it stays one of its source. Raises NotFound and what `create` raises."""
        indicator = await self.get(uow, scope, key)
        changed = cast(IndicatorChange, data).model_copy()
        given = changed.model_fields_set
        source, feeds = await related(uow, scope, changed.feeds if "feeds" in given else indicator.feeds)
        if source.id != indicator.source_id:
            raise InvalidIndicator(
                "an indicator stays one of its source", received=source.code, allowed=indicator.source
            )
        if "source_sql" in given:
            read_statement("source", changed.source_sql, dialect_of("source", source))
        if "platform_sql" in given:
            read_statement("platform", changed.platform_sql, PLATFORM)
        if "feeds" in given:
            changed.feeds = [feed.code for feed in feeds]
        return await super().update(uow, scope, key, changed)

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove an indicator; its checks stay, its open differences are closed. Raises NotFound."""
        indicator = await self.get(uow, scope, key)
        indicator.removed_at = now()
        for difference in await IndicatorRepository(uow.session).open_of(indicator.id):
            difference.status, difference.closed_at = DifferenceStatus.CLOSED.value, indicator.removed_at
        await self._flush(uow)


async def related(uow: UnitOfWork, scope: Scope, codes: Sequence[str]) -> tuple[IngestSource, list[IngestFeed]]:
    """Return the one source of some feeds, and the feeds. Raises UnknownFeed, InvalidIndicator for several sources."""
    repository = IngestRepository(uow.session)
    feeds = [await repository.feed(code, scope) for code in dict.fromkeys(codes)]
    if len({feed.source_id for feed in feeds}) > 1:
        received = [feed.code for feed in feeds]
        raise InvalidIndicator("the feeds of an indicator are of one source", received=received)
    return await repository.source_of(feeds[0]), feeds


def dialect_of(side: Side, source: IngestSource) -> str:
    """Return the dialect of a side's statement. Raises InvalidIndicator for a source that takes no queries."""
    if side == "platform":
        return PLATFORM
    kind = connector_class(source.connector)
    if not kind.capabilities.queries:
        able = sorted(name for name, other in connectors().items() if other.capabilities.queries)
        raise InvalidIndicator(f"source {source.code} takes no queries", received=source.connector, allowed=able)
    return kind.dialect_with(source.options)


async def try_statement(
    uow: UnitOfWork, lake: Lake, settings: Settings, scope: Scope, wanted: StatementIn, *, lines: bool
) -> StatementTried:
    """Run a statement that is being written and return its first lines; nothing is stored.

    lines: whether the caller may see them. Raises InvalidStatement, UnknownFeed, InvalidIndicator, SourceUnavailable.
    """
    source, _ = await related(uow, scope, wanted.feeds)
    statement = read_statement(wanted.side, wanted.sql, dialect_of(wanted.side, source))
    usual = usual_span(IndicatorIn.model_fields["recent_days"].default, IndicatorIn.model_fields["lag_days"].default)
    span = Span(wanted.days.first, wanted.days.last) if wanted.days else usual
    folder = lake.staging / f"indicator-{new_id()}"

    def work() -> Figures:
        try:
            if wanted.side == "platform":
                return platform_figures(lake, statement, span, source.org_code, folder)
            return source_figures(connected(source, settings), statement, span, folder, NullProgress())
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return _told(statement, span, await to_thread.run_sync(work), lines=lines)


def _told(statement: DayStatement, span: Span, found: Figures, *, lines: bool) -> StatementTried:
    ordered = sorted(found.items(), key=lambda each: (each[0][0], each[0][1] or ""))
    shown = [
        TriedLine(day=day, item=item, value=None if value is None else float(value))
        for (day, item), value in (ordered[:FIRST] if lines else ())
    ]
    sql = statement.text(span.first, span.last)
    return StatementTried(first=span.first, last=span.last, sql=sql, count=len(found), lines=shown)
