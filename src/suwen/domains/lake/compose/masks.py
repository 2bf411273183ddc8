"""Masks of direct identifiers as SQL that runs alike on both engines; the values equal `kernel.masking.mask_value`."""

from sqlglot import exp

from suwen.domains.lake.column_types import sql_type
from suwen.domains.lake.compose.parse import LakeDialect
from suwen.domains.lake.schemas import ColumnSpec


def null_of(column: ColumnSpec) -> exp.Expression:
    """Return a NULL of the column's type."""
    return exp.cast(exp.null(), exp.DataType.build(sql_type(column.type), dialect=LakeDialect))


def masked(column: ColumnSpec) -> exp.Expression:
    """Return the masked value of a column; a kind without a rule, or another type than text, becomes NULL."""
    if column.mask == "birth_date" and column.type in ("date", "datetime"):
        template = "CAST(DATE_TRUNC('year', x) AS DATE)"
    elif column.type == "string" and column.mask in _TEMPLATES:
        template = _TEMPLATES[column.mask]
    else:
        return null_of(column)
    tree = exp.maybe_parse(template, dialect=LakeDialect)
    return tree.transform(lambda node: _column(column) if _is_x(node) else node)


def _is_x(node: exp.Expression) -> bool:
    return isinstance(node, exp.Column) and node.name == "x"


def _column(column: ColumnSpec) -> exp.Column:
    return exp.column(exp.to_identifier(column.name, quoted=True))


_TEMPLATES = {
    "name": "CASE WHEN LENGTH(x) > 0 THEN CONCAT(SUBSTRING(x, 1, 1), "
    "REPEAT('*', GREATEST(LENGTH(x) - 1, 1))) ELSE x END",
    "id_number": "CASE WHEN LENGTH(x) > 7 THEN CONCAT(SUBSTRING(x, 1, 3), REPEAT('*', LENGTH(x) - 7), "
    "SUBSTRING(x, LENGTH(x) - 3, 4)) ELSE REPEAT('*', LENGTH(x)) END",
    "phone": "CASE WHEN LENGTH(x) > 7 THEN CONCAT(SUBSTRING(x, 1, 3), REPEAT('*', LENGTH(x) - 7), "
    "SUBSTRING(x, LENGTH(x) - 3, 4)) ELSE REPEAT('*', LENGTH(x)) END",
    "card": "CASE WHEN LENGTH(x) > 4 THEN CONCAT(REPEAT('*', LENGTH(x) - 4), SUBSTRING(x, LENGTH(x) - 3, 4)) "
    "ELSE REPEAT('*', LENGTH(x)) END",
    "address": "CASE WHEN LENGTH(x) > 6 THEN CONCAT(SUBSTRING(x, 1, 6), '****') ELSE REPEAT('*', LENGTH(x)) END",
    "birth_date": "CONCAT(SUBSTRING(x, 1, 4), REPEAT('*', GREATEST(LENGTH(x) - 4, 0)))",
}
