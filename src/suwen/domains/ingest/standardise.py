"""From landed rows to std and quarantine: lake writes that happen once, and the proof that no row is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.capture import REFUSED, Captured
from suwen.domains.ingest.errors import LostRows
from suwen.domains.ingest.mapping.compiler import CompiledMapping
from suwen.domains.ingest.mapping.statement import APART, DOUBLED, DUPLICATE_KEY
from suwen.domains.ingest.mapping.statement import Reading as Rows
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawstate import touched_keys
from suwen.domains.lake.public import (
    Aside,
    ColumnSpec,
    CommitTag,
    Input,
    Lake,
    Leaving,
    ParquetFiles,
    TableSpec,
    mapped_kinds,
    table_of,
    translated,
)
from suwen.domains.standards.public import Dataset
from suwen.kernel.durable import write_durably
from suwen.kernel.scope import Scope

EVERYTHING = Scope.everything()
RAW_SYSTEM = (
    ColumnSpec("_batch_id", "string"),
    ColumnSpec("_op", "string"),
    ColumnSpec("_source_key", "string", grade=4),
    ColumnSpec("_row_digest", "integer"),
    ColumnSpec("_seq", "integer"),
    ColumnSpec("_arrived_at", "datetime"),
)
RAW_TOLD = (ColumnSpec("_committed_at", "datetime"), ColumnSpec("_sequence", "integer"))
"""Columns of raw tables whose source tells its changes itself; see rawtable.TOLD."""


@dataclass(frozen=True)
class Stage:
    """What the lake steps of a batch need. number: version of its commits. refused: rows of `refused.parquet`.

    raw_batch: whose raw rows are read. reading: all of them, those of them that count, or the state up to that batch,
    from batch `begins` on (empty: from the first). own: they are put over the feed's rows instead of replacing them.
    all_again: a file that says that a batch of changes was found to need the whole state; a killed run must find the
    same.
    """

    feed: str
    source: str
    org_code: str
    dataset: Dataset
    number: int
    raw_table: str
    raw_batch: str
    refused: int
    reading: Rows
    own: bool
    begins: str
    all_again: Path
    buckets: int
    arrived_at: datetime

    @property
    def read(self) -> dict[str, object]:
        """The values that the mapping's statements bind."""
        return {"batch": self.raw_batch, "whole": self.begins}


@dataclass(frozen=True)
class Outcome:
    """Counts of a batch: rows_in = rows_std + rows_quarantined. reasons: (reason, element) → rows."""

    rows_in: int
    rows_std: int
    rows_quarantined: int
    reasons: dict[tuple[str, str], int]


def raw_columns(lake: Lake, table: str) -> tuple[tuple[str, str], ...]:
    """Return name and DuckDB type of a raw table's source columns; none when it does not exist yet."""
    if not lake.exists("raw", table):
        return ()
    system = {column.name for column in (*RAW_SYSTEM, *RAW_TOLD)}
    spec = lake.snapshot("raw", table).spec
    return tuple((column.name, _duck_type(column.type)) for column in spec.columns if column.name not in system)


def land(lake: Lake, table: str, captured: Captured, folder: Path, tag: CommitTag) -> None:
    """Put the captured files into the raw table; the same tag again changes nothing."""
    stored = lake.snapshot("raw", table).spec.columns if lake.exists("raw", table) else ()
    kinds = {name: _lake_type(kind) for name, kind in captured.columns}
    system = {column.name: column for column in (*RAW_SYSTEM, *(RAW_TOLD if captured.told else ()))}
    columns = [ColumnSpec(c.name, kinds.get(c.name, c.type), c.grade, c.mask) for c in stored]
    held = {column.name for column in columns}
    fresh = [ColumnSpec(name, kind, grade=5) for name, kind in kinds.items()] + list(system.values())
    spec = TableSpec("raw", table, (*columns, *(column for column in fresh if column.name not in held)))
    lake.ensure(spec)
    if not captured.files:
        return
    paths = captured.paths(folder)
    # Adopted files are moved into the table, so a second name is given away: a run killed here still has the first.
    adopt = spec.names == (*(name for name, _ in captured.columns), *system)
    given = _linked(lake, paths, tag) if adopt else tuple(str(path) for path in paths)
    try:
        lake.append(spec, ParquetFiles(given, adopt=adopt), tag)
    finally:
        for name in given if adopt else ():
            Path(name).unlink(missing_ok=True)


def standardise(lake: Lake, stage: Stage, mapping: CompiledMapping, folder: Path | None) -> Outcome:
    """Write a batch's rows to std and quarantine. Raises LostRows when the counts differ."""
    spec = table_of(stage.dataset, stage.buckets)
    lake.ensure(spec)
    earlier = _reasons(lake, stage.feed, None) if lake.exists(quarantine.TABLE.ref) else {}
    mapping = mapping.reading(stage.reading)
    landed, doubled = _counted(lake, stage, mapping)
    if stage.reading == "changes" and _needs_all(lake, stage, mapping, doubled, earlier):
        stage = replace(stage, reading="state", own=False)
        mapping = mapping.reading("state")
        landed, doubled = _counted(lake, stage, mapping)
    params = stage.read
    tables: dict[str, Input] = {DOUBLED: doubled}
    if not doubled.num_rows:
        mapping, tables = mapping.without_repeats(), {}
    tag = CommitTag(f"ingest:{stage.feed}", stage.number)
    # Row numbers count within a batch; the newest rows are those of many.
    aside, made = (None, mapping.std) if stage.reading == "state" else (Aside(), mapping.apart().std)
    std = translated(stage.dataset, made, made.named_selects, mapped_kinds(lake, stage.source))
    if stage.own:
        gone = _touched(lake, stage) if stage.reading == "changes" else None
        written = lake.upsert(spec, std, tag, params=params, tables=tables, aside=aside, leaving=gone)
    else:
        written = lake.replace(spec, std, {"feed": stage.feed}, tag, params=params, tables=tables, aside=aside)
    rows_std = _std_rows(lake, stage) if written.skipped else written.rows
    reasons: dict[tuple[str, str], int] = {}
    if rows_std != landed or stage.refused or earlier or written.skipped:
        if aside is not None and not written.skipped:
            mapping = mapping.only_apart()
            tables[APART] = pa.table({"seq": pa.array(aside.numbers, pa.int64())})
        reasons = _quarantine(lake, stage, mapping, folder, tables)
    quarantined = sum(reasons.values())
    rows_in = landed + stage.refused
    if rows_in != rows_std + quarantined:
        raise LostRows(
            f"feed {stage.feed}: {rows_in} rows came in, {rows_std} are in std and {quarantined} in quarantine",
            received=rows_std + quarantined,
            allowed=str(rows_in),
        )
    return Outcome(rows_in, rows_std, quarantined, reasons)


def _touched(lake: Lake, stage: Stage) -> Leaving:
    """Return what std holds of the rows that a batch of changes tells of: it goes, under whichever key it stands."""
    keys = lake.select(touched_keys(stage.raw_table), scope=EVERYTHING, params=stage.read)
    return Leaving("source_key", keys, {"feed": stage.feed})


def _needs_all(
    lake: Lake, stage: Stage, mapping: CompiledMapping, doubled: pa.Table, earlier: Mapping[tuple[str, str], int]
) -> bool:
    """Say whether rows of the feed share a standard key: which of them counts is told only with all of them at hand."""
    if stage.all_again.exists():
        return True
    refused = any(reason == DUPLICATE_KEY for reason, _ in earlier)
    if not (refused or doubled.num_rows or _contested(lake, stage, mapping)):
        return False
    stage.all_again.parent.mkdir(parents=True, exist_ok=True)
    write_durably(stage.all_again, "")
    return True


def _contested(lake: Lake, stage: Stage, mapping: CompiledMapping) -> bool:
    """Say whether a changed row has the standard key of a row in std that did not change."""
    new = exp.select(*(exp.column(name) for name in stage.dataset.key)).from_(
        mapping.without_repeats().std.subquery("new", copy=False)
    )
    touched = touched_keys(stage.raw_table)
    query = (
        exp.select(exp.alias_(fill("COUNT(*)"), "n"))
        .from_(exp.to_table(f"std.{stage.dataset.code}").as_("old"))
        .join(new.subquery("changed"), join_type="SEMI", using=list(stage.dataset.key))
        .join(touched.subquery("touched"), join_type="ANTI", on=fill("old.source_key = touched.k"))
        .where(fill("old.feed = f", f=exp.Placeholder(this="feed")))
    )
    params = {**stage.read, "feed": stage.feed}
    return bool(lake.select(query, scope=EVERYTHING, params=params).to_pylist()[0]["n"])


def _linked(lake: Lake, paths: tuple[Path, ...], tag: CommitTag) -> tuple[str, ...]:
    linked: list[str] = []
    for path in paths:
        second = lake.staging / f"{tag.app_id.replace(':', '-')}-{tag.version}-{path.name}"
        second.unlink(missing_ok=True)
        second.hardlink_to(path)
        linked.append(str(second))
    return tuple(linked)


def _quarantine(
    lake: Lake, stage: Stage, mapping: CompiledMapping, folder: Path | None, tables: Mapping[str, Input]
) -> dict[tuple[str, str], int]:
    lake.ensure(quarantine.TABLE)
    file = folder / REFUSED if stage.refused and folder is not None else None
    query = quarantine.rejected(mapping.rejects, "file" if file else "stored" if stage.refused else "none")
    if stage.own:
        query = quarantine.carried_over(query, stage.raw_table)
    params = stage.read | {
        "org_code": stage.org_code,
        "source": stage.source,
        "feed": stage.feed,
        "dataset": stage.dataset.code,
        "arrived_at": stage.arrived_at.replace(tzinfo=None).isoformat(" "),
    }
    pieces = {quarantine.REFUSED_INPUT: ParquetFiles((str(file),))} if file else {}
    tag = CommitTag(f"ingest:{stage.feed}", stage.number)
    lake.replace(quarantine.TABLE, query, {"feed": stage.feed}, tag, params=params, tables={**tables, **pieces})
    batch = None if stage.reading == "state" else stage.raw_batch
    return _reasons(lake, stage.feed, batch)


def _reasons(lake: Lake, feed: str, batch: str | None) -> dict[tuple[str, str], int]:
    query = quarantine.counts(of_batch=batch is not None)
    params: dict[str, object] = {"feed": feed} if batch is None else {"feed": feed, "batch": batch}
    rows = lake.select(query, scope=EVERYTHING, params=params).to_pylist()
    return {(str(row["reason"]), str(row["element"])): int(row["n"]) for row in rows}


def _counted(lake: Lake, stage: Stage, mapping: CompiledMapping) -> tuple[int, pa.Table]:
    """Return how many raw rows a batch shares out, and the table `DOUBLED` of the keys that come twice among them."""
    found = lake.select(mapping.counted, scope=EVERYTHING, params=stage.read)
    keys = found.column("k")
    return int(found.filter(keys.is_null())["n"][0].as_py()), found.filter(keys.is_valid()).select(["k", "l"])


def _std_rows(lake: Lake, stage: Stage) -> int:
    """Count the std rows of a batch that was committed by a run which died before it could say so."""
    condition = "feed = f AND batch_id = b" if stage.own else "feed = f"
    query = (
        exp.select(exp.alias_(fill("COUNT(*)"), "n"))
        .from_(exp.to_table(f"std.{stage.dataset.code}"))
        .where(fill(condition, f=exp.Placeholder(this="feed"), b=exp.Placeholder(this="batch")))
    )
    params = {"feed": stage.feed, "batch": stage.raw_batch}
    return int(lake.select(query, scope=EVERYTHING, params=params).to_pylist()[0]["n"])


def _lake_type(kind: str) -> str:
    return {"VARCHAR": "string", "BIGINT": "integer", "INTEGER": "int", "TIMESTAMP": "datetime", "BLOB": "binary"}.get(
        kind, kind.lower()
    )


def _duck_type(kind: str) -> str:
    return {
        "string": "VARCHAR", "integer": "BIGINT", "int": "INTEGER", "datetime": "TIMESTAMP", "binary": "BLOB"
    }.get(kind, kind.upper())  # fmt: skip
