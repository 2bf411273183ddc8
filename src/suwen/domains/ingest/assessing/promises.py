"""What is promised of a feed: how long a change at its source waits at the most until it is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from sqlalchemy import RowMapping

from suwen.domains.ingest.groups.models import JobGroup
from suwen.domains.ingest.models import IngestPlan
from suwen.domains.ingest.schemes.models import Frequency, IngestScheme
from suwen.domains.ingest.schemes.systems import kind_of
from suwen.domains.ingest.service.planning import beginnings
from suwen.kernel.clock import LOCAL_ZONE

ALLOWANCE, ALLOWANCE_SECONDS = 0.05, 30
"""So much more than the interval is still in time: a due plan is looked for every few seconds and may have to wait."""
_DAY = 86_400
_FREQUENT: Mapping[str, int] = {
    Frequency.REALTIME: 60,
    Frequency.HOURLY: 3_600,
    Frequency.DAILY: _DAY,
    Frequency.WEEKLY: 7 * _DAY,
    Frequency.MONTHLY: 31 * _DAY,
}
"""Seconds between two runs that a scheme's frequency promises; once: nothing is promised."""
_FROM = datetime(2024, 1, 1, tzinfo=LOCAL_ZONE)
_FAR, _MANY = timedelta(days=400), 1_500


@dataclass(frozen=True)
class Promise:
    """Seconds between two runs at the most; since: from when on something was due of it, None if nothing was yet."""

    seconds: int
    since: datetime | None

    @property
    def allowed(self) -> float:
        """Seconds within which a change is read, and within which the run that read it ends."""
        return self.seconds * (1 + ALLOWANCE) + ALLOWANCE_SECONDS


@lru_cache(maxsize=1024)
def longest_gap(cron: str, window_from: str | None, window_to: str | None) -> int:
    """Return the most seconds between two beginnings of a plan, within a year or 1,500 beginnings.

    `longest_gap("0 8,20 * * *", None, None)` is 43200. Raises InvalidPlan.
    """
    moments, longest = beginnings(cron, window_from, window_to, _FROM), timedelta()
    moment = next(moments)
    for following in islice(moments, _MANY):
        longest, moment = max(longest, following - moment), following
        if moment - _FROM > _FAR:
            break
    return int(longest.total_seconds())


def promises(
    feeds: Iterable[RowMapping],
    plans: Iterable[IngestPlan],
    groups: Iterable[JobGroup],
    schemes: Iterable[IngestScheme],
) -> dict[str, Promise]:
    """Return what is promised, by the feed's code; feeds: as `AssessingRepository.feeds` returns them.

    The most frequent of the source's plans and of the feed's job groups counts; without one, the frequency of the
    scheme that wants the feed's dataset.
    """
    planned: dict[str, list[Promise]] = {}
    for plan in plans:
        promise = Promise(longest_gap(plan.cron, plan.window_from, plan.window_to), plan.last_at)
        planned.setdefault(plan.source, []).append(promise)
    for group in groups:
        if group.cron is not None:
            promise = Promise(longest_gap(group.cron, group.window_from, group.window_to), group.last_at)
            for member in group.members:
                planned.setdefault(member["feed"], []).append(promise)
    wanted = {(one.org_code, one.system, code): one.frequency for one in schemes for code in one.datasets}
    found: dict[str, Promise] = {}
    for feed in feeds:
        if own := [*planned.get(feed["source"], ()), *planned.get(feed["feed"], ())]:
            found[feed["feed"]] = min(own, key=lambda one: one.seconds)
            continue
        frequency = wanted.get((feed["org_code"], kind_of(feed["system"]), feed["dataset"]))
        if frequency is not None and frequency in _FREQUENT:
            seconds = _FREQUENT[frequency]
            found[feed["feed"]] = Promise(seconds, feed["created_at"] + timedelta(seconds=seconds))
    return found
