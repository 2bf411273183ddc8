"""A resource's rows that no table holds: computed for the caller, then filtered, sorted and paged like any other."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Select,
    Text,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.repository import Field, Page, PageRequest, Repository, narrowed
from suwen.kernel.resources import plain_type
from suwen.kernel.scope import Scope

S = TypeVar("S", bound=BaseModel)
_STORED: Mapping[Any, TypeEngine[Any]] = {
    bool: Boolean(),
    int: BigInteger(),
    float: Double(),
    date: Date(),
    datetime: DateTime(timezone=True),
}


class ComputedSource(Generic[S]):
    """Rows of a schema that a function computes within the scope, e.g. one for each dataset of the lake.

    The database narrows and orders them, by the very conditions and order of a stored list. Made for some hundreds of
    rows: all are computed for every page. key: the field that identifies a row and breaks ties. search: text fields
    that the free search looks into. `scope_column` is None: a row sums up institutions, within the scope.
    """

    scope_column = None

    def __init__(
        self,
        schema: type[S],
        rows: Callable[[UnitOfWork, Scope], Awaitable[Sequence[S]]],
        *,
        key: str,
        search: Sequence[str] = (),
    ) -> None:
        self.schema, self.rows, self.key, self.search = schema, rows, key, tuple(search)
        if unknown := sorted({key, *search} - set(schema.model_fields)):
            raise ValueError(f"{schema.__name__} has no field {unknown}")
        self._types = {name: plain_type(field.annotation) for name, field in schema.model_fields.items()}

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[S]:
        """Return one page of the rows."""
        rows = await self._by_key(uow, scope)
        found = await Repository(uow.session).page(self._narrowed(rows, request), request)
        return Page([rows[key] for key in found.items], found.total, found.page, found.page_size)

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> S:
        """Return one row. Raises NotFound."""
        rows = await self._by_key(uow, scope)
        if key not in rows:
            raise NotFound("没有此记录", received=key, allowed=list(rows))
        return rows[key]

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield all rows that the request lets through."""
        rows = await self._by_key(uow, scope)
        for key in await Repository(uow.session).all(self._narrowed(rows, request)):
            yield rows[key]

    async def _by_key(self, uow: UnitOfWork, scope: Scope) -> dict[str, S]:
        return {str(getattr(row, self.key)): row for row in await self.rows(uow, scope)}

    def _narrowed(self, rows: Mapping[str, S], request: PageRequest) -> Select[str]:
        given = orjson.dumps([row.model_dump(mode="json") for row in rows.values()]).decode()
        columns = [column(name, _STORED.get(kind, Text())) for name, kind in self._types.items()]
        record = (
            func.jsonb_to_recordset(func.cast(bindparam("rows", given, Text), JSONB))
            .table_valued(*columns)
            .render_derived(with_types=True)
        )
        fields = {name: Field(record.c[name], kind if kind in _STORED else str) for name, kind in self._types.items()}
        query = select(record.c[self.key])
        search = [record.c[name] for name in self.search]
        return narrowed(query, request, fields, search).order_by(record.c[self.key])
