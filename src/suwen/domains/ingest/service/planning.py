"""Plans: sources that are run by themselves, at the moments of a cron expression and within a window of the day."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any, cast

from croniter import croniter
from pydantic import BaseModel

from suwen.domains.ingest.errors import InvalidPlan
from suwen.domains.ingest.models import IngestPlan
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import PlanChange, PlanIn
from suwen.domains.ingest.service.queueing import queue_source
from suwen.kernel.clock import LOCAL_ZONE, now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import opened, timetable
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope

TIMES = {"cron", "window_from", "window_to", "enabled"}
# The package has no types.
_croniter = cast(Any, croniter)


def next_begin(cron: str, window_from: str | None, window_to: str | None, after: datetime) -> datetime:
    """Return when a plan begins next: a moment of `cron` (local time) after `after`, moved to the window's opening.

    Raises InvalidPlan for an expression that is none or never comes, and for half a window or an empty one.
    """
    if (window_from is None) != (window_to is None) or (window_from is not None and window_from == window_to):
        raise InvalidPlan("a window has a beginning and another end", received=f"{window_from}-{window_to}")
    if len(cron.split()) != 5 or not _croniter.is_valid(cron):
        raise InvalidPlan("five fields are needed: minute hour day month weekday", received=cron, allowed="0 2 * * *")
    return next(beginnings(cron, window_from, window_to, after))


def beginnings(cron: str, window_from: str | None, window_to: str | None, after: datetime) -> Iterator[datetime]:
    """Yield the beginnings of a plan that `next_begin` takes, without end. Raises InvalidPlan where there is none."""
    moments = _croniter(cron, after.astimezone(LOCAL_ZONE))
    while True:
        try:
            moment: datetime = moments.get_next(datetime)
        except ValueError:
            raise InvalidPlan("there is no such day", received=cron) from None
        if window_from is not None and window_to is not None:
            moment = opened(moment, time.fromisoformat(window_from), time.fromisoformat(window_to))
        yield moment


class Plans(ModelSource[IngestPlan]):
    """The plans of the scope's sources; a change of the times sets the next beginning anew."""

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a plan. Raises InvalidPlan, UnknownSource."""
        wanted = cast(PlanIn, data)
        source = await IngestRepository(uow.session).source(wanted.source, scope)
        plan = IngestPlan(**wanted.model_dump(), source_id=source.id, org_code=source.org_code)
        _set_next(plan)
        uow.session.add(plan)
        await self._flush(uow)
        return plan

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a plan. Raises InvalidPlan, NotFound."""
        plan = await self.get(uow, scope, key)
        values: Mapping[str, Any] = cast(PlanChange, data).model_dump(exclude_unset=True)
        for name, value in values.items():
            setattr(plan, name, value)
        if TIMES & values.keys():
            _set_next(plan)
        await self._flush(uow)
        return plan


def _set_next(plan: IngestPlan) -> None:
    begins = next_begin(plan.cron, plan.window_from, plan.window_to, now())
    plan.next_at = begins if plan.enabled else None


@timetable("ingest.plans")
async def begin_plans(uow: UnitOfWork) -> int:
    """Queue the runs of the plans that are due; returns how many.

    After hours without a worker a plan begins once, not once for each moment that passed. A plan whose last run goes
    on still waits for its next moment, and counts that it did.
    """
    repository = IngestRepository(uow.session)
    begun = 0
    for plan in await repository.due_plans(now()):
        if await repository.runs_still(plan.last_run_id):
            plan.skipped += 1
        else:
            plan.last_run_id, plan.last_at = await queue_source(uow, Scope.everything(), plan.source), now()
            begun += 1
        _set_next(plan)
    return begun


async def begin_now(uow: UnitOfWork, scope: Scope, key: str) -> IngestPlan:
    """Queue a plan's run whatever the time; its next moment stays. Raises NotFound."""
    plan = await PLANS.get(uow, scope, key)
    plan.last_run_id, plan.last_at = await queue_source(uow, scope, plan.source), now()
    return plan


PLANS = Plans(IngestPlan, scope_column="org_code", search=("title", "source"))
