"""The overview of collection 采集调度总览: what came in, how fast, what failed, what is silent, what agrees."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from suwen.domains.ingest.reconcile.calendar_repository import CalendarRepository, Wanted
from suwen.domains.ingest.watching.alarms.repository import AlarmRepository
from suwen.domains.ingest.watching.repository import Chosen, WatchRepository
from suwen.domains.ingest.watching.schemas import (
    Agreement,
    BatchFigures,
    DayFigures,
    Overview,
    Part,
    PartFigures,
    SilentFeed,
    StateCount,
    Totals,
)
from suwen.kernel.clock import now, today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope


async def overview(
    uow: UnitOfWork, scope: Scope, asked: PageRequest, *, days: int, by: Part, silent_hours: int
) -> Overview:
    """Return how collection did on the last `days` days, today among them, filtered by institution and source.

    Raises Invalid for other filters.
    """
    last = today()
    chosen = Chosen(scope, last - timedelta(days=days - 1), last, asked)
    repository = WatchRepository(uow.session)
    orgs, sources, feeds = await repository.present(chosen)
    since = now() - timedelta(hours=silent_hours)
    silent_count, never, silent = await repository.silent(chosen, since)
    return Overview(
        first=chosen.first,
        last=last,
        orgs=orgs,
        sources=sources,
        feeds=feeds,
        today=BatchFigures.model_validate(dict(await repository.figures(replace(chosen, first=last)))),
        chosen=BatchFigures.model_validate(dict(await repository.figures(chosen))),
        total=Totals.model_validate(dict(await repository.totals(chosen))),
        days=_every_day(chosen, [DayFigures.model_validate(dict(row)) for row in await repository.by_day(chosen)]),
        states=[StateCount.model_validate(dict(row)) for row in await repository.states(chosen)],
        by=by,
        parts=[PartFigures.model_validate(dict(row)) for row in await repository.by_part(chosen, by)],
        agreement=await _agreement(uow, chosen),
        silent_hours=silent_hours,
        silent_since=since,
        silent_count=silent_count,
        never=never,
        alarms=await AlarmRepository(uow.session).open_count(scope),
        silent=[SilentFeed.model_validate(dict(row)) for row in silent],
    )


def _every_day(chosen: Chosen, found: Sequence[DayFigures]) -> list[DayFigures]:
    """Return each of the chosen days; one without batches is there too, so that a gap shows."""
    held = {one.day: one for one in found}
    span = (chosen.first + timedelta(days=step) for step in range((chosen.last - chosen.first).days + 1))
    return [held.get(day) or DayFigures(day=day) for day in span]


async def _agreement(uow: UnitOfWork, chosen: Chosen) -> list[Agreement]:
    """Return what reconciliation says of the chosen days as business days."""
    filters = {name: value for name, value in chosen.asked.filters.items() if name.partition(".")[0] != "source"}
    if len(filters) < len(chosen.asked.filters):
        # Days of reconciliation know their feed and no source.
        filters["feed.in"] = ",".join(await WatchRepository(uow.session).feeds_of(chosen))
    wanted = Wanted(chosen.scope, chosen.first, chosen.last, PageRequest(filters=filters))
    held = {row["day"]: row for row in await CalendarRepository(uow.session).by_day(wanted)}
    return [
        Agreement(
            day=day,
            equal=row["checked"] - row["different"] + row["indicators"] - row["indicators_different"],
            different=row["different"] + row["indicators_different"],
            unchecked=row["unchecked"],
            open=row["open"],
        )
        for day, row in sorted(held.items())
    ]
