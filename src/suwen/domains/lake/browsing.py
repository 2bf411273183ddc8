"""Rows of a table to look through: what a reader asks for (filters, search, order, page) as a statement over the table.

Which columns may be asked for is for the room to say that shows the table; what the reader sees of them is the door's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import pyarrow as pa
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlglot import exp

from suwen.domains.lake.errors import FieldNotOpen
from suwen.domains.lake.service import Lake
from suwen.domains.standards.public import ElementType
from suwen.kernel.errors import Invalid
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

Row = dict[str, Any]
COMPARISONS: Mapping[str, type[exp.Binary]] = {
    "eq": exp.EQ,
    "ne": exp.NEQ,
    "gt": exp.GT,
    "gte": exp.GTE,
    "lt": exp.LT,
    "lte": exp.LTE,
}
OPERATORS = (*COMPARISONS, "in", "contains", "null")
TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "decimal": Decimal,
    "date": date,
    "datetime": datetime,
    "boolean": bool,
}
"""Python types of the values of a filter, by ElementType."""
_PORTION = 8192


class RowColumn(BaseModel):
    """A column of a page of rows; `open` says whether the caller may filter and sort by it."""

    name: str
    title: str
    title_en: str
    type: ElementType
    value_set: str | None
    unit: str | None
    grade: int
    masked: bool
    hidden: bool
    open: bool


class RowPage(BaseModel):
    """A page of a table's rows; `labels` gives, by column, the meaning of the codes on the page."""

    columns: list[RowColumn]
    items: list[dict[str, Any]]
    labels: dict[str, dict[str, str]]
    total: int
    page: int
    page_size: int


@dataclass
class Wanted:
    """Rows that are wanted: conditions with their parameters, order and page."""

    conditions: list[exp.Expr] = field(default_factory=list[exp.Expr])
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    order: list[exp.Expr] = field(default_factory=list[exp.Expr])

    def compare(self, column: str, operator: str, value: object) -> None:
        """Keep rows whose column compares so with the value; for contains, whatever the case of the letters."""
        if operator == "null":
            missing = exp.Is(this=_column(column), expression=exp.null())
            self.conditions.append(missing if value else exp.not_(missing))
        elif operator == "in":
            values = cast("Sequence[object]", value)
            self.conditions.append(exp.or_(*(exp.EQ(this=_column(column), expression=self._bound(v)) for v in values)))
        elif operator == "contains":
            self.conditions.append(self._containing(column, self._bound(value)))
        else:
            self.conditions.append(COMPARISONS[operator](this=_column(column), expression=self._bound(value)))

    def search(self, columns: Sequence[str], text: str) -> None:
        """Keep rows where any of the columns contains the text."""
        bound = self._bound(text)
        self.conditions.append(exp.or_(*(self._containing(column, bound.copy()) for column in columns)))

    def sort(self, column: str, *, descending: bool) -> None:
        """Order the rows by a column, empty ones last."""
        self.order.append(exp.Ordered(this=_column(column), desc=descending, nulls_first=False))

    def _bound(self, value: object) -> exp.Placeholder:
        name = f"p{len(self.params)}"
        self.params[name] = value
        return exp.Placeholder(this=name)

    def _containing(self, column: str, text: exp.Expr) -> exp.Expr:
        position = exp.StrPosition(this=exp.Lower(this=_column(column)), substr=exp.Lower(this=text))
        return exp.GT(this=position, expression=exp.Literal.number(0))


def wanted_of(
    request: PageRequest, types: Mapping[str, str], present: Sequence[str], searched: Sequence[str]
) -> Wanted:
    """Return what a request asks for of a table.

    types: the columns that may be filtered and sorted by, with their ElementType. present: those that the table has;
    what is asked of another is left out. searched: where the free text is looked for.
    Raises FieldNotOpen, Invalid for an operator or a value that does not fit.
    """
    wanted = Wanted()
    for key, text in request.filters.items():
        name, _, operator = key.partition(".")
        if name not in types:
            raise FieldNotOpen(name, types)
        operator = operator or "eq"
        if operator not in OPERATORS:
            raise Invalid("未知的筛选运算", received=operator, allowed=OPERATORS)
        value = _value(text, operator, types[name], key)
        if name in present:
            wanted.compare(name, operator, value)
    if request.q and searched:
        wanted.search(searched, request.q)
    for key in request.sort:
        name = key.removeprefix("-")
        if name not in types:
            raise FieldNotOpen(name, types)
        if name in present:
            wanted.sort(name, descending=key.startswith("-"))
    return wanted


def count_rows(lake: Lake, table: str, wanted: Wanted, scope: Scope) -> int:
    """Return the number of rows of a table (`layer.name`) that are wanted."""
    query = rows_query(table, wanted, exp.alias_(exp.Count(this=exp.Star()), "n"))
    return int(lake.select(query, scope=scope, params=wanted.params).to_pylist()[0]["n"])


def read_rows(
    lake: Lake, table: str, columns: Sequence[str], wanted: Wanted, scope: Scope, limit: int, offset: int
) -> list[Row]:
    """Return a page of the wanted rows."""
    query = page_query(table, columns, wanted).limit(limit).offset(offset)
    return lake.select(query, scope=scope, params=wanted.params).to_pylist()


def stream_rows(lake: Lake, table: str, columns: Sequence[str], wanted: Wanted, scope: Scope) -> Iterator[list[Row]]:
    """Yield all wanted rows in portions, read while they are asked for."""
    query = page_query(table, columns, wanted)
    reader = lake.stream(query, scope=scope, params=wanted.params, batch_rows=_PORTION)
    for batch in cast("Iterator[pa.RecordBatch]", reader):
        yield batch.to_pylist()


def page_query(table: str, columns: Sequence[str], wanted: Wanted) -> exp.Select:
    """Return the statement of the wanted rows in their order."""
    query = rows_query(table, wanted, *(_column(name) for name in columns))
    return query.order_by(*wanted.order) if wanted.order else query


def rows_query(table: str, wanted: Wanted, *selected: exp.Expr) -> exp.Select:
    """Return the statement of these expressions over the wanted rows, in no order."""
    layer, _, name = table.partition(".")
    source = exp.Table(this=exp.to_identifier(name), db=exp.to_identifier(layer))
    query = exp.select(*selected).from_(source)
    return query.where(*wanted.conditions) if wanted.conditions else query


def _value(text: str, operator: str, kind: str, key: str) -> object:
    target = bool if operator == "null" else str if operator == "contains" else TYPES[kind]
    adapter = TypeAdapter[Any](target)
    try:
        if operator == "in":
            return [adapter.validate_python(part) for part in text.split(",")]
        return adapter.validate_python(text)
    except ValidationError as error:
        raise Invalid("筛选值的类型不符", received=key, allowed=target.__name__) from error


def _column(name: str) -> exp.Column:
    return exp.column(exp.to_identifier(name, quoted=True))
