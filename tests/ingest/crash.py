"""Runs of a feed in processes that kill themselves (SIGKILL) at a given point.

Reads lines `<workspace> <database url> <feed> <point, _ for blanks> [comparing | mirror | reconcile | alarms]`.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from suwen.domains.ingest import capture as capture_module
from suwen.domains.ingest import division
from suwen.domains.ingest import standardise as standardise_module
from suwen.domains.ingest.connector import connectors
from suwen.domains.ingest.mirror.syncing import SyncPlan
from suwen.domains.ingest.public import run_feed, sync_mirror
from suwen.domains.ingest.reconcile import checking
from suwen.domains.ingest.reconcile.indicators import checking as indicator_checking
from suwen.domains.ingest.reconcile.indicators.figures import Span
from suwen.domains.ingest.reconcile.indicators.models import Indicator
from suwen.domains.ingest.reconcile.models import Difference
from suwen.domains.ingest.reconcile.settling import Settling
from suwen.domains.ingest.service import run as run_module
from suwen.domains.ingest.service import steps as steps_module
from suwen.domains.ingest.watching.alarms import evaluating
from suwen.domains.ingest.watching.alarms.models import AlarmRule
from suwen.domains.lake.public import Lake, open_lake
from suwen.kernel.database import Database
from suwen.kernel.settings import Settings
from tests.nursery import serve


def die(*_: Any, **__: Any) -> Any:
    """End this process as a power failure would."""
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    """Die when the function is called."""
    setattr(owner, name, die)


def after(owner: Any, name: str) -> None:
    """Die when the function has done its work."""
    real: Callable[..., Any] = getattr(owner, name)

    def then_die(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        die()

    setattr(owner, name, then_die)


def after_awaited(owner: Any, name: str) -> None:
    """Die when the coroutine has done its work."""
    real: Callable[..., Any] = getattr(owner, name)

    async def then_die(*args: Any, **kwargs: Any) -> Any:
        await real(*args, **kwargs)
        die()

    setattr(owner, name, then_die)


POINTS: dict[str, Callable[[], None]] = {
    "before the capture": lambda: before(steps_module, "capture"),
    "rows written, no manifest": lambda: before(capture_module, "_digest"),
    "captured": lambda: after(steps_module, "capture"),
    "files given to raw": lambda: after(standardise_module, "_linked"),
    "raw committed, batch still capturing": lambda: after(steps_module, "land_rows"),
    "landed": lambda: before(steps_module, "standardise_rows"),
    "std committed": lambda: before(standardise_module, "_quarantine"),
    "std and quarantine committed, batch still landed": lambda: after(steps_module, "standardise_rows"),
    "batch standardised, folder still there": lambda: before(run_module, "clean_up"),
    "before the std write": lambda: before(Lake, "replace"),
}
COMPARING: dict[str, Callable[[], None]] = {
    "read, not compared": lambda: before(capture_module, "find_changes"),
    "raw committed, digests not kept": lambda: before(steps_module, "keep_digests"),
    "digests kept, batch still capturing": lambda: after(steps_module, "land_rows"),
    "before the std write": lambda: before(Lake, "upsert"),
    "std committed": lambda: before(standardise_module, "_quarantine"),
}
MIRRORING: dict[str, Callable[[], None]] = {
    "mirror written, not entered": lambda: after(SyncPlan, "take"),
}

ALARM = "alarm raised, not committed"
ALARMING: dict[str, Callable[[], None]] = {ALARM: lambda: after_awaited(evaluating, "evaluate")}
CLOSING, INDICATOR = "difference closed, not committed", "figures written, not committed"
RECONCILING: dict[str, Callable[[], None]] = {
    CLOSING: lambda: after_awaited(checking, "keep"),
    INDICATOR: lambda: after_awaited(indicator_checking, "keep"),
}


def after_two_pieces() -> None:
    """Die when the second piece of a table is whole."""
    division.PIECE_ROWS, division.SIDE_BY_SIDE = 5_000, 1
    real, whole = division.write_durably, list[Path]()

    def then_die(path: Path, content: str) -> None:
        real(path, content)
        whole.extend([path] if path.suffix == ".whole" else [])
        if len(whole) == 2:
            die()

    division.write_durably = then_die


PIECES = "two pieces whole"
MARCH = Span(date(2026, 3, 1), date(2026, 3, 31))


async def settle(database: Database, settings: Settings) -> None:
    """Settle the difference that is open."""
    async with database.unit_of_work() as uow:
        (difference,) = await uow.session.scalars(select(Difference.id).where(Difference.status == "open"))
    await Settling(database, open_lake(settings), settings).run(difference)


async def check_figures(database: Database, settings: Settings) -> None:
    """Check the indicator that there is."""
    async with database.unit_of_work() as uow:
        (indicator,) = await uow.session.scalars(select(Indicator))
        check = await indicator_checking.new_check(uow, indicator, "tester", MARCH)
    await indicator_checking.IndicatorRun(database, open_lake(settings), settings).run(check.id)


async def evaluate_rule(database: Database) -> None:
    """Evaluate the alarm rule that there is."""
    async with database.unit_of_work() as uow:
        (rule,) = await uow.session.scalars(select(AlarmRule.id))
        await evaluating.evaluate(uow, rule, evaluating.Evaluated())


async def main(workspace: str, url: str, feed: str, point: str, what: str = "") -> None:
    """Run the feed and die at the point; one of a comparison, its mirror or its reconciliation where `what` says so."""
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    database = Database(url)
    others = {"comparing": COMPARING, "mirror": MIRRORING, "reconcile": RECONCILING, "alarms": ALARMING}
    points = others.get(what, POINTS | {PIECES: after_two_pieces})
    points[point]()
    if what == "mirror":
        await sync_mirror(database, open_lake(settings), feed)
    elif what == "alarms":
        await evaluate_rule(database)
    elif what == "reconcile":
        await (settle if point == CLOSING else check_figures)(database, settings)
    else:
        await run_feed(database, open_lake(settings), settings, feed)


def child(words: list[str]) -> str:
    """Run and die; a run that ends instead answers 0."""
    workspace, url, feed, point, *more = words
    asyncio.run(main(workspace, url, feed, point.replace("_", " "), *more))
    return "0"


if __name__ == "__main__":
    connectors()
    serve(child)
