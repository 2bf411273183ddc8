"""Periods and what they are compared with: a year before (同比), the period before (环比)."""

from calendar import monthrange
from datetime import date, timedelta

from suwen.domains.metrics.query import Grain


def start_of(day: date, grain: Grain) -> date:
    """Return the first day of the period that a day lies in.

    >>> start_of(date(2024, 5, 20), "quarter")
    datetime.date(2024, 4, 1)
    """
    match grain:
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        case "year":
            return date(day.year, 1, 1)


def end_of(day: date, grain: Grain) -> date:
    """Return the last day of the period that a day lies in."""
    return moved(start_of(day, grain), grain, 1) - timedelta(days=1)


def moved(start: date, grain: Grain, periods: int) -> date:
    """Return the first day of the period some periods later (or, negative, before)."""
    if grain == "day":
        return start + timedelta(days=periods)
    return _months(start, periods * {"month": 1, "quarter": 3, "year": 12}[grain])


def year_before(day: date, *, last: bool = False) -> date:
    """Return the same day of the year before; 29 February becomes the 28th.

    last: the day ends a range, so the last day of a February stays the last one.

    >>> year_before(date(2025, 2, 28), last=True), year_before(date(2024, 2, 29))
    (datetime.date(2024, 2, 29), datetime.date(2023, 2, 28))
    """
    year = day.year - 1
    longest = monthrange(year, day.month)[1]
    ends = last and day.day == monthrange(day.year, day.month)[1]
    return date(year, day.month, longest if ends else min(day.day, longest))


def range_before(first: date, last: date) -> tuple[date, date]:
    """Return the range before: as many whole months if the range is whole months, else as many days.

    >>> range_before(date(2024, 3, 1), date(2024, 3, 31))
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    """
    end = first - timedelta(days=1)
    if first.day == 1 and last.day == monthrange(last.year, last.month)[1]:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        return _months(first, -months), end
    return end - (last - first), end


def _months(start: date, months: int) -> date:
    total = start.year * 12 + start.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
