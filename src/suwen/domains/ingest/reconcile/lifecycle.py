"""How a check of either kind begins and waits, and what is kept of one that fails."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement

from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.reconcile.indicators.models import IndicatorCheck
from suwen.domains.ingest.reconcile.models import Check, CheckStatus
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.waking import wake_settlings
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs import JobLost, told_failure

ENDED = (CheckStatus.EQUAL.value, CheckStatus.DIFFERENT.value)
ABANDONED = "its job ended without it"
C = TypeVar("C", Check, IndicatorCheck)


async def under_way(uow: UnitOfWork, kind: type[C], of: ColumnElement[bool]) -> C | None:
    """Return the check that waits for a node, or whose job will still end it; one that nobody ends has failed."""
    running = await CheckRepository(uow.session).running(kind, of)
    if running is None or running.status == CheckStatus.WAITING:
        return running
    if await IngestRepository(uow.session).runs_still(running.job_run_id):
        return running
    if running.job_run_id is not None:
        # One without a job of its own belongs to a settling, which ends it.
        running.status, running.error, running.finished_at = CheckStatus.FAILED.value, ABANDONED, now()
    return None


async def wait(database: Database, kind: type[C], key: UUID) -> C:
    """Note that a check waits for the node of its source, and return it.

    The answer may be here by now, and its job queued behind the one that asks.
    """
    async with database.unit_of_work() as uow:
        check = await CheckRepository(uow.session).get(kind, key)
        check.status = CheckStatus.WAITING.value
        return check


async def begin(database: Database, kind: type[C], key: UUID) -> C:
    """Note that a check is being made, and return it; one that has ended is returned as it is."""
    async with database.unit_of_work() as uow:
        check = await CheckRepository(uow.session).get(kind, key)
        if check.status not in ENDED:
            check.status, check.error, check.finished_at = CheckStatus.RUNNING.value, None, None
        return check


@asynccontextmanager
async def failing(database: Database, kind: type[C], key: UUID) -> AsyncGenerator[None]:
    """Keep with a check why it failed; one that waits for its feed, or that another worker has taken over, goes on."""
    try:
        yield
    except (FeedBusy, JobLost):
        raise
    except Exception as error:
        async with database.unit_of_work() as uow:
            check = await CheckRepository(uow.session).get(kind, key)
            check.status, check.error, check.finished_at = CheckStatus.FAILED.value, told_failure(error), now()
            await wake_settlings(uow, key)
        raise
