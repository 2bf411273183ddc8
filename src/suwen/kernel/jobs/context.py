"""What a running job has in hand."""

import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from anyio.lowlevel import checkpoint

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs.progress import JobProgress
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

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Report `done` of `total` steps. Raises JobCancelled when the job is to stop."""
        self.reporter.at(done, total, message)
        await checkpoint()

    def raise_if_cancelled(self) -> None:
        """Raise JobCancelled when the job is to stop; may be called from a thread."""
        if reason := self.stop_reason():
            raise reason
