"""Which files a query cannot need: those whose bounds contradict what it asks of a table's column.

A table that is only ever added to has a file for each write, and most questions are about one of them.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from suwen.domains.lake.schemas import DataFile, Snapshot
from suwen.kernel.masking import view_of
from suwen.kernel.scope import Scope

_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ, exp.GT: exp.LT, exp.GTE: exp.LTE, exp.LT: exp.GT, exp.LTE: exp.GTE
}  # fmt: skip
"""Comparisons, and what they become with their sides changed."""


def needed_files(
    table: exp.Table, snapshot: Snapshot, scope: Scope, params: Mapping[str, object]
) -> tuple[DataFile, ...]:
    """Return the files of a snapshot that can hold rows which the WHERE around a table lets through.

    Looked at are comparisons of a text column with a bound value or a literal, joined by AND, of a SELECT whose FROM
    names the table. A column that the scope masks or empties is compared as it is shown, and tells nothing of files.
    """
    if len(snapshot.files) < 2:
        return snapshot.files
    asked = [
        (name, kind, value)
        for name, kind, value in _comparisons(table, params)
        if (column := snapshot.spec.column(name)) is not None
        and column.type == "string"
        and view_of(column.grade, column.mask, scope) == "clear"
    ]
    if not asked:
        return snapshot.files
    found = tuple(file for file in snapshot.files if all(_possible(file, *each) for each in asked))
    # Engines know the files of a whole snapshot by their tuple.
    return snapshot.files if len(found) == len(snapshot.files) else found


def _comparisons(table: exp.Table, params: Mapping[str, object]) -> Iterator[tuple[str, type[exp.Expr], str]]:
    around = table.parent.parent if isinstance(table.parent, exp.From) else None
    where = around.args.get("where") if isinstance(around, exp.Select) else None
    if where is None or around is None:
        return
    alone = not around.args.get("joins")
    for condition in _joined_by_and(where.this):
        kind = _MIRRORED.get(type(condition))
        if kind is None:
            continue
        left, right = condition.this.unnest(), condition.expression.unnest()
        if isinstance(right, exp.Column):
            left, right = right, left
        else:
            kind = type(condition)
        value = _value(right, params)
        if (
            isinstance(left, exp.Column)
            and value is not None
            and (left.table == table.alias_or_name or (alone and not left.table))
        ):
            yield left.name, kind, value


def _joined_by_and(condition: exp.Expr) -> Iterator[exp.Expr]:
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        yield from _joined_by_and(condition.this)
        yield from _joined_by_and(condition.expression)
    else:
        yield condition


def _value(node: exp.Expr, params: Mapping[str, object]) -> str | None:
    if isinstance(node, exp.Placeholder):
        value = params.get(str(node.this))
        return value if isinstance(value, str) else None
    return str(node.this) if isinstance(node, exp.Literal) and node.is_string else None


def _possible(file: DataFile, column: str, kind: type[exp.Expr], value: str) -> bool:
    low, high = file.low.get(column), file.high.get(column)
    if not isinstance(low, str) or not isinstance(high, str):
        return True
    if kind is exp.EQ:
        return low <= value <= high
    if kind in (exp.GT, exp.GTE):
        return high > value or (kind is exp.GTE and high == value)
    return low < value or (kind is exp.LTE and low == value)
