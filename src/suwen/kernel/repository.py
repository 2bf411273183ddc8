"""What every repository shares: typed access to rows, and pages of a filtered, sorted, searched query."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ARRAY, ColumnElement, Select, any_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suwen.kernel.errors import Invalid, NotFound

T = TypeVar("T")
MAX_PAGE_SIZE = 1000
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "null")


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a list are wanted.

    sort: field names, `-name` for descending. filters: `{"field": value}` or `{"field.<operator>": value}` with an
    operator of `OPERATORS`; `in` takes values joined by commas, `null` takes true or false. q: free search text.
    """

    page: int = 1
    page_size: int = 20
    sort: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict[str, str])
    q: str = ""

    def __post_init__(self) -> None:
        if self.page < 1 or not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise Invalid(
                "页码或每页行数超出范围",
                received=f"page={self.page}, page_size={self.page_size}",
                allowed=f"page>=1, page_size 1..{MAX_PAGE_SIZE}",
            )

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.page - 1) * self.page_size


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list and the number of rows in all."""

    items: Sequence[T]
    total: int
    page: int = 1
    page_size: int = 20


@dataclass(frozen=True)
class Field:
    """A column that a list may be filtered and sorted by; `type` turns the text of a filter into a value."""

    column: ColumnElement[Any]
    type: Any = str
    filter: bool = True
    sort: bool = True


def among(column: Any, values: Collection[object]) -> ColumnElement[bool]:
    """Return the condition that a column is one of some values: one parameter, however many they are.

    An IN list is a parameter for each; taking a text of thousands apart costs more than the query.
    """
    return column == any_(literal(list(values), ARRAY(column.type)))


class Repository:
    """Base of a room's repository: holds the session of the unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, row: T) -> T:
        """Add a new row; it is written at the next flush."""
        self.session.add(row)
        return row

    async def get(self, model: type[T], key: object) -> T:
        """Return a row by primary key. Raises NotFound."""
        row = await self.session.get(model, key)
        if row is None:
            raise NotFound(f"{model.__name__} 不存在", received=str(key))
        return row

    async def find(self, model: type[T], key: object) -> T | None:
        """Return a row by primary key, or None."""
        return await self.session.get(model, key)

    async def delete(self, row: object) -> None:
        """Delete a row at the next flush."""
        await self.session.delete(row)

    async def all(self, query: Select[T]) -> list[T]:
        """Return all rows of a query of one entity or column."""
        return list((await self.session.scalars(query)).all())

    async def one_or_none(self, query: Select[T]) -> T | None:
        """Return the only row of a query, or None."""
        return (await self.session.scalars(query)).one_or_none()

    async def attempt(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do some work that may fail for itself alone: when it raises, what it wrote is taken back, no more."""
        async with self.session.begin_nested():
            return await work()

    async def count(self, query: Select[Any]) -> int:
        """Return the number of rows of a query."""
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        return int((await self.session.scalar(counted)) or 0)

    async def page(self, query: Select[T], request: PageRequest) -> Page[T]:
        """Return the page that a request asks of an already narrowed and ordered query."""
        total = await self.count(query)
        items = await self.all(query.offset(request.offset).limit(request.page_size))
        return Page(items, total, request.page, request.page_size)


def narrowed(
    query: Select[T],
    request: PageRequest,
    fields: Mapping[str, Field],
    search: Sequence[ColumnElement[Any]] = (),
    default_sort: Sequence[str] = (),
) -> Select[T]:
    """Return the query with a request's filters, search text and order applied.

    Raises Invalid for an unknown field or operator, or a value that does not fit the field's type.
    """
    for key, value in request.filters.items():
        query = query.where(_condition(key, value, fields))
    if request.q and search:
        pattern = f"%{_escaped(request.q)}%"
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in search)))
    return query.order_by(*(_order(name, fields) for name in (*(request.sort or default_sort),)))


def _condition(key: str, value: str, fields: Mapping[str, Field]) -> ColumnElement[bool]:
    name, _, operator = key.partition(".")
    operator = operator or "eq"
    target = fields.get(name)
    allowed = sorted(n for n, f in fields.items() if f.filter)
    if target is None or not target.filter:
        raise Invalid("不能按此字段筛选", received=name, allowed=allowed)
    column = target.column
    match operator:
        case "null":
            wanted = bool(_value(value, bool, key))
            return column.is_(None) if wanted else column.is_not(None)
        case "contains":
            return column.ilike(f"%{_escaped(value)}%", escape="\\")
        case "in":
            return column.in_([_value(part, target.type, key) for part in value.split(",")])
        case "eq" | "ne" | "gt" | "gte" | "lt" | "lte":
            typed = _value(value, target.type, key)
            method = {"eq": "__eq__", "ne": "__ne__", "gt": "__gt__", "gte": "__ge__", "lt": "__lt__", "lte": "__le__"}
            return cast("ColumnElement[bool]", getattr(column, method[operator])(typed))
        case _:
            raise Invalid("未知的筛选运算", received=operator, allowed=OPERATORS)


def _order(name: str, fields: Mapping[str, Field]) -> ColumnElement[Any]:
    target = fields.get(name.removeprefix("-"))
    if target is None or not target.sort:
        raise Invalid("不能按此字段排序", received=name, allowed=sorted(n for n, f in fields.items() if f.sort))
    return target.column.desc().nulls_last() if name.startswith("-") else target.column.asc().nulls_last()


def _value(text: str, kind: Any, key: str) -> Any:
    if kind is str:
        return text
    try:
        return TypeAdapter[Any](kind).validate_python(text)
    except ValidationError as error:
        kind_name = getattr(kind, "__name__", str(kind))
        raise Invalid("筛选值的类型不符", received=f"{key}={text}", allowed=kind_name) from error


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
