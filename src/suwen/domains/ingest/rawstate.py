"""What raw says of a source's rows: their state now, their state at a moment, and everything that happened to one key.

Raw is only ever added to. What a row of it means is its `_op` (decision record 0010):

    R  the row as it was read; in a whole batch (a full capture) rows that are missing have gone
    I, U  the row as it became, where the capture knows which of the two it was
    D  the row has gone; beside the system columns it is empty
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlglot import exp

from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawtable import SYSTEM, TOLD

WHOLE_MODE = "full"
"""The capture mode whose batches each hold all rows of the source."""
DELETED = "D"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class LandedBatch:
    """A batch whose own rows are in raw. arrived_at: when its read began (UTC)."""

    batch_id: str
    number: int
    mode: str
    arrived_at: datetime

    @property
    def whole(self) -> bool:
        """Whether it holds all rows of the source, so that it begins a new state."""
        return self.mode == WHOLE_MODE


@dataclass(frozen=True)
class RawState:
    """A state of a source, as rows of its raw table (name without layer).

    whole: the batch of all rows that it begins with; empty when there is none, so that it begins with the first change.
    last: the newest batch that counts; empty when nothing had landed. changes: whether batches of changes follow
    `whole`; without them the rows are those of one batch and are read without looking for newer ones.
    """

    table: str
    whole: str = ""
    last: str = ""
    changes: bool = False

    @classmethod
    def between(cls, table: str, whole: str, last: str) -> "RawState":
        """Return the state after batch `last` that begins with batch `whole`; either may be empty."""
        return cls(table, whole, last, changes=bool(last) and whole != last)

    @property
    def params(self) -> dict[str, object]:
        """Values to bind in `rows`."""
        return {"whole": self.whole, "last": self.last}

    def rows(self, *columns: str) -> exp.Select:
        """Return the SELECT of the state's rows: these raw columns (all when none is named). Bind `params`.

        One row for each `_source_key`, its newest; a key that a whole batch holds twice keeps both rows, and rows
        without a key stand for themselves.
        """
        wanted = [exp.column(exp.to_identifier(name, quoted=True)) for name in columns] or [exp.Star()]
        if not self.changes:
            return exp.select(*wanted).from_(_raw(self.table)).where(fill("_batch_id = w", w=_bound("whole")))
        return state_rows(self.table, wanted, last="last")


def state_rows(table: str, columns: Sequence[exp.Expr], *, last: str) -> exp.Select:
    """Return the SELECT of the newest row of each key, without deleted ones, from batch $whole to batch $<last>.

    Batch ids are time ordered. Rows without a key cannot supersede each other, nor can those of the whole batch.
    """
    within = fill("_batch_id >= w AND _batch_id <= n", w=_bound("whole"), n=_bound(last))
    return _newest(table, columns, within)


def changed_rows(table: str, columns: Sequence[str]) -> exp.Select:
    """Return the SELECT of what became of each key of which the batches of changes after $after, up to $last, tell.

    Rows whose newest is a deletion are not among them. Bind `whole` with ''.
    """
    wanted = [exp.column(exp.to_identifier(name, quoted=True)) for name in columns]
    return _newest(table, wanted, _since())


def changed_keys(table: str) -> exp.Select:
    """Return the SELECT of `k`: each key of which the batches after $after, up to $last, say anything."""
    return _keys(table, _since())


def last_rows(table: str) -> exp.Select:
    """Return the SELECT of the rows of batch $batch that count: the last of each key, without deleted ones."""
    place = "PARTITION BY _source_key ORDER BY _seq DESC"
    newest = fill(f"CASE WHEN _source_key IS NULL THEN 1 ELSE ROW_NUMBER() OVER ({place}) END")
    ranked = exp.select(exp.Star(), exp.alias_(newest, "_newest")).from_(_raw(table))
    ranked = ranked.where(fill("_batch_id = b", b=_bound("batch")))
    return exp.select(exp.Star()).from_(ranked.subquery("ranked")).where(_present())


def touched_keys(table: str) -> exp.Select:
    """Return the SELECT of `k`: each key of which batch $batch says anything."""
    return _keys(table, fill("_batch_id = b", b=_bound("batch")))


def key_rows(table: str) -> exp.Select:
    """Return the SELECT of everything that raw holds of the key $key, in the order in which it came."""
    held = exp.select(exp.Star()).from_(_raw(table)).where(fill("_source_key = k", k=_bound("key")))
    return held.order_by("_batch_id", "_seq")


@dataclass(frozen=True)
class Change:
    """One thing that happened to a row. before, after: its source columns, None where there was or is no row.

    batch_id: the batch that brought it, or that no longer held it. arrived_at: when that batch's read began (UTC).
    """

    op: Literal["I", "U", "D"]
    batch_id: str
    arrived_at: datetime
    before: Row | None
    after: Row | None

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of the source columns whose value differs."""
        before, after = self.before or {}, self.after or {}
        return tuple(name for name in {**before, **after} if before.get(name) != after.get(name))


def changes_of(rows: Iterable[Row], batches: Sequence[LandedBatch]) -> list[Change]:
    """Return what happened to a key, oldest first, from its raw rows (as `key_rows` gives them) and all landed batches.

    What was before is the row before: raw does not hold it twice. Rows that came again as they were are no change.
    """
    held: dict[str, list[Row]] = {}
    for row in rows:
        held.setdefault(str(row["_batch_id"]), []).append(row)
    found: list[Change] = []
    current: Row | None = None
    for batch in batches:
        came = held.get(batch.batch_id, [])
        if batch.whole:
            # Of a key that comes twice in one state, the last counts; one that does not come has gone.
            steps: list[Row | None] = [_source(came[-1]) if came else None]
        else:
            steps = [None if row["_op"] == DELETED else _source(row) for row in came]
        for after in steps:
            if after == current:
                continue
            op = "I" if current is None else "D" if after is None else "U"
            found.append(Change(op, batch.batch_id, batch.arrived_at, current, after))
            current = after
    return found


def _newest(table: str, columns: Sequence[exp.Expr], within: exp.Expr) -> exp.Select:
    newest = fill(
        "CASE WHEN _source_key IS NULL THEN 1 ELSE RANK() OVER (PARTITION BY _source_key "
        "ORDER BY _batch_id DESC, CASE WHEN _batch_id = w THEN 0 ELSE _seq END DESC) END",
        w=_bound("whole"),
    )
    ranked = exp.select(exp.Star(), exp.alias_(newest, "_newest")).from_(_raw(table)).where(within)
    return exp.select(*columns).from_(ranked.subquery("ranked")).where(_present())


def _keys(table: str, within: exp.Expr) -> exp.Select:
    keys = exp.select(exp.alias_(exp.column("_source_key"), "k")).distinct().from_(_raw(table))
    return keys.where(within, fill("NOT _source_key IS NULL"))


def _since() -> exp.Expr:
    return fill("_batch_id > a AND _batch_id <= n", a=_bound("after"), n=_bound("last"))


def _source(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in SYSTEM and name not in TOLD}


def _present() -> exp.Expr:
    return fill("_newest = 1 AND _op <> d", d=exp.Literal.string(DELETED))


def _raw(table: str) -> exp.Table:
    return exp.to_table(f"raw.{table}")


def _bound(name: str) -> exp.Placeholder:
    return exp.Placeholder(this=name)
