"""The one clock of the project; everything else asks it, so a test can hold time still."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL_ZONE = ZoneInfo("Asia/Shanghai")
"""Zone in which business days are counted. China has one zone and no daylight saving."""


class FrozenClock:
    """A clock that stands still until moved; given by `freeze`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def advance(self, step: timedelta) -> None:
        """Move the frozen time forward (or, with a negative step, back)."""
        self.at += step


_frozen: ContextVar[FrozenClock | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    frozen = _frozen.get()
    return frozen.at if frozen else datetime.now(UTC)


def today() -> date:
    """Return the business day: the present date in `LOCAL_ZONE`."""
    return now().astimezone(LOCAL_ZONE).date()


@contextmanager
def freeze(at: datetime) -> Generator[FrozenClock, None, None]:
    """Hold time still inside the block, for the current task and those it starts.

    Raises ValueError when `at` carries no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"freeze needs an aware datetime, got {at!r}")
    clock = FrozenClock(at.astimezone(UTC))
    token = _frozen.set(clock)
    try:
        yield clock
    finally:
        _frozen.reset(token)
