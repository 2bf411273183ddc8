"""A resource's rows straight from a model: `ModelSource` narrows, sorts, pages and writes within the caller's scope."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import ColumnElement, Select, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapper

from suwen.kernel.database import Base, UnitOfWork
from suwen.kernel.errors import Conflict, Forbidden, NotFound
from suwen.kernel.repository import Field, Page, PageRequest, Repository, narrowed
from suwen.kernel.scope import Scope

M = TypeVar("M", bound=Base)


class ModelSource(Generic[M]):
    """Rows of one model, e.g. `ModelSource(Rule, scope_column="org_code", search=("name",))`.

    scope_column: the model's column with the institution's code; None only when rows belong to no institution.
    search: text columns that the free search looks into. default_sort: `-name` for descending; the primary key
    always breaks ties, so that pages never overlap. Override `query` or the writing methods for what is special.
    """

    def __init__(
        self,
        model: type[M],
        *,
        scope_column: str | None = None,
        search: Sequence[str] = (),
        default_sort: Sequence[str] = (),
    ) -> None:
        self.model = model
        self._scope_column = scope_column
        self.search = tuple(search)
        self.default_sort = tuple(default_sort)
        mapper = cast("Mapper[M]", inspect(model))
        self.attributes: Mapping[str, ColumnElement[Any]] = {a.key: getattr(model, a.key) for a in mapper.column_attrs}
        self.key_columns = tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)
        wanted = {*self.search, *(name.removeprefix("-") for name in self.default_sort)}
        if scope_column:
            wanted.add(scope_column)
        if unknown := sorted(wanted - set(self.attributes)):
            raise ValueError(f"{model.__name__} has no column {unknown}")

    @property
    def scope_column(self) -> str | None:
        """Column with the institution's code, or None."""
        return self._scope_column

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[M]:
        """Return the rows that the scope lets through."""
        query = select(self.model)
        if self._scope_column is not None and scope.orgs is not None:
            query = query.where(self.attributes[self._scope_column].in_(sorted(scope.orgs)))
        return query

    def fields(self) -> Mapping[str, Field]:
        """Return the columns that a request may filter and sort by."""
        return {name: Field(column, _python_type(column)) for name, column in self.attributes.items()}

    async def list(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Page[Any]:
        """Return one page of the rows within the scope."""
        return await Repository(uow.session).page(self._narrowed(uow, scope, request), request)

    async def get(self, uow: UnitOfWork, scope: Scope, key: str) -> M:
        """Return one row. Raises NotFound, also when the scope hides it."""
        column = self.attributes[self.key_columns[0]]
        try:
            value = TypeAdapter[Any](_python_type(column)).validate_python(key)
        except ValidationError as error:
            raise NotFound("没有此记录", received=key) from error
        row = await Repository(uow.session).one_or_none(self.query(uow, scope).where(column == value))
        if row is None:
            raise NotFound("没有此记录", received=key)
        return row

    async def iterate(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> AsyncIterator[object]:
        """Yield all rows within the scope that the request lets through, read in portions."""
        query = self._narrowed(uow, scope, request).execution_options(yield_per=500)
        async for row in await uow.session.stream_scalars(query):
            yield row

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a new row. Raises Forbidden for an institution outside the scope, Conflict for a key that is taken."""
        values = data.model_dump()
        self._check_scope(scope, values)
        row = self.model(**values)
        uow.session.add(row)
        await self._flush(uow)
        return row

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change the fields set in `data`. Raises NotFound, Forbidden, Conflict."""
        row = await self.get(uow, scope, key)
        values = data.model_dump(exclude_unset=True)
        if self._scope_column in values:
            self._check_scope(scope, values)
        for name, value in values.items():
            setattr(row, name, value)
        await self._flush(uow)
        return row

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Remove a row. Raises NotFound, or Conflict while other rows refer to it."""
        row = await self.get(uow, scope, key)
        await uow.session.delete(row)
        await self._flush(uow)

    def _narrowed(self, uow: UnitOfWork, scope: Scope, request: PageRequest) -> Select[M]:
        search = [self.attributes[name] for name in self.search]
        query = narrowed(self.query(uow, scope), request, self.fields(), search, self.default_sort)
        return query.order_by(*(self.attributes[name] for name in self.key_columns))

    def _check_scope(self, scope: Scope, values: Mapping[str, Any]) -> None:
        if self._scope_column is not None and not scope.allows(values.get(self._scope_column)):
            raise Forbidden("该机构不在您的数据范围内", received=values.get(self._scope_column))

    async def _flush(self, uow: UnitOfWork) -> None:
        try:
            await uow.session.flush()
        except IntegrityError as error:
            # The driver's text quotes the values, so only the constraint's name goes on.
            constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
            raise Conflict("数据与已有记录冲突，或仍被引用", constraint=constraint) from error


def _python_type(column: ColumnElement[Any]) -> Any:
    try:
        return column.type.python_type
    except NotImplementedError:
        return str
