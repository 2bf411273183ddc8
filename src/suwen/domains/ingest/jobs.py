"""Background work of the room: runs and replays of feeds, runs of whole sources."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from suwen.domains.ingest.errors import FeedBusy, SourceUnavailable
from suwen.domains.ingest.nodes.ordering import order
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import BatchResult
from suwen.domains.ingest.schemas_preparing import EXAMINE
from suwen.domains.ingest.service.following import FOLLOW, FOLLOW_QUEUE, follow
from suwen.domains.ingest.service.preparing import examine
from suwen.domains.ingest.service.proposing import PROPOSE, propose_source
from suwen.domains.ingest.service.queueing import REPLAY_FEED, RUN_FEED, RUN_SOURCE
from suwen.domains.ingest.service.run import FeedRun
from suwen.domains.lake.public import open_lake
from suwen.kernel.errors import NoRoom, SuwenError
from suwen.kernel.jobs import JobContext, Retry, job
from suwen.kernel.scope import Scope

AGAIN = Retry(on=(SourceUnavailable, FeedBusy, NoRoom), times=3, wait_seconds=30)
QUEUE = "ingest"
SUMMED = ("rows_in", "rows_std", "rows_quarantined", "seconds")


def _lock(args: Mapping[str, Any]) -> str:
    return f"ingest:{args['feed']}"


def _run(ctx: JobContext) -> FeedRun:
    return FeedRun(ctx.database, open_lake(ctx.settings), ctx.settings, ctx.reporter, ctx.run_id)


@job(RUN_FEED, title=("采集", "Collect a feed"), queue=QUEUE, concurrency=2, retry=AGAIN, lock=_lock)
async def run_feed(ctx: JobContext, feed: str, anew: bool = False) -> dict[str, Any]:
    """Carry a feed's rows from its source to std, or finish the batch that an earlier run left.

    anew: read all rows of a feed whose source tells its changes, and have these told from then on. A feed that an edge
    node reads is ordered from it; the job ends with the order.
    """
    if (delivery := await _ordered(ctx, feed)) is not None:
        return {"feed": feed, "delivery": delivery}
    return asdict(await _run(ctx).run(feed, anew=anew))


async def _ordered(ctx: JobContext, code: str) -> str | None:
    """Order a feed from the edge node that reads it; None where the platform reads it itself."""
    async with ctx.uow() as uow:
        repository = IngestRepository(uow.session)
        feed = await repository.feed(code, Scope.everything())
        source = await repository.source_of(feed)
        return str((await order(uow, source, feed)).id) if source.node_id is not None else None


@job(
    FOLLOW,
    title=("实时跟踪采集", "Follow a feed"),
    queue=FOLLOW_QUEUE,
    concurrency=8,
    lock=lambda args: f"follow:{args['feed']}",
)
async def follow_feed(ctx: JobContext, feed: str) -> dict[str, int]:
    """Carry a feed's changes to std as its source tells them, for an hour; a worker then begins anew."""
    followed = await follow(_run(ctx), feed, ctx.raise_if_cancelled)
    return asdict(followed)


@job(REPLAY_FEED, title=("重放采集任务", "Replay a feed"), queue=QUEUE, concurrency=2, retry=AGAIN, lock=_lock)
async def replay_feed(ctx: JobContext, feed: str) -> dict[str, Any]:
    """Make a feed's raw rows standard again with the mapping of today."""
    return asdict(await _run(ctx).run(feed, replay=True))


@job(RUN_SOURCE, title=("采集整个数据源", "Collect a source"), queue=QUEUE, concurrency=2, retry=AGAIN)
async def run_source(ctx: JobContext, source: str) -> dict[str, Any]:
    """Run every feed of a source in their order; returns the sums and each feed's batch.

    A feed that fails does not keep the others from running; the first failure is raised at the end. Run again, feeds
    that brought nothing new since end as unchanged. Feeds of a source that an edge node reads are ordered from it.
    """
    async with ctx.uow() as uow:
        repository = IngestRepository(uow.session)
        found = await repository.source(source, Scope.everything())
        present = await repository.feeds(Scope.everything(), found.id)
        feeds = [feed.code for feed in present]
        if found.node_id is not None:
            ordered = [str((await order(uow, found, feed)).id) for feed in present]
            return {"source": source, "feeds": len(feeds), "deliveries": ordered}
    done: list[BatchResult] = []
    failures: list[SuwenError] = []
    for feed in feeds:
        ctx.raise_if_cancelled()
        try:
            done.append(await _run(ctx).run(feed))
        except SuwenError as error:
            failures.append(error)
    if failures:
        raise failures[0]
    sums = {name: sum(getattr(each, name) for each in done) for name in SUMMED}
    return {"source": source, "feeds": len(done), **sums, "batches": [asdict(each) for each in done]}


@job(PROPOSE, title=("建议映射", "Propose mappings"), queue=QUEUE, concurrency=2, retry=AGAIN)
async def propose_mapping(ctx: JobContext, source: str) -> dict[str, Any]:
    """Read a source's structure and first rows and propose its mapping; the result is the proposal itself."""
    found = await propose_source(
        ctx.database, ctx.settings, source, Scope.everything(), ctx.reporter, ctx.raise_if_cancelled
    )
    return {"proposal": found.proposal.model_dump(mode="json"), "yaml": found.yaml}


@job(EXAMINE, title=("检查数据准备", "Examine data preparation"), queue=QUEUE, concurrency=2, lock=lambda _: EXAMINE)
async def examine_batches(ctx: JobContext, feed: str | None = None, orgs: list[str] | None = None) -> dict[str, int]:
    """Count what became of the values of the latest batches that were not counted yet."""
    scope = Scope.everything() if orgs is None else Scope.of(*orgs)
    lake = open_lake(ctx.settings)
    return await examine(ctx.database, lake, ctx.reporter, scope, feed, ctx.settings.buckets)
