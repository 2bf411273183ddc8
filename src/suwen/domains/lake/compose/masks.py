"""What a reader sees instead of a value: NULL, or the mask of a direct identifier."""

from sqlglot import exp

from suwen.domains.lake.column_types import sql_type
from suwen.domains.lake.compose.parse import LakeDialect
from suwen.domains.lake.schemas import ColumnSpec
from suwen.kernel.masking import KINDS, mask_sql


def type_expression(type_: str) -> exp.DataType:
    """Return a column type as SQL."""
    return exp.DataType.build(sql_type(type_), dialect=LakeDialect)


def null_of(column: ColumnSpec) -> exp.Expr:
    """Return a NULL of the column's type."""
    return exp.cast(exp.null(), type_expression(column.type))


def masked(column: ColumnSpec) -> exp.Expr:
    """Return the masked value of a column, in its own type.

    Texts are masked by `kernel.masking`; a birth date becomes the first day of its year; what cannot be masked in its
    type, or has an unknown kind, is NULL.
    """
    name = exp.column(exp.to_identifier(column.name, quoted=True))
    if column.mask == "birth_date" and column.type in ("date", "datetime"):
        year = exp.DateTrunc(this=name, unit=exp.Literal.string("YEAR"))
        return exp.cast(year, type_expression(column.type))
    if column.type == "string" and column.mask in KINDS:
        return mask_sql(column.mask, name)
    return null_of(column)
