"""Quarantine 隔离区: the rows that cannot be made standard, each with its reason, kept beside raw."""

from typing import Literal

from sqlglot import exp

from suwen.domains.ingest.mapping.template import fill, struct, text
from suwen.domains.lake.public import ColumnSpec, TableSpec

MALFORMED, DUPLICATE = "malformed_row", "duplicate_key"
REASONS = {
    "missing_key": ("缺少主键", "Key missing"),
    "missing_patient": ("缺少患者标识", "Patient missing"),
    DUPLICATE: ("批内主键重复", "Key twice in a batch"),
    "unreadable_value": ("值无法解析", "Unreadable value"),
    MALFORMED: ("行结构错误", "Not a row"),
}
"""Reason codes with their Chinese and English titles."""


def reason_titles(code: str) -> tuple[str, str]:
    """Return the Chinese and English title of a reason; an unknown one is its own title."""
    return REASONS.get(code, (code, code))


REFUSED_INPUT = "input.refused"
Refused = Literal["none", "file", "stored"]

TABLE = TableSpec(
    "raw",
    "quarantine",
    (
        ColumnSpec("org_code", "string"),
        ColumnSpec("source", "string"),
        ColumnSpec("feed", "string"),
        ColumnSpec("dataset", "string"),
        ColumnSpec("batch_id", "string"),
        ColumnSpec("source_key", "string"),
        ColumnSpec("seq", "integer"),
        ColumnSpec("reason", "string"),
        ColumnSpec("element", "string"),
        ColumnSpec("received", "string"),
        ColumnSpec("row_json", "string", grade=5),
        ColumnSpec("arrived_at", "datetime"),
    ),
    sort=("feed", "source_key"),
)
"""One row for each refused source row; `row_json` holds it as received. Key: feed, batch_id, seq."""


def rejected(rejects: exp.Select, refused: Refused) -> exp.Query:
    """Return the quarantine rows of a batch: those the mapping rejects and, if any, the pieces that were no row.

    refused: where those are: in a file (`REFUSED_INPUT`), in quarantine since an earlier run, or there are none.
    Takes $org_code, $source, $feed, $dataset, $batch, $arrived_at.
    """
    place = ("org_code", "source", "feed", "dataset")
    held = exp.select(
        *(exp.alias_(exp.Placeholder(this=name), name) for name in place),
        *("batch_id", "source_key", "seq", "reason", "element", "received", "row_json", "arrived_at"),
    ).from_(rejects.subquery("rejects", copy=False), copy=False)
    if refused == "none":
        return held
    if refused == "stored":
        stored = exp.select(*TABLE.names).from_(exp.to_table(TABLE.ref))
        stored = stored.where(exp.column("feed").eq(exp.Placeholder(this="feed")))
        return exp.union(held, stored.where(exp.column("reason").eq(text(MALFORMED))), distinct=False, copy=False)
    row = exp.Anonymous(
        this="TO_JSON", expressions=[struct({"place": exp.column("place"), "text": exp.column("text", quoted=True)})]
    )
    pieces = exp.select(
        *(exp.alias_(exp.Placeholder(this=name), name) for name in place),
        exp.alias_(exp.Placeholder(this="batch"), "batch_id"),
        exp.alias_(exp.cast(exp.null(), "TEXT"), "source_key"),
        exp.alias_(fill("-1 * ROW_NUMBER() OVER (ORDER BY place)"), "seq"),
        exp.alias_(text(MALFORMED), "reason"),
        exp.alias_(exp.cast(exp.null(), "TEXT"), "element"),
        exp.alias_(exp.column("reason"), "received"),
        exp.alias_(exp.cast(row, "TEXT"), "row_json"),
        exp.alias_(exp.cast(exp.Placeholder(this="arrived_at"), "TIMESTAMP"), "arrived_at"),
    ).from_(exp.to_table(REFUSED_INPUT))
    return exp.union(held, pieces, distinct=False, copy=False)


def carried_over(fresh: exp.Query, raw_table: str) -> exp.Query:
    """Return the feed's quarantine after an incremental batch: `fresh`, and older rows whose key did not come again.

    Takes $feed and $batch.
    """
    again = (
        exp.select(exp.alias_(exp.column("_source_key"), "k"))
        .distinct()
        .from_(exp.to_table(f"raw.{raw_table}"))
        .where(fill("_batch_id = b AND NOT _source_key IS NULL", b=exp.Placeholder(this="batch")))
    )
    names = [exp.column(name, table="old") for name in TABLE.names]
    older = (
        exp.select(*names)
        .from_(exp.to_table(TABLE.ref).as_("old"))
        .join(again.subquery("again"), on=fill("old.source_key = again.k"), join_type="left")
        .where(fill("again.k IS NULL"))
        .where(exp.column("feed", table="old").eq(exp.Placeholder(this="feed")))
        .where(exp.column("batch_id", table="old").neq(exp.Placeholder(this="batch")))
    )
    new = exp.select(*TABLE.names).from_(fresh.subquery("fresh", copy=False), copy=False)
    return exp.union(new, older, distinct=False, copy=False)


def counts(*, of_batch: bool) -> exp.Select:
    """Return reason, element and n (rows) of $feed's quarantine, or of its batch $batch alone."""
    element = fill("COALESCE(element, '')")
    query = exp.select("reason", exp.alias_(element, "element"), exp.alias_(fill("COUNT(*)"), "n"))
    query = query.from_(exp.to_table(TABLE.ref)).where(exp.column("feed").eq(exp.Placeholder(this="feed")))
    if of_batch:
        query = query.where(exp.column("batch_id").eq(exp.Placeholder(this="batch")))
    return query.group_by("reason", element.copy())
