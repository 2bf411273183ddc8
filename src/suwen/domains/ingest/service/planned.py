"""What the steps of a run share: the plan's mapping and capture, numbers of rows, progress of statements."""

from collections.abc import Sequence
from threading import Event, Thread

from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.mapping.compiler import CompiledMapping, compile_feed
from suwen.domains.ingest.rawrows import CaptureJob
from suwen.domains.ingest.rawtable import SourceColumn, raw_type
from suwen.domains.ingest.service.plan import Plan
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.watching.drift.noting import check_columns
from suwen.kernel.progress import Progress, TellsWork

POLL_SECONDS = 0.3
BATCH_BITS = 44
"""A batch's rows are numbered within so many bits; its own number stands above them."""


def first_number(plan: Plan) -> int:
    """Return from where the rows of a batch are numbered.

    Those of a feed of changes are numbered on from batch to batch, so that the later of two is told by it.
    """
    return plan.number << BATCH_BITS if plan.holds_changes else 0


def capture_job(plan: Plan, stored: tuple[tuple[str, str], ...]) -> CaptureJob:
    """Return what a plan says of a capture, however it is made. stored: raw columns so far (name, DuckDB type)."""
    return CaptureJob(
        plan.code,
        plan.source,
        plan.origin,
        str(plan.batch_id),
        plan.feed.key,
        plan.arrived_at,
        stored,
        first=first_number(plan),
    )


def look_at_columns(plan: Plan, columns: Sequence[SourceColumn]) -> None:
    """Keep the columns that the source shows; raise SchemaDrifted when one that the feed uses is not as it knew it."""
    plan.seen[:] = columns
    typed = connector_class(plan.connector).capabilities.typed
    check_columns(plan.code, plan.feed, plan.known, columns, typed)


def compile_plan(plan: Plan, columns: tuple[SourceColumn, ...]) -> CompiledMapping:
    """Compile the plan's mapping; a run asks twice, when it has opened the source and when the rows have landed."""
    key = tuple((column.name, raw_type(column.type)) for column in columns)
    if key not in plan.compiled:
        plan.compiled[key] = _fresh(plan, columns)
    return plan.compiled[key]


def _fresh(plan: Plan, columns: tuple[SourceColumn, ...]) -> CompiledMapping:
    return compile_feed(
        plan.feed,
        plan.code,
        plan.org_code,
        plan.dataset,
        columns,
        table=plan.raw_table,
        buckets=plan.buckets,
    )


class Polled:
    """Tells the progress of the session's statement while it runs; stops it when the progress says so."""

    def __init__(self, session: Session, progress: Progress) -> None:
        self._session, self._progress = session, progress
        self._over = Event()
        self._stopped: BaseException | None = None
        self._thread = Thread(target=self._poll, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._stopped is not None:
            raise self._stopped

    def _poll(self) -> None:
        told = 0
        while not self._over.wait(POLL_SECONDS):
            try:
                percent = int(self._session.progress())
                self._progress.advance(max(percent - told, 0))
                if isinstance(self._progress, TellsWork) and self._session.rows_read + len(self._session.working):
                    pieces = [f"分块 {piece}" for _, piece in sorted(self._session.working.copy().items())]
                    self._progress.working(pieces, self._session.rows_read or None)
                told = max(percent, told)
            except BaseException as error:  # a cancelled job says so by any exception of its progress
                self._stopped = error
                self._session.interrupt()
                return
