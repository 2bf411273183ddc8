"""The calendar of reconciliation 对账日历: a month and a day at a glance."""

import calendar
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
    compared = [day for day in days if day.checked]
    brief = MonthBrief(
        **added_up(days).model_dump(),
        feeds=await repository.feeds(wanted),
        days=len(compared),
        days_equal=sum(1 for day in compared if not day.different),
        closed=await repository.closed(wanted),
    )
    return Calendar(month=first, brief=brief, days=days)


async def day_of(uow: UnitOfWork, scope: Scope, day: date, by: By, asked: PageRequest) -> DayBrief:
    """Return a day, broken down by institution, dataset or feed, filtered as `month_of` is."""
    rows = await CalendarRepository(uow.session).by_part(Wanted(scope, day, day, asked), by)
    parts = [DayShare.model_validate(row) for row in rows]
    parts.sort(key=lambda part: (-part.different, -part.open, -part.unchecked, part.code))
    return DayBrief(day=day, by=by, brief=added_up(parts), parts=parts)


def added_up(parts: "list[CalendarDay] | list[DayShare]") -> CheckFigures:
    """Return the sums of figures."""
    return CheckFigures(**{name: sum(getattr(part, name) for part in parts) for name in CheckFigures.model_fields})
