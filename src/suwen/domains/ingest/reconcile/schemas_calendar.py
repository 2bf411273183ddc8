"""What the API gives out of the calendar of reconciliation 对账日历."""

from datetime import date
from enum import StrEnum

from pydantic import BaseModel


class By(StrEnum):
    """What the figures of a day are broken down by."""

    ORG = "org"
    DATASET = "dataset"
    FEED = "feed"


class CheckFigures(BaseModel):
    """What the newest checks of feeds say of their business days.

    checked, different: pairs of feed and day that were compared, and those whose figures differ. unchecked: pairs with
    rows received that were never compared. open: differences not closed yet; held: those of them that hold publication.
    rows_source, rows_raw, rows_std, rows_quarantined, lost, stray: rows of the pairs compared, as `DayRow` has them.
    indicators, indicators_different: pairs of indicator and day that were compared, and those whose figures differ;
    their differences are among `open` and `held`.
    """

    checked: int = 0
    different: int = 0
    unchecked: int = 0
    open: int = 0
    held: int = 0
    rows_source: int = 0
    rows_raw: int = 0
    rows_std: int = 0
    rows_quarantined: int = 0
    lost: int = 0
    stray: int = 0
    indicators: int = 0
    indicators_different: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing that was compared differs."""
        return not self.different and not self.indicators_different


class CalendarDay(CheckFigures):
    """A business day with anything to tell."""

    day: date


class MonthBrief(CheckFigures):
    """A month 当月对账简报: all its days together.

    feeds: feeds compared. days, days_equal: business days compared, and those on which nothing differs. closed:
    differences of the month's days that were found and closed since.
    """

    feeds: int = 0
    days: int = 0
    days_equal: int = 0
    closed: int = 0


class Calendar(BaseModel):
    """A month: its first day, its days in order, all of them together."""

    month: date
    brief: MonthBrief
    days: list[CalendarDay]


class DayShare(CheckFigures):
    """The part of a day that an institution, a dataset or a feed has."""

    code: str


class DayBrief(BaseModel):
    """A day 当日对账简报: all together, and broken down; what differs stands first."""

    day: date
    by: By
    brief: CheckFigures
    parts: list[DayShare]
