"""The queries on tasks of collection and whose they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select

from suwen.domains.ingest.models import IngestBatch, IngestFeed, IngestSource
from suwen.domains.ingest.watching.threads.errors import UnknownTask
from suwen.kernel.jobs import JobRun, JobStatus
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

OF_ROOM = "ingest."
_RUNNING, _WAITS = JobStatus.RUNNING.value, (JobStatus.QUEUED.value, JobStatus.WAITING.value)
_STANDING = (_RUNNING, JobStatus.PAUSED.value, *_WAITS)
_FEED: ColumnElement[Any] = JobRun.args["feed"].astext
_SOURCE: ColumnElement[Any] = func.coalesce(JobRun.args["source"].astext, func.split_part(_FEED, ".", 1))
_ORG: ColumnElement[Any] = func.coalesce(IngestFeed.org_code, IngestSource.org_code)


@dataclass(frozen=True)
class Task:
    """A run of a job of the room, with the feed and source that it is about, and whose they are."""

    run: JobRun
    feed: str | None
    source: str | None
    org_code: str | None


class TaskRepository(Repository):
    """Tasks of the room that have not ended, by the institution of their feed or source."""

    async def tasks(self, scope: Scope, most: int) -> tuple[list[Task], int]:
        """Return the first tasks that have not ended, running ones first, and how many there are."""
        order = case({_RUNNING: 0, JobStatus.PAUSED.value: 1}, value=JobRun.status, else_=2)
        query = self._query(scope).where(JobRun.status.in_(_STANDING))
        total = await self.session.scalar(select(func.count()).select_from(query.subquery()))
        ordered = query.order_by(order, JobRun.priority.desc(), JobRun.created_at, JobRun.id).limit(most)
        found = (await self.session.execute(ordered)).all()
        return [Task(run, feed, source or None, org) for run, feed, source, org in found], int(total or 0)

    async def taken(self, key: UUID, scope: Scope) -> UUID:
        """Return the id of a task of the scope. Raises UnknownTask."""
        found = (await self.session.execute(self._query(scope).where(JobRun.id == key))).first()
        if found is None:
            raise UnknownTask(key)
        return key

    async def rows(self, runs: Collection[UUID]) -> dict[UUID, int]:  # unscoped: of tasks read before
        """Return how many rows the batches of runs have brought in."""
        batch = IngestBatch
        query = select(batch.job_run_id, func.sum(batch.rows_in)).where(batch.job_run_id.in_(runs))
        found = await self.session.execute(query.group_by(batch.job_run_id))
        return {run: int(rows) for run, rows in found.all() if run is not None}

    async def on_workers(self) -> dict[UUID, list[str]]:  # unscoped: names of jobs, for who sees the platform
        """Return the names of the jobs that each worker runs, of every room."""
        query = select(JobRun.worker_id, JobRun.name).where(JobRun.status == _RUNNING, JobRun.worker_id.is_not(None))
        found: dict[UUID, list[str]] = {}
        for worker, name in (await self.session.execute(query.order_by(JobRun.started_at))).all():
            if worker is not None:
                found.setdefault(worker, []).append(name)
        return found

    async def queues(self) -> Sequence[Row[str, int, datetime]]:  # unscoped: lengths, for who sees the platform
        """Return (queue, waiting, oldest) of every queue in which something waits."""
        query = select(JobRun.queue, func.count(), func.min(JobRun.created_at)).where(JobRun.status.in_(_WAITS))
        return (await self.session.execute(query.group_by(JobRun.queue).order_by(JobRun.queue))).all()

    def _query(self, scope: Scope) -> Select[JobRun, Any, Any, Any]:
        query = (
            select(JobRun, _FEED.label("feed"), _SOURCE.label("source"), _ORG.label("org_code"))
            .outerjoin(IngestFeed, IngestFeed.code == _FEED)
            .outerjoin(IngestSource, IngestSource.code == _SOURCE)
            .where(JobRun.name.startswith(OF_ROOM, autoescape=True))
        )
        return query if scope.orgs is None else query.where(and_(_ORG.is_not(None), among(_ORG, sorted(scope.orgs))))
