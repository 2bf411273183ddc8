"""What the room shows: connectors, a batch with its progress, a source's options, connection tests."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.connector import connect, connector_class, connectors
from suwen.domains.ingest.definition import FeedDefinition, SourceDefinition, SourceInfo
from suwen.domains.ingest.errors import NotHeld
from suwen.domains.ingest.models import BatchStatus
from suwen.domains.ingest.nodes.behind import connected_there
from suwen.domains.ingest.nodes.errors import NotForNodes
from suwen.domains.ingest.quarantine import reason_titles
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import (
    BatchDetail,
    BatchRow,
    ConnectionReport,
    ConnectionTest,
    ConnectorInfo,
    Held,
    ImportReport,
    ReasonCount,
    SourceDocument,
)
from suwen.domains.ingest.schemas_changes import ObstacleInfo
from suwen.domains.ingest.service.definitions import check_capabilities, check_feeds
from suwen.domains.ingest.service.storing import store_feed
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.vault import completed, master_key, secret_fields, shown, unseal
from suwen.domains.standards.public import load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resources import describe_form
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings


def list_connectors() -> list[ConnectorInfo]:
    """Return every installed connector."""
    return [
        ConnectorInfo(
            name=kind.name,
            title=kind.title,
            title_en=kind.title_en,
            capabilities=asdict(kind.capabilities),
            options_schema=kind.options_model.model_json_schema(),
            form=describe_form(kind.options_model) or [],
        )
        for kind in connectors().values()
    ]


async def batch_detail(uow: UnitOfWork, scope: Scope, batch_id: UUID) -> BatchDetail:
    """Return a batch with its reasons and, while it runs, how far it is. Raises UnknownBatch."""
    repository = IngestRepository(uow.session)
    batch = await repository.batch(batch_id, scope)
    reasons = [
        ReasonCount(
            reason=r.reason,
            reason_title=reason_titles(r.reason)[0],
            reason_title_en=reason_titles(r.reason)[1],
            element=r.element,
            rows=r.rows,
        )
        for r in await repository.rejections(batch.id)
    ]
    run = await repository.job_run(batch.job_run_id) if batch.job_run_id and batch.finished_at is None else None
    return BatchDetail(
        **BatchRow.model_validate(batch).model_dump(),
        steps=batch.steps,
        reasons=reasons,
        held=Held.model_validate(batch.context) if batch.status == BatchStatus.HELD else None,
        stage=run.stage if run else None,
        done=run.done if run else 0,
        total=run.total if run else None,
        message=run.message if run else None,
        job_run_id=batch.job_run_id,
    )


async def confirm(uow: UnitOfWork, scope: Scope, batch_id: UUID) -> str:
    """Say that the rows that vanished are gone; returns the feed, whose next run carries it out.

    That run reads the source anew: should still more have vanished by then, it is held again. Raises UnknownBatch,
    NotHeld.
    """
    batch = await IngestRepository(uow.session).batch(batch_id, scope)
    if batch.status != BatchStatus.HELD:
        raise NotHeld(batch.status)
    held = Held.model_validate(batch.context)
    batch.context = {**held.model_dump(), "confirmed": held.seen}
    return batch.feed


async def source_options(uow: UnitOfWork, scope: Scope, code: str) -> dict[str, Any]:
    """Return a source's options without the values of its secrets. Raises UnknownSource."""
    source = await IngestRepository(uow.session).source(code, scope)
    return shown(connector_class(source.connector).options_model, source.options)


async def document(uow: UnitOfWork, scope: Scope, code: str, *, secrets: bool = True) -> SourceDocument:
    """Return a source and its feeds as defined; a secret shows as `******`, or not at all. Raises UnknownSource."""
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    model = connector_class(source.connector).options_model
    options = shown(model, source.options)
    if not secrets:
        options = {name: value for name, value in options.items() if name not in secret_fields(model)}
    info = SourceInfo(
        code=source.code, title=source.title, org_code=source.org_code, system=source.system,
        connector=source.connector, options=options,
    )  # fmt: skip
    feeds = [FeedDefinition.model_validate(feed.definition) for feed in await repository.feeds(scope, source.id)]
    return SourceDocument(source=info, feeds=feeds)


async def save_feed(uow: UnitOfWork, scope: Scope, settings: Settings, code: str, feed: FeedDefinition) -> ImportReport:
    """Check a feed against its source and store it. Raises UnknownSource, InvalidDefinition and its kin."""
    source = await IngestRepository(uow.session).source(code, scope)
    catalog = await load_catalog(uow)
    catalog.dataset(feed.dataset)
    options = unseal(source.options, master_key(settings))
    connector = connect(source.connector, options)
    check_capabilities(connector, feed)
    info = SourceInfo(
        code=source.code, title=source.title, org_code=source.org_code, connector=source.connector, options=options
    )
    definition = SourceDefinition(source=info, feeds=(feed,))
    if source.node_id is None:
        await to_thread.run_sync(check_feeds, connector, definition, catalog, settings)
    elif feed.capture.told is not None:
        raise NotForNodes(
            f"feed {source.code}.{feed.code}: its changes are told by the source", received=feed.capture.mode
        )
    outcome = await store_feed(uow, source, feed, settings)
    changed: dict[str, tuple[str, ...]] = {"created": (), "updated": (), "unchanged": ()}
    return ImportReport(source=source.code, **{**changed, outcome: (f"{source.code}.{feed.code}",)})


async def feed_definitions(uow: UnitOfWork, scope: Scope) -> dict[str, FeedDefinition]:
    """Return the definitions of the feeds within the scope, by full code."""
    feeds = await IngestRepository(uow.session).feeds(scope)
    return {feed.code: FeedDefinition.model_validate(feed.definition) for feed in feeds}


async def test_connection(
    uow: UnitOfWork, scope: Scope, wanted: ConnectionTest, settings: Settings
) -> ConnectionReport:
    """Try options out; secrets left out are those of the stored source. Raises SourceUnavailable and its kin."""
    options, behind = dict(wanted.options), None
    if wanted.source is not None:
        repository = IngestRepository(uow.session)
        source = await repository.source(wanted.source, scope)
        stored = unseal(source.options, master_key(settings))
        if source.connector == wanted.connector:
            options = completed(connector_class(wanted.connector).options_model, options, stored)
            behind = connected_there(source, settings, repository.dsn, options)
    connector = behind or connect(wanted.connector, options)

    def probe() -> ConnectionReport:
        with Session(settings.workspace / "spill") as session:
            found = connector.test(session)
            return ConnectionReport(
                server=found.server,
                tables=[table.name for table in connector.tables(session)],
                obstacles=[ObstacleInfo.model_validate(each) for each in connector.hindrances()],
            )

    return await to_thread.run_sync(probe)


async def feed_code(uow: UnitOfWork, scope: Scope, code: str) -> str:
    """Return the code of a feed that the scope shows. Raises UnknownFeed."""
    return (await IngestRepository(uow.session).feed(code, scope)).code


async def source_code(uow: UnitOfWork, scope: Scope, code: str) -> str:
    """Return the code of a source that the scope shows. Raises UnknownSource."""
    return (await IngestRepository(uow.session).source(code, scope)).code
