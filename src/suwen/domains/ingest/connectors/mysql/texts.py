"""Values of changes as text, and how they become what a read of the table gives."""

from dataclasses import dataclass

from sqlglot import exp

from suwen.domains.ingest.rawtable import SourceColumn

BINARY = frozenset(
    ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry", "point", "linestring", "polygon",
     "multipoint", "multilinestring", "multipolygon", "geometrycollection")
)  # fmt: skip


@dataclass(frozen=True)
class SourceType:
    """A column of the source's table: its type without and with its length."""

    name: str
    data: str
    full: str

    @property
    def unsigned(self) -> bool:
        """Whether a number has no sign."""
        return "unsigned" in self.full or "zerofill" in self.full


def typed(column: SourceColumn, source: SourceType | None) -> exp.Expr:
    """Return the value of a column from its text in a change: what CONVERT(… USING utf8mb4) gives, bytes and BIT as
    hexadecimal digits.
    """
    value: exp.Expr = exp.column(exp.to_identifier(column.name, quoted=True))
    data = source.data if source is not None else ""
    if column.type == "BLOB" and source is not None and data == "bit":
        digits = 2 * -(-int(source.full.partition("(")[2].partition(")")[0] or 1) // 8)
        value = exp.func("unhex", exp.func("lpad", value, exp.Literal.number(digits), exp.Literal.string("0")))
    elif column.type == "BLOB":
        value = exp.Anonymous(this="unhex" if data in BINARY else "encode", expressions=[value])
    elif data == "time":
        # The table's rows come without the zeros at the end of a second.
        given = (value, exp.Literal.string(r"\.0+$|(\.\d*[1-9])0+$"), exp.Literal.string(r"\1"))
        value = exp.Anonymous(this="regexp_replace", expressions=list(given))
    elif column.type != "VARCHAR":
        value = exp.cast(value, exp.DataType.build(column.type, dialect="duckdb"))
    return exp.alias_(value, column.name, quoted=True)
