"""What of a source may leave it: columns, rows, masks; as a read of what is left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from suwen.domains.ingest.connector import Reading
from suwen.domains.ingest.definition import Leaving
from suwen.domains.ingest.errors import SourceUnreadable, UnknownSourceColumn
from suwen.domains.ingest.mapping.expression import parse_expression
from suwen.domains.ingest.pieces import Piece, Pieces
from suwen.domains.ingest.rawtable import SourceColumn, is_nested, raw_type
from suwen.kernel.masking import mask_sql

_ROW = "given"


@dataclass(frozen=True)
class _Pieces:
    """Pieces of which only what may leave is read."""

    pieces: Pieces
    head: str
    tail: str

    def cuts(self, rows: int) -> Sequence[str]:
        """Return where the table is cut."""
        return self.pieces.cuts(rows)

    def sql(self, piece: Piece) -> str:
        """Return the SELECT of a piece."""
        return f"{self.head} FROM ({self.pieces.sql(piece)}) AS {_ROW}{self.tail}"


def left_of(feed: str, reading: Reading, rules: Leaving | None) -> Reading:
    """Return the read of what may leave by a feed's rules. Raises UnknownSourceColumn, InvalidDefinition."""
    if rules is None:
        return reading
    known = {column.name.lower(): column for column in reading.columns}

    def named(place: str, name: str) -> SourceColumn:
        if name.lower() not in known:
            raise UnknownSourceColumn(feed, f"leaves, {place}", name, [one.name for one in reading.columns])
        return known[name.lower()]

    wanted = [named("columns", name) for name in rules.columns] if rules.columns is not None else reading.columns
    masks = {named("masks", name).name: kind for name, kind in rules.masks.items()}
    values: dict[str, exp.Expr] = {
        one.name: mask_sql(masks[one.name], exp.cast(_column(one.name), "TEXT"))
        if one.name in masks
        else _column(one.name)
        for one in wanted
    }
    columns = tuple(SourceColumn(one.name, "VARCHAR") if one.name in masks else one for one in wanted)
    where = _condition(feed, rules.where, named) if rules.where is not None else None
    tail = f" WHERE {where.sql('duckdb')}" if where is not None else ""
    return narrowed(reading, values, columns, tail)


def narrowed(
    reading: Reading, values: Mapping[str, exp.Expr], columns: tuple[SourceColumn, ...], tail: str = ""
) -> Reading:
    """Return the read of other columns: expressions over those of the rows read, `given`, by their new names."""
    chosen = exp.select(*(exp.alias_(value, name, quoted=True) for name, value in values.items())).sql("duckdb")
    pieces = _Pieces(reading.pieces, chosen, tail) if reading.pieces is not None else None
    sql = f"{chosen} FROM ({reading.sql}) AS {_ROW}{tail}"
    return replace(reading, sql=sql, columns=columns, pieces=pieces)


def plain(reading: Reading) -> Reading:
    """Return the read with values as raw keeps them, which parquet holds unharmed; types that SQL can cast back to."""
    values: dict[str, exp.Expr] = {}
    columns: list[SourceColumn] = []
    for column in reading.columns:
        value: exp.Expr = exp.column(exp.to_identifier(column.name, quoted=True), table=_ROW)
        nested = is_nested(column.type)
        if nested and raw_type(column.type) == "VARCHAR":
            value = exp.Anonymous(this="to_json", expressions=[value])
        values[column.name] = exp.cast(value, exp.DataType.build(raw_type(column.type), dialect="duckdb"))
        named = nested or column.type.upper().startswith(("ENUM", '"NULL"'))
        columns.append(SourceColumn(column.name, "VARCHAR" if named else column.type))
    return narrowed(replace(reading, changes=False), values, tuple(columns))


def typed(reading: Reading) -> Reading:
    """Return the read with its values cast to the types that its columns are said to have."""
    values: dict[str, exp.Expr] = {one.name: exp.cast(_column(one.name), type_of(one)) for one in reading.columns}
    return narrowed(reading, values, reading.columns)


def type_of(column: SourceColumn) -> exp.DataType:
    """Return a column's type as a node of a statement; what a node says is no SQL until it has been read as one.

    Raises SourceUnreadable for a type that there is not.
    """
    try:
        return exp.DataType.build(column.type, dialect="duckdb")
    except (ParseError, TokenError, ValueError) as error:
        raise SourceUnreadable(f"column {column.name} has a type that there is not", received=column.type) from error


def _condition(feed: str, text: str, named: Callable[[str, str], SourceColumn]) -> exp.Expr:
    parsed = parse_expression(feed, "leaves.where", text)

    def bound(node: exp.Expr) -> exp.Expr:
        return _column(named("where", node.name).name) if isinstance(node, exp.Column) else node

    return parsed.transform(bound)


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True), table=_ROW)
