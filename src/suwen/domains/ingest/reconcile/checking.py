"""A check of a feed: what the platform holds is copied, the source is read, both are compared day by day.

The copy is made under the feed's lock, so that no batch lands meanwhile; the source is read without it. What was found
is stored in one commit: a check whose process dies is made anew under its id, and has left nothing else.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.errors import FeedBusy
from suwen.domains.ingest.nodes.asking import close, close_asked
from suwen.domains.ingest.nodes.models import OPEN, DeliveryState, IngestDelivery, Purpose
from suwen.domains.ingest.nodes.places import clear
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.rawtable import DIGEST_ALGORITHM
from suwen.domains.ingest.reconcile.answers import NodeAnswer, compare_answer
from suwen.domains.ingest.reconcile.asking import as_asked, ask_source, call_off, copy_is_here
from suwen.domains.ingest.reconcile.comparing import Compared, DayCompared, compare, copy_platform
from suwen.domains.ingest.reconcile.errors import NotAnswered
from suwen.domains.ingest.reconcile.lifecycle import ENDED, begin, failing, under_way, wait
from suwen.domains.ingest.reconcile.models import Check, CheckDay, CheckStatus, Difference, DifferenceStatus
from suwen.domains.ingest.reconcile.names import CHECK
from suwen.domains.ingest.reconcile.planning import CheckPlan, check_folder, plan_check
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.waking import wake_settlings
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.lake.public import Lake
from suwen.kernel.clock import now
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

_NONE = DayCompared()


async def request_check(uow: UnitOfWork, scope: Scope, code: str, by: str | None) -> Check:
    """Queue a check of a feed and return it; one that is under way is returned as it is. Raises UnknownFeed."""
    feed = await IngestRepository(uow.session).feed(code, scope)
    if running := await under_way(uow, Check, Check.feed_id == feed.id):
        return running
    check = await new_check(uow, scope, code, by)
    check.job_run_id = uow.defer(CHECK, {"feed": feed.code, "check": str(check.id)})
    return check


async def new_check(uow: UnitOfWork, scope: Scope, code: str, by: str | None) -> Check:
    """Store a check of a feed that is about to be made. Raises UnknownFeed."""
    feed = await IngestRepository(uow.session).feed(code, scope)
    check = Check(
        id=new_id(), feed_id=feed.id, feed=feed.code, source=feed.code.partition(".")[0], dataset=feed.dataset,
        org_code=feed.org_code, origin=feed.origin, requested_by=by, status=CheckStatus.RUNNING.value,
    )  # fmt: skip
    uow.session.add(check)
    await uow.session.flush()
    return check


@dataclass
class CheckRun:
    """One check of one feed."""

    database: Database
    lake: Lake
    settings: Settings
    progress: Progress = field(default_factory=NullProgress)

    async def run(self, code: str, check: UUID) -> Check:
        """Make a check that was asked for, and return it: ended, or waiting for the node that reads the source.

        Raises FeedBusy, or what kept the source from being read.
        """
        held = await begin(self.database, Check, check)
        if held.status in ENDED:
            return held
        waits = False
        try:
            async with failing(self.database, Check, check):
                asked = await self._asked(check)
                if asked is None:
                    plan, platform_sql, waits = await self._copied(code, check)
                    if not waits:
                        compared = await to_thread.run_sync(compare, plan, platform_sql, self.progress)
                        return await self._keep(plan, check, compared)
                elif asked.state in OPEN:
                    waits = True
                else:
                    return await self._answered(code, check, asked)
                return await wait(self.database, Check, check)
        finally:
            if not waits:
                await to_thread.run_sync(shutil.rmtree, check_folder(self.settings, check), True)

    async def _asked(self, check: UUID) -> IngestDelivery | None:
        """Return what a node was asked for a check: open, or answered. Raises NotAnswered when it was given up."""
        async with self.database.unit_of_work() as uow:
            held = await NodeRepository(uow.session).about(check, Purpose.CHECK)
            if held is not None and held.state == DeliveryState.ABANDONED:
                raise NotAnswered(held.feed)
            if held is None or copy_is_here(self.settings, check):
                return held
            # The copy that the answer is compared with is gone: both are made anew.
            await close(uow, held, DeliveryState.ABANDONED)
            held.about = None
            return None

    async def _copied(self, code: str, check: UUID) -> tuple[CheckPlan, str, bool]:
        """Copy what the platform holds, and ask the source's node if it has one; say whether it was asked."""
        async with self.database.unit_of_work() as guard:
            # The lock lasts as long as this transaction, so a killed process gives it back.
            repository = IngestRepository(guard.session)
            if not await repository.try_lock(code):
                raise FeedBusy(code)
            plan = await plan_check(guard, self.lake, self.settings, code, str(check))
            platform_sql = await to_thread.run_sync(copy_platform, plan, self.lake)
            if plan.node is not None:
                feed = await repository.feed(code, Scope.everything())
                await ask_source(guard, plan, feed, Purpose.CHECK, check, platform_sql)
            return plan, platform_sql, plan.node is not None

    async def _answered(self, code: str, check: UUID, asked: IngestDelivery) -> Check:
        try:
            async with self.database.unit_of_work() as uow:
                now_planned = await plan_check(uow, self.lake, self.settings, code, str(check))
            plan, platform_sql = as_asked(now_planned, asked)
            answer = NodeAnswer.of(asked, self.settings)
            compared = await to_thread.run_sync(compare_answer, plan, platform_sql, answer)
            return await self._keep(plan, check, compared, asked.id)
        except Exception:
            async with self.database.unit_of_work() as uow:
                await close_asked(uow, asked.id, DeliveryState.ABANDONED)
            raise
        finally:
            await to_thread.run_sync(clear, self.settings, asked.id)

    async def _keep(self, plan: CheckPlan, check: UUID, compared: Compared, answered: UUID | None = None) -> Check:
        async with self.database.unit_of_work() as uow:
            await close_asked(uow, answered)
            kept = await keep(uow, plan, check, compared)
            await wake_settlings(uow, check)
            return kept


async def keep(uow: UnitOfWork, plan: CheckPlan, key: UUID, compared: Compared) -> Check:
    """Store what a check found: its days, differences that are new, and the end of those that are no more."""
    repository = CheckRepository(uow.session)
    check = await repository.check(key, Scope.everything())
    days = compared.days
    unequal = {day for day, sides in days.items() if not sides.equal}
    check.origin, check.time_column, check.compare = plan.origin, plan.time, plan.compare
    check.batch_id, check.boundary, check.algorithm = plan.batch_id, compared.boundary, DIGEST_ALGORITHM
    check.source_sql, check.platform_sql = compared.source_sql, compared.platform_sql
    check.days, check.different = len(days), len(unequal)
    check.rows_source = sum(sides.source.rows for sides in days.values())
    check.rows_raw = sum(sides.platform.rows for sides in days.values())
    check.rows_std = sum(sides.std for sides in days.values())
    check.rows_quarantined = sum(sides.quarantined for sides in days.values())
    check.stray = sum(sides.stray for sides in days.values())
    check.status = (CheckStatus.DIFFERENT if unequal else CheckStatus.EQUAL).value
    check.finished_at = now()
    for day, sides in days.items():
        repository.add(_day(check, day, sides))
    held = {difference.day: difference for difference in await repository.open_of(check.feed_id)}
    for day, difference in held.items():
        if day not in unequal and (plan.since is None or day is None or day >= plan.since):
            await call_off(uow, difference)
            _close(difference, check, days.get(day, _NONE))
    for day in unequal:
        _open(repository, held.get(day), check, day, days[day])
    await uow.session.flush()
    return check


def _day(check: Check, day: date | None, sides: DayCompared) -> CheckDay:
    return CheckDay(
        check_id=check.id, feed=check.feed, dataset=check.dataset, org_code=check.org_code, day=day,
        equal=sides.equal, rows_source=sides.source.rows, rows_raw=sides.platform.rows, rows_std=sides.std,
        rows_quarantined=sides.quarantined, lost=sides.lost, stray=sides.stray, source=sides.source.told(),
        platform=sides.platform.told(), checked_at=check.finished_at,
    )  # fmt: skip


def _open(
    repository: CheckRepository, held: Difference | None, check: Check, day: date | None, sides: DayCompared
) -> None:
    difference = held
    if difference is None:
        difference = repository.add(
            Difference(
                feed_id=check.feed_id,
                feed=check.feed,
                dataset=check.dataset,
                org_code=check.org_code,
                day=day,
                status=DifferenceStatus.OPEN.value,
                found_by=check.id,
                found_at=check.finished_at,
                evidence={"before": figures(sides)},
            )
        )
    difference.last_check = check.id
    difference.rows_source, difference.rows_platform = sides.source.rows, sides.platform.rows


def _close(difference: Difference, check: Check, sides: DayCompared) -> None:
    difference.status, difference.closed_at, difference.reason = DifferenceStatus.CLOSED.value, now(), None
    difference.last_check, difference.step, difference.waits_for = check.id, None, None
    difference.evidence = {
        **difference.evidence,
        "after": figures(sides),
        "source_sql": check.source_sql,
        "platform_sql": check.platform_sql,
        "batch": check.batch_id,
        "by": check.requested_by,
    }


def figures(sides: DayCompared) -> Mapping[str, Any]:
    """Return a day's figures as JSON."""
    shares = {name: getattr(sides, name) for name in ("std", "quarantined", "lost", "stray")}
    return {"source": sides.source.told(), "platform": {**sides.platform.told(), **shares}}
