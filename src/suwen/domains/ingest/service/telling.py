"""Capture from a source that tells its changes: its rows once, then what it tells behind the last position."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest.capture import Captured, capture
from suwen.domains.ingest.changelog import ChangeSource, Shape
from suwen.domains.ingest.comparing import SEEN
from suwen.domains.ingest.completing import complete_changes
from suwen.domains.ingest.connector import Reading, ReadRequest
from suwen.domains.ingest.errors import ChangesLost
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawtable import SourceColumn
from suwen.domains.ingest.service.plan import Plan
from suwen.domains.ingest.service.planned import Polled, capture_job, compile_plan, first_number, look_at_columns
from suwen.domains.ingest.session import Session
from suwen.domains.lake.public import Lake
from suwen.kernel.durable import write_durably
from suwen.kernel.progress import Progress
from suwen.kernel.scope import Scope

_BEGUN, _TOLD = "begun.json", "told"
_KEYS = "input.keys"
_described: dict[str, tuple[tuple[str, ...], tuple[SourceColumn, ...]]] = {}
"""The columns of each feed of this process, and what they were asked for."""


@dataclass(frozen=True)
class Begun:
    """From where the changes of a table are kept at its source, and which columns they tell."""

    position: str
    columns: tuple[str, ...]


def begin(plan: Plan, changes: ChangeSource) -> Begun:
    """Have the source keep its changes before the rows are read; a read in pieces that broke off stays on what it had.

    Raises SourceNotPrepared, SourceUnavailable.
    """
    path = plan.folder / _BEGUN
    if path.exists():
        held = json.loads(path.read_text(encoding="utf-8"))
        try:
            changes.waiting(held["position"])
            return Begun(held["position"], tuple(held["columns"]))
        except ChangesLost:
            # The pieces that are here are older than anything that can be told now.
            shutil.rmtree(plan.folder)
    begun = Begun(changes.begin(), changes.shape().columns)
    plan.folder.mkdir(parents=True, exist_ok=True)
    write_durably(path, json.dumps(asdict(begun)))
    return begun


def capture_changes(
    plan: Plan, lake: Lake, changes: ChangeSource, stored: tuple[tuple[str, str], ...], progress: Progress
) -> Captured:
    """Write what the source tells behind the feed's position. Raises ChangesLost, SourceUnavailable."""
    files = plan.folder / _TOLD
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    with Session(plan.folder / "spill") as session:
        columns = _columns(plan, changes.shape(), session)
        look_at_columns(plan, columns)
        told = changes.tell(plan.high_water or "", columns, files, lambda _: progress.advance(0))
        compile_plan(plan, told.columns)

        def complete(within: Session, raw: Sequence[tuple[str, str]]) -> None:
            complete_changes(within, raw, plan.folder, first_number(plan), lambda keys: _known(plan, lake, keys))

        job = replace(
            capture_job(plan, stored),
            high_water=told.position,
            told=True,
            complete=complete if told.partial else None,
        )
        with Polled(session, progress):
            captured = capture(session, Reading(told.sql, told.columns, changes=True), job, plan.folder)
    shutil.rmtree(files, ignore_errors=True)
    return captured


def _columns(plan: Plan, shape: Shape, session: Session) -> tuple[SourceColumn, ...]:
    """Return the columns that changes tell, as the rows are read; asked anew when they differ from the last time."""
    key = (plan.connector, str(plan.feed.table), shape.version)
    held = _described.get(plan.code)
    if held is None or held[0] != key:
        # Attaching the source takes longer than all else that a small batch does.
        found = plan.connected().columns(session, ReadRequest(table=plan.feed.table))
        held = _described[plan.code] = key, tuple(column for column in found if column.name in shape.columns)
    return held[1]


def _known(plan: Plan, lake: Lake, keys: pa.Table | None) -> Path:
    """Write the rows that the source was known to hold before the batch, those of some keys (k) or all."""
    path = plan.folder / SEEN / "known.parquet"
    rows = plan.state.rows()
    given = {}
    if keys is not None:
        found = exp.select("known.*").from_(rows.subquery("known"))
        rows = found.join(exp.to_table(_KEYS).as_("wanted"), on=fill("known._source_key = wanted.k"), join_type="SEMI")
        given = {_KEYS: keys}
    lake.copy_out(rows, path, "parquet", scope=Scope.everything(), params=plan.state.params, tables=given)
    return path
