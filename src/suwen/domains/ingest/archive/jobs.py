"""Background work on documents."""

from typing import Any
from uuid import UUID

from suwen.domains.ingest.archive.collecting import COLLECT, collect
from suwen.domains.ingest.errors import SourceUnavailable
from suwen.kernel.jobs import JobContext, Retry, job


@job(
    COLLECT,
    title=("采集文档", "Collect documents"),
    queue="documents",
    concurrency=2,
    retry=Retry(on=(SourceUnavailable,), times=3, wait_seconds=30),
    lock=lambda args: f"documents:{args['collection']}",
)
async def collect_documents(ctx: JobContext, collection: str) -> dict[str, Any]:
    """Collect what is new or changed among the documents of a collection."""
    return await collect(ctx, UUID(collection))
