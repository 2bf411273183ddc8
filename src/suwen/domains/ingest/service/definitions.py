"""Bringing source definitions in, checked against the standards and, where the source answers, against its columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anyio import to_thread

from suwen.domains.ingest.connector import Connector, ReadRequest, connect, connector_class
from suwen.domains.ingest.definition import FeedDefinition, SourceDefinition
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.loader import read_definition
from suwen.domains.ingest.mapping.compiler import compile_feed
from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.rawtable import raw_table
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import ImportReport
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.vault import master_key, seal, unseal
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.settings import Settings


async def import_definition(
    uow: UnitOfWork,
    origin: Path | Mapping[str, Any],
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    check: bool = True,
) -> ImportReport:
    """Store a source and its feeds; the same definition again changes nothing.

    check: compile every feed against the source's real columns, so that a mistake shows now and not at the first run.
    A feed that the definition no longer has stays, with its batches. Raises InvalidDefinition, UnknownSourceColumn,
    UnknownDataset, SourceUnavailable.
    """
    definition = read_definition(origin)
    standards = catalog or await load_catalog(uow)
    connector = connect(definition.source.connector, definition.source.options)
    for feed in definition.feeds:
        standards.dataset(feed.dataset)
        if feed.capture.mode == "timestamp" and not connector.capabilities.incremental:
            raise InvalidDefinition(
                f"feed {feed.code}: connector {connector.name} reads in full only", received="timestamp"
            )
        if feed.query is not None and not connector.capabilities.queries:
            raise InvalidDefinition(f"feed {feed.code}: connector {connector.name} takes tables only", received="query")
    if check:
        await to_thread.run_sync(check_feeds, connector, definition, standards, settings)
    return await _store(uow, definition, settings)


def check_feeds(connector: Connector[Any], definition: SourceDefinition, catalog: Catalog, settings: Settings) -> None:
    """Compile every feed against the columns that its source table or query has."""
    code = definition.source.code
    with Session(settings.workspace / "spill") as session:
        for feed in definition.feeds:
            columns = connector.columns(session, ReadRequest(table=feed.table, query=feed.query))
            compile_feed(
                feed,
                f"{code}.{feed.code}",
                definition.source.org_code,
                catalog.dataset(feed.dataset),
                columns,
                table=raw_table(code, feed.code),
                buckets=settings.buckets,
            )


async def _store(uow: UnitOfWork, definition: SourceDefinition, settings: Settings) -> ImportReport:
    repository = IngestRepository(uow.session)
    info = definition.source
    key = master_key(settings)
    model = connector_class(info.connector).options_model
    source = await repository.source_or_none(info.code)
    if source is None:
        source = repository.add(IngestSource(code=info.code, options=seal(model, info.options, key)))
    elif unseal(source.options, key) != info.options:
        source.options = seal(model, info.options, key)
    source.title, source.org_code = info.title, info.org_code
    source.system, source.connector = info.system, info.connector
    await uow.session.flush()
    created: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    known = {feed.code: feed for feed in await repository.all_feeds_of(source.id)}
    for position, feed in enumerate(definition.feeds):
        code = f"{info.code}.{feed.code}"
        stored = known.get(code)
        wanted = feed.model_dump(mode="json")
        if stored is not None and stored.definition == wanted and stored.org_code == info.org_code:
            unchanged.append(code)
            stored.position = position
            continue
        (created if stored is None else updated).append(code)
        if stored is None:
            stored = repository.add(IngestFeed(source_id=source.id, code=code))
        elif FeedDefinition.model_validate(stored.definition).capture != feed.capture:
            stored.high_water = None
        stored.title, stored.org_code = feed.title or feed.code, info.org_code
        stored.dataset, stored.origin = feed.dataset, feed.table or feed.code
        stored.mode, stored.position, stored.definition = feed.capture.mode, position, wanted
    await uow.session.flush()
    return ImportReport(info.code, tuple(created), tuple(updated), tuple(unchanged))
