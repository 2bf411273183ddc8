"""What a running job has in hand."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from anyio.lowlevel import checkpoint

from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs.models import JobRun, JobStatus, own_run
from suwen.kernel.jobs.progress import JobCancelled, JobLost, JobProgress
from suwen.kernel.permissions import Principal
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class JobContext:
    """Given to the job's function. `attempt` counts its starts from 1; `requester` is who deferred it, if a user."""

    run_id: uuid.UUID
    name: str
    attempt: int
    database: Database
    settings: Settings
    reporter: JobProgress
    requester: Principal | None
    stop_reason: Callable[[], Exception | None]

    def uow(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work in the name of the requester."""
        return self.database.unit_of_work(self.requester, origin=f"job:{self.name}")

    async def settle(self, uow: UnitOfWork, result: Any) -> None:
        """Let the commit of a unit of work end the run as succeeded: the last thing that a job of one commit does.

        Without it a job that is killed between its commit and its end is run again and finds its work done. Raises
        JobCancelled when it was called off, JobLost when another worker has it, which leaves nothing of the work.
        """
        moment = now()
        ended = {"status": JobStatus.SUCCEEDED.value, "result": result, "finished_at": moment, "seen_at": moment}
        mine = own_run(self.run_id, self.attempt).values(self.reporter.standing.columns() | ended)
        cancelled = await uow.session.scalar(mine.returning(JobRun.cancel_requested))
        if cancelled is None:
            raise JobLost(f"run {self.run_id} was taken over by another worker")
        if cancelled:
            raise JobCancelled(f"run {self.run_id} was called off")

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Report `done` of `total` steps. Raises JobCancelled when the job is to stop."""
        self.reporter.at(done, total, message)
        await checkpoint()

    def raise_if_cancelled(self) -> None:
        """Raise JobCancelled when the job is to stop; may be called from a thread."""
        if reason := self.stop_reason():
            raise reason
