"""The calendar of reconciliation 对账日历: a month and a day at a glance."""

import calendar
from collections.abc import Sequence
from datetime import date

from suwen.domains.ingest.reconcile.calendar_repository import CalendarRepository, Wanted
from suwen.domains.ingest.reconcile.schemas_calendar import (
    By,
    Calendar,
    CalendarDay,
    CheckFigures,
    DayBrief,
    DayShare,
    MonthBrief,
)
from suwen.kernel.clock import today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope


async def month_of(uow: UnitOfWork, scope: Scope, month: date | None, asked: PageRequest) -> Calendar:
    """Return a month, told by any of its days; None: the newest one in which something was compared.

    asked: filters by institution, dataset and feed. Raises Invalid for others.
    """
    repository = CalendarRepository(uow.session)
    within = month or await repository.newest_day(scope) or today()
    first = within.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    wanted = Wanted(scope, first, last, asked)
    days = [CalendarDay.model_validate(row) for row in await repository.by_day(wanted)]
    compared = [day for day in days if day.checked or day.indicators]
    brief = MonthBrief(
        **added_up(days).model_dump(),
        feeds=await repository.feeds(wanted),
        days=len(compared),
        days_equal=sum(1 for day in compared if day.agrees),
        closed=await repository.closed(wanted),
    )
    return Calendar(month=first, brief=brief, days=days)


async def day_of(uow: UnitOfWork, scope: Scope, day: date, by: By, asked: PageRequest) -> DayBrief:
    """Return a day, broken down by institution, dataset or feed, filtered as `month_of` is."""
    repository, wanted = CalendarRepository(uow.session), Wanted(scope, day, day, asked)
    parts = [DayShare.model_validate(row) for row in await repository.by_part(wanted, by)]
    parts.sort(key=lambda part: (part.agrees, -part.different, -part.open, -part.unchecked, part.code))
    # An indicator that is about several feeds has a share in each, and is one of the day.
    whole = added_up([CalendarDay.model_validate(row) for row in await repository.by_day(wanted)])
    return DayBrief(day=day, by=by, brief=whole, parts=parts)


def added_up(parts: Sequence[CalendarDay]) -> CheckFigures:
    """Return the sums of the days' figures."""
    return CheckFigures(**{name: sum(getattr(part, name) for part in parts) for name in CheckFigures.model_fields})
