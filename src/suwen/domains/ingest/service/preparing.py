"""Data preparation 数据准备: what cleaning and conversion did to the values of a batch, counted after the fact.

Counting reads the batch's raw rows once more with the mapping of today, so it is a job of its own and not part of a
run. What a row was refused for is what the run itself noted.
"""

from dataclasses import asdict

from anyio import to_thread

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.compiler import compile_feed
from suwen.domains.ingest.mapping.counting import Handled, counting
from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestPreparation, IngestRejection
from suwen.domains.ingest.quarantine import DUPLICATE
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas_preparing import PreparationSums
from suwen.domains.ingest.service.rawstates import table_of_feed
from suwen.domains.ingest.standardise import raw_columns
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog, load_catalog
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import Progress
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope


async def examine(
    database: Database, lake: Lake, progress: Progress, scope: Scope, feed: str | None, buckets: int
) -> dict[str, int]:
    """Count the latest standardised batch of every feed in the scope (or of one) that was not counted yet.

    Each batch is one commit; called off, what was counted stays. Raises UnknownFeed.
    """
    async with database.unit_of_work() as uow:
        repository = IngestRepository(uow.session)
        wanted = (await repository.feed(feed, scope)).code if feed is not None else None
        catalog = await load_catalog(uow)
        due = [one for one in await repository.to_examine(scope) if wanted in (None, one.feed)]
    progress.stage("数据准备 preparation", len(due))
    for batch in due:
        progress.message(batch.feed)
        async with database.unit_of_work() as uow:
            await _examine_batch(IngestRepository(uow.session), lake, catalog, batch, buckets)
        progress.advance()
    return {"batches": len(due)}


async def sums(uow: UnitOfWork, scope: Scope, request: PageRequest) -> PreparationSums:
    """Return the counts added up over what the filters let through."""
    return PreparationSums.model_validate(await IngestRepository(uow.session).preparation_sums(scope, request))


async def _examine_batch(
    repository: IngestRepository, lake: Lake, catalog: Catalog, batch: IngestBatch, buckets: int
) -> None:
    feed = await repository.feed_of(batch)
    rows, handled = 0, dict[str, Handled]()
    if lake.exists("raw", table_of_feed(feed)):
        rows, handled = await to_thread.run_sync(_counted, lake, catalog, feed, batch, buckets)
    definition = FeedDefinition.model_validate(feed.definition)
    refused = await repository.rejections(batch.id)
    found: list[IngestPreparation] = []
    for element in dict.fromkeys([*handled, *(one.element for one in refused)]):
        counts = handled.get(element, Handled())
        mapping = definition.columns.get(element)
        found.append(
            IngestPreparation(
                batch_id=batch.id,
                org_code=batch.org_code,
                source=batch.source,
                feed=batch.feed,
                dataset=batch.dataset,
                number=batch.number,
                started_at=batch.started_at,
                element=element,
                rows=rows,
                blanked=counts.unreadable if mapping is not None and mapping.invalid == "blank" else 0,
                quarantined=_refused(refused, element),
                duplicates=_refused(refused, element, DUPLICATE),
                **asdict(counts),
            )
        )
    await repository.put_preparation(batch, found)


def _counted(
    lake: Lake, catalog: Catalog, feed: IngestFeed, batch: IngestBatch, buckets: int
) -> tuple[int, dict[str, Handled]]:
    table, dataset = table_of_feed(feed), catalog.dataset(feed.dataset)
    columns = [SourceColumn(name, kind) for name, kind in raw_columns(lake, table)]
    definition = FeedDefinition.model_validate(feed.definition)
    mapping = compile_feed(definition, feed.code, feed.org_code, dataset, columns, table=table, buckets=buckets)
    codes = {
        element.name: catalog.value_set(element.value_set).codes
        for element in dataset.elements
        if element.value_set is not None
    }
    wanted = counting(mapping, codes)
    params = {"batch": batch.raw_batch_id or str(batch.id), "whole": "", **wanted.params}
    (row,) = lake.select(wanted.query, scope=Scope.everything(), params=params).to_pylist()
    return int(row["n"]), wanted.handled(row)


def _refused(refused: list[IngestRejection], element: str, reason: str | None = None) -> int:
    return sum(one.rows for one in refused if one.element == element and reason in (None, one.reason))
