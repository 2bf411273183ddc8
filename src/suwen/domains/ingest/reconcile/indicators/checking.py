"""A check of an indicator: both statements are run for the same days, their figures compared line by line.

What was found is stored in one commit, so a check whose process dies is made anew under its id.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.connector import Connector, connect
from suwen.domains.ingest.nodes.asking import ask, close_asked
from suwen.domains.ingest.nodes.delivered import Delivered, DeliveredConnector
from suwen.domains.ingest.nodes.models import DeliveryState, Purpose
from suwen.domains.ingest.nodes.places import clear
from suwen.domains.ingest.nodes.repository import NodeRepository
from suwen.domains.ingest.reconcile.errors import NotAnswered
from suwen.domains.ingest.reconcile.indicators.figures import (
    MOST_LINES,
    Line,
    Span,
    lines_of,
    platform_figures,
    source_figures,
)
from suwen.domains.ingest.reconcile.indicators.models import (
    Indicator,
    IndicatorCheck,
    IndicatorDifference,
    IndicatorLine,
)
from suwen.domains.ingest.reconcile.indicators.repository import IndicatorRepository
from suwen.domains.ingest.reconcile.indicators.statements import DayStatement, read_statement
from suwen.domains.ingest.reconcile.lifecycle import ENDED, begin, failing, under_way, wait
from suwen.domains.ingest.reconcile.models import CheckStatus, DifferenceStatus
from suwen.domains.ingest.reconcile.names import CHECK_INDICATOR
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.vault import master_key, unseal
from suwen.domains.lake.public import Lake
from suwen.kernel.clock import now, today
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.progress import NullProgress, Progress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

PLATFORM = "duckdb"
"""The dialect of statements over the lake."""
EVIDENCE_LINES = 200
"""So many lines are kept with a difference; the check has all of them."""
_Kept = list[list[str | None]]


async def request_check(
    uow: UnitOfWork, scope: Scope, key: UUID, by: str | None, span: Span | None = None
) -> IndicatorCheck:
    """Queue a check of an indicator and return it; one that is under way is returned as it is.

    span: the days to compare; left out: those that the indicator says. Raises UnknownIndicator.
    """
    indicator = await IndicatorRepository(uow.session).indicator(key, scope)
    of = IndicatorCheck.indicator_id == indicator.id
    if running := await under_way(uow, IndicatorCheck, of):
        return running
    check = await new_check(uow, indicator, by, span)
    check.job_run_id = uow.defer(CHECK_INDICATOR, {"indicator": str(indicator.id), "check": str(check.id)})
    return check


async def new_check(uow: UnitOfWork, indicator: Indicator, by: str | None, span: Span | None = None) -> IndicatorCheck:
    """Store a check that is about to be made."""
    span = span or usual_span(indicator.recent_days, indicator.lag_days)
    check = IndicatorCheck(
        id=new_id(), indicator_id=indicator.id, indicator=indicator.name, source=indicator.source,
        org_code=indicator.org_code, first=span.first, last=span.last, requested_by=by,
        status=CheckStatus.RUNNING.value,
    )  # fmt: skip
    uow.session.add(check)
    await uow.session.flush()
    return check


def usual_span(recent_days: int, lag_days: int) -> Span:
    """Return the days that are compared unless others are asked for."""
    last = today() - timedelta(days=lag_days)
    return Span(last - timedelta(days=recent_days - 1), last)


@dataclass(frozen=True)
class IndicatorPlan:
    """An indicator's check that is to be made. answered: what a node has brought of the source's side."""

    connector: Connector[Any]
    source: DayStatement
    platform: DayStatement
    span: Span
    org_code: str
    answered: UUID | None = None


@dataclass
class IndicatorRun:
    """One check of one indicator."""

    database: Database
    lake: Lake
    settings: Settings
    progress: Progress = field(default_factory=NullProgress)

    async def run(self, key: UUID) -> IndicatorCheck:
        """Make a check that was asked for and return it: ended, or waiting for the node that reads the source.

        Raises InvalidStatement, SourceUnavailable, NotAnswered.
        """
        held = await begin(self.database, IndicatorCheck, key)
        if held.status in ENDED:
            return held
        folder = self.lake.staging / f"indicator-{key}"
        plan = None
        try:
            async with failing(self.database, IndicatorCheck, key):
                plan = await self._plan(held)
                if plan is None:
                    return await wait(self.database, IndicatorCheck, key)
                self.progress.stage(f"{held.indicator} 对账", 100)
                there = await to_thread.run_sync(
                    source_figures, plan.connector, plan.source, plan.span, folder, self.progress
                )
                here = await to_thread.run_sync(
                    platform_figures, self.lake, plan.platform, plan.span, plan.org_code, folder
                )
                async with self.database.unit_of_work() as uow:
                    await close_asked(uow, plan.answered)
                    return await keep(uow, plan, key, lines_of(there, here))
        except Exception:
            if plan is not None:
                async with self.database.unit_of_work() as uow:
                    await close_asked(uow, plan.answered, DeliveryState.ABANDONED)
            raise
        finally:
            if plan is not None and plan.answered is not None:
                await to_thread.run_sync(clear, self.settings, plan.answered)
            await to_thread.run_sync(lambda: shutil.rmtree(folder, ignore_errors=True))

    async def _plan(self, check: IndicatorCheck) -> IndicatorPlan | None:
        """Return what is to be done; None when the node of the source was asked, and has not answered yet."""
        async with self.database.unit_of_work() as uow:
            everything = Scope.everything()
            indicator = await IndicatorRepository(uow.session).indicator(check.indicator_id, everything)
            source = await IngestRepository(uow.session).source(indicator.source, everything)
            connector = connect(source.connector, unseal(source.options, master_key(self.settings)))
            plan = IndicatorPlan(
                connector,
                read_statement("source", indicator.source_sql, connector.dialect),
                read_statement("platform", indicator.platform_sql, PLATFORM),
                Span(check.first, check.last),
                source.org_code,
            )
            held = await NodeRepository(uow.session).about(check.id, Purpose.INDICATOR)
            if held is not None and held.state == DeliveryState.ABANDONED:
                raise NotAnswered(indicator.name)
            if held is not None and held.state == DeliveryState.COMPLETE:
                brought = DeliveredConnector(Delivered.of(held, self.settings))
                return replace(plan, connector=brought, answered=held.id)
            if held is None and source.node_id is not None:
                feed = await IngestRepository(uow.session).feed(indicator.feeds[0], everything)
                statement = plan.source.text(plan.span.first, plan.span.last)
                wanted = {"query": statement, "first": MOST_LINES + 1}
                await ask(uow, feed, source.node_id, Purpose.INDICATOR, check.id, wanted=wanted, context={})
            return plan if held is None and source.node_id is None else None


async def keep(uow: UnitOfWork, plan: IndicatorPlan, key: UUID, lines: Sequence[Line]) -> IndicatorCheck:
    """Store what a check found: its lines, differences that are new, and the end of those that are no more."""
    everything = Scope.everything()
    repository = IndicatorRepository(uow.session)
    check = await repository.check(key, everything)
    indicator = await repository.indicator(check.indicator_id, everything)
    held = {each.day: each for each in await repository.open_of(indicator.id) if check.first <= each.day <= check.last}
    told = {line.day for line in lines}
    # A day that differed and of which neither side tells anything any more agrees, and is to be seen so.
    lines = [*lines, *(Line(day, None, None, None) for day in held if day not in told)]
    check.finished_at = now()
    unequal: dict[date, list[Line]] = {}
    for line in lines:
        equal = line.within(indicator.absolute, indicator.relative)
        repository.add(_line(check, line, equal=equal))
        if not equal:
            unequal.setdefault(line.day, []).append(line)
    check.absolute, check.relative = indicator.absolute, indicator.relative
    check.source_sql = plan.source.text(plan.span.first, plan.span.last)
    check.platform_sql = plan.platform.text(plan.span.first, plan.span.last)
    check.lines, check.days, check.different = len(lines), len({line.day for line in lines}), len(unequal)
    check.status = (CheckStatus.DIFFERENT if unequal else CheckStatus.EQUAL).value
    explained = await repository.explained(indicator.id, list(unequal))
    for day in held.keys() - unequal.keys():
        _close(held[day], check, [line for line in lines if line.day == day])
    for day, found in unequal.items():
        if day in held:
            _look_again(held[day], check, found)
        elif day not in explained or not _as_explained(explained[day], found):
            repository.add(_difference(check, day, found))
    await uow.session.flush()
    return check


def _line(check: IndicatorCheck, line: Line, *, equal: bool) -> IndicatorLine:
    return IndicatorLine(
        check_id=check.id, indicator_id=check.indicator_id, indicator=check.indicator, source=check.source,
        org_code=check.org_code, day=line.day, item=line.item, there=line.there, here=line.here, gap=line.gap,
        equal=equal, checked_at=check.finished_at,
    )  # fmt: skip


def _difference(check: IndicatorCheck, day: date, found: Sequence[Line]) -> IndicatorDifference:
    return IndicatorDifference(
        indicator_id=check.indicator_id, indicator=check.indicator, source=check.source, org_code=check.org_code,
        day=day, status=DifferenceStatus.OPEN.value, lines=len(found), found_by=check.id, last_check=check.id,
        evidence={"before": _kept(found)},
    )  # fmt: skip


def _look_again(difference: IndicatorDifference, check: IndicatorCheck, found: Sequence[Line]) -> None:
    # What a person explains is what they saw last.
    difference.last_check, difference.lines = check.id, len(found)
    difference.evidence = {**difference.evidence, "before": _kept(found)}


def _close(difference: IndicatorDifference, check: IndicatorCheck, lines: Sequence[Line]) -> None:
    difference.status, difference.closed_at, difference.last_check = DifferenceStatus.CLOSED.value, now(), check.id
    difference.closed_by = check.requested_by
    difference.evidence = {
        **difference.evidence,
        "after": _kept(lines),
        "source_sql": check.source_sql,
        "platform_sql": check.platform_sql,
    }


def _as_explained(difference: IndicatorDifference, found: Sequence[Line]) -> bool:
    return difference.lines == len(found) and difference.evidence["before"] == _kept(found)


def _kept(lines: Sequence[Line]) -> _Kept:
    """Return the first lines as they stand in an evidence: item, there, here."""
    return [[line.item, _text(line.there), _text(line.here)] for line in lines[:EVIDENCE_LINES]]


def _text(value: Any) -> str | None:
    return None if value is None else f"{value.normalize():f}"
