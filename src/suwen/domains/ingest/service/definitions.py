"""Bringing source definitions in, checked against the standards and, where the source answers, against its columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anyio import to_thread

from suwen.domains.ingest.changelog import KINDS, Kind
from suwen.domains.ingest.connector import Connector, ReadRequest, connect, connectors
from suwen.domains.ingest.definition import FeedDefinition, SourceDefinition
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.loader import read_definition
from suwen.domains.ingest.mapping.compiler import compile_feed
from suwen.domains.ingest.rawtable import raw_table
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import ImportReport
from suwen.domains.ingest.service.storing import full_info, store_feed, store_source
from suwen.domains.ingest.session import Session
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


async def import_definition(
    uow: UnitOfWork,
    origin: Path | Mapping[str, Any],
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    check: bool = True,
    scope: Scope | None = None,
) -> ImportReport:
    """Store a source and its feeds; the same definition again changes nothing.

    scope: of the caller, whose institutions alone may be touched; None is the platform itself.
    check: compile every feed against the source's real columns, so that a mistake shows now and not at the first run.
    A feed that the definition no longer has stays, with its batches. Raises InvalidDefinition, UnknownSourceColumn,
    UnknownDataset, SourceUnavailable.
    """
    definition = read_definition(origin)
    info = await full_info(uow, definition.source, settings, scope or Scope.everything())
    definition = definition.model_copy(update={"source": info})
    standards = catalog or await load_catalog(uow)
    connector = connect(definition.source.connector, definition.source.options)
    for feed in definition.feeds:
        standards.dataset(feed.dataset)
        check_capabilities(connector, feed)
    stored = await IngestRepository(uow.session).source_or_none(definition.source.code)
    # What only a node reaches shows its columns with the first rows that the node brings.
    if check and (stored is None or stored.node_id is None):
        await to_thread.run_sync(check_feeds, connector, definition, standards, settings)
    return await _store(uow, definition, settings)


def check_capabilities(connector: Connector[Any], feed: FeedDefinition) -> None:
    """Raise InvalidDefinition for a feed that asks of its connector what it cannot do."""
    if feed.capture.mode == "timestamp" and not connector.capabilities.incremental:
        raise InvalidDefinition(
            f"feed {feed.code}: connector {connector.name} reads in full only", received="timestamp"
        )
    if not connector.capabilities.whole and feed.capture.told is None:
        raise InvalidDefinition(
            f"feed {feed.code}: connector {connector.name} has no rows to be read",
            received=feed.capture.mode,
            allowed=KINDS,
        )
    if feed.capture.told is not None:
        check_told(connector, feed.code, feed.capture.told)
    if feed.query is not None and not connector.capabilities.queries:
        raise InvalidDefinition(f"feed {feed.code}: connector {connector.name} takes tables only", received="query")
    connector.check_feed(feed.code, feed.table, feed.key)


def check_told(connector: Connector[Any], feed: str, kind: Kind) -> None:
    """Raise InvalidDefinition for a feed whose connector does not tell changes in that way."""
    if not getattr(connector.capabilities, kind):
        able = sorted(name for name, other in connectors().items() if getattr(other.capabilities, kind))
        raise InvalidDefinition(
            f"feed {feed}: connector {connector.name} does not tell changes that way", received=kind, allowed=able
        )


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
    source = await store_source(uow, definition.source, settings)
    codes: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    for position, feed in enumerate(definition.feeds):
        codes[await store_feed(uow, source, feed, settings, position)].append(f"{source.code}.{feed.code}")
    return ImportReport(source.code, *(tuple(codes[name]) for name in ("created", "updated", "unchanged")))
