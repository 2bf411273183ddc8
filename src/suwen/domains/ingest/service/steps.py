"""The blocking steps of a run, called in threads; none of them touches PostgreSQL."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from suwen.domains.ingest import standardise as lake_steps
from suwen.domains.ingest.batchsums import DaySums, batch_sums, oldest
from suwen.domains.ingest.capture import KNOWN, Captured, capture, resume_capture
from suwen.domains.ingest.comparing import DIGESTS, digest_tag, keep_digests, write_digests
from suwen.domains.ingest.connector import Reading as SourceReading
from suwen.domains.ingest.connector import ReadRequest, Since
from suwen.domains.ingest.errors import InvalidDefinition
from suwen.domains.ingest.leaving import left_of
from suwen.domains.ingest.mapping.compiler import CompiledMapping
from suwen.domains.ingest.mapping.statement import Reading
from suwen.domains.ingest.rawrows import digests_again, target_columns
from suwen.domains.ingest.rawtable import SourceColumn, raw_name
from suwen.domains.ingest.service.plan import Plan
from suwen.domains.ingest.service.planned import Polled, capture_job, compile_plan, look_at_columns
from suwen.domains.ingest.service.telling import begin, capture_changes
from suwen.domains.ingest.session import Session
from suwen.domains.ingest.standardise import Outcome, Stage
from suwen.domains.ingest.watermark import known_rows, since_value
from suwen.domains.lake.public import CommitTag, Lake
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope


def check(plan: Plan, lake: Lake) -> tuple[str | None, CompiledMapping | None]:
    """Return the source's stamp, and the mapping when stamp and mapping are those of the last good batch.

    A repair has none: what it read says nothing of the rest of the source.
    """
    if plan.only is not None:
        return None, None
    if resume_possible(plan):
        return plan.connected().stamp(_request(plan)), None
    stamp = plan.connected().stamp(_request(plan))
    past = plan.past
    if stamp is None or past is None or past.stamp != stamp or plan.incremental:
        return stamp, None
    mapping = compiled(plan, lake, None)
    return stamp, mapping if mapping.digest == past.mapping_digest else None


def resume_possible(plan: Plan) -> bool:
    """Say whether an interrupted run left something of the capture."""
    return plan.folder.exists()


def capture_rows(plan: Plan, lake: Lake, progress: Progress) -> Captured:
    """Return the finished capture, made now or before the run was interrupted."""
    held = resume_capture(plan.folder)
    if held is not None:
        return held
    stored = lake_steps.raw_columns(lake, plan.raw_table)
    progress.stage(f"{plan.code} 采集", 100)
    changes = plan.changes() if plan.only is None else None
    if changes is not None and not plan.anew:
        return capture_changes(plan, lake, changes, stored, progress)
    begun = begin(plan, changes) if changes is not None else None
    connector = plan.connected()
    with Session(plan.folder / "spill") as session:
        request = _request(plan, session)
        if begun is not None:
            request = replace(request, columns=begun.columns)
        with connector.read(session, request) as opened:
            # What came by a node was narrowed there.
            reading = opened if plan.delivered is not None else left_of(plan.code, opened, plan.feed.leaves)
            look_at_columns(plan, reading.columns)
            # A column that the source no longer has is an error now, though raw still knows it.
            compile_plan(plan, reading.columns)
            if request.since is not None and stored:
                _write_known(plan, lake, request.since)
            job = replace(
                capture_job(plan, stored),
                changing=plan.feed.capture.column if plan.only is None else None,
                high_water=plan.high_water if begun is None else begun.position,
                compare=plan.compares,
                part=plan.compares and plan.only is not None,
                known=_known_digests(plan, lake, session, reading, stored) if plan.compares else None,
                told=begun is not None,
            )
            with Polled(session, progress):
                return capture(session, reading, job, plan.folder)


def compiled(plan: Plan, lake: Lake, captured: Captured | None) -> CompiledMapping:
    """Return the feed's mapping over the raw columns as they are, or will be once a capture has landed."""
    columns = captured.columns if captured is not None else lake_steps.raw_columns(lake, plan.raw_table)
    return compile_plan(plan, _as_the_source_names_them(plan, columns))


def vanished(plan: Plan, captured: Captured) -> bool:
    """Say whether so many rows are gone at the source that a person must say whether this is so."""
    before = captured.known if plan.confirmed is None else plan.confirmed
    left = before * (1 - plan.feed.capture.largest_loss)
    return captured.seen < before and (captured.seen == 0 or captured.seen < left)


def same_content(plan: Plan, captured: Captured, mapping: CompiledMapping) -> bool:
    """Say whether a capture brings nothing that the last good batch has not made standard the same way."""
    if plan.anew:
        return False
    if plan.incremental or plan.only is not None:
        return captured.rows == 0 and captured.refused == 0 and plan.past is not None
    if plan.holds_changes and captured.rows:
        return False
    past = plan.past
    if plan.holds_changes and not plan.compares:
        return past is not None and past.mapping_digest == mapping.digest
    return past is not None and past.digest == captured.digest and past.mapping_digest == mapping.digest


def land_rows(plan: Plan, lake: Lake, captured: Captured) -> str:
    """Put a capture into raw; returns the batch id of its rows, an earlier batch's when they are in raw already."""
    past = plan.past
    nothing_new = (plan.whole and not plan.anew) or (plan.compares and not captured.rows)
    if nothing_new and past is not None and past.digest == captured.digest and past.raw_batch_id:
        return past.raw_batch_id
    lake_steps.land(lake, plan.raw_table, captured, plan.folder, CommitTag(f"ingest:{plan.code}", plan.number))
    if plan.compares:
        with Session(plan.folder / "spill") as session:
            tag = digest_tag(session, captured.columns)
        keep_digests(plan.folder / DIGESTS, plan.digests / f"{plan.batch_id}-{tag}.parquet")
    return str(plan.batch_id)


def sum_up(plan: Plan, captured: Captured) -> list[DaySums]:
    """Return the sums of what was captured, by business day."""
    return batch_sums(captured.paths(plan.folder), captured.columns, plan.feed, plan.dataset, plan.folder / "spill")


def oldest_commit(plan: Plan, captured: Captured) -> datetime | None:
    """Return when the oldest of the changes captured was committed at the source; None where that is not told."""
    return oldest(captured.paths(plan.folder)) if captured.told else None


def standardise_rows(
    plan: Plan, lake: Lake, mapping: CompiledMapping, raw_batch: str, refused: int, progress: Progress
) -> Outcome:
    """Write std and quarantine."""
    progress.stage(f"{plan.code} 标准化", 1)
    reading = _reading(plan, mapping)
    stage = Stage(
        feed=plan.code,
        source=plan.source,
        org_code=plan.org_code,
        dataset=plan.dataset,
        number=plan.number,
        raw_table=plan.raw_table,
        raw_batch=raw_batch,
        refused=refused,
        reading=reading,
        own=not plan.whole and reading != "state",
        begins=plan.state.whole,
        all_again=plan.folder / "all-again",
        buckets=plan.buckets,
        arrived_at=plan.arrived_at,
    )
    folder = plan.folder if plan.folder.exists() else None
    outcome = lake_steps.standardise(lake, stage, mapping, folder)
    progress.advance()
    return outcome


def _reading(plan: Plan, mapping: CompiledMapping) -> Reading:
    """Return which raw rows a batch makes standard.

    The std of a feed of changes follows its mapping: when that has changed, or nothing was made standard yet, every row
    that the source is known to hold is made standard, not only those that changed.
    """
    if plan.whole:
        return "batch"
    if plan.replay:
        return "state"
    if not plan.holds_changes:
        return "batch"
    past = plan.past.mapping_digest if plan.past is not None else None
    return "changes" if past == mapping.digest else "state"


def _known_digests(
    plan: Plan, lake: Lake, session: Session, reading: SourceReading, stored: tuple[tuple[str, str], ...]
) -> Path | None:
    """Return the digests of what the source is known to hold; made again from raw where the kept ones do not fit.

    Not for a repair, which compares nothing: the next comparison makes them.
    """
    if not plan.state.last:
        return None
    columns = target_columns(reading.columns, stored)
    kept = plan.digests / f"{plan.state.last}-{digest_tag(session, columns)}.parquet"
    if kept.exists():
        return kept
    if plan.only is not None:
        return None
    rows, made = plan.folder / "state.parquet", plan.folder / "known-digests.parquet"
    rows.parent.mkdir(parents=True, exist_ok=True)
    lake.copy_out(plan.state.rows(), rows, "parquet", scope=Scope.everything(), params=plan.state.params)
    write_digests(session, digests_again(rows, columns, stored), made)
    rows.unlink()
    return made


def _request(plan: Plan, session: Session | None = None) -> ReadRequest:
    if plan.only is not None:
        return plan.only
    since = None
    if plan.incremental and plan.high_water is not None and session is not None and plan.feed.capture.column:
        value = since_value(session, plan.high_water, plan.feed.capture.overlap_seconds)
        since = Since(plan.feed.capture.column, value)
    return ReadRequest(table=plan.feed.table, query=plan.feed.query, since=since, by=next(iter(plan.feed.key), None))


def _as_the_source_names_them(plan: Plan, columns: tuple[tuple[str, str], ...]) -> tuple[SourceColumn, ...]:
    """Return the raw columns under the names that the mapping uses for them."""
    if not columns:
        raise InvalidDefinition(f"feed {plan.code} has landed nothing yet", received="replay")
    return tuple(SourceColumn(name, kind) for name, kind in columns)


def _write_known(plan: Plan, lake: Lake, since: Since) -> None:
    path: Path = plan.folder / KNOWN
    path.parent.mkdir(parents=True, exist_ok=True)
    query = known_rows(plan.raw_table, raw_name(since.column))
    lake.copy_out(query, path, "parquet", scope=Scope.everything(), params={"since": since.value})
