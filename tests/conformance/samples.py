"""Makes up rows for any model, so that a conformance test can fill any list.

A room whose rows the generator cannot make up (a source of its own, a check constraint, rows in the lake) says in
`tests/<room>/seeds.py` how: `SEEDS = {"<resource name>": seed}` with `async def seed(context: SeedContext) -> str`,
which stores one row of the institution `context.org` and returns the key by which the list's detail finds it.
"""

import importlib
import importlib.util
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias, cast, get_args, get_origin

from sqlalchemy import Column as TableColumn
from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapper

from suwen.kernel.clock import now, today
from suwen.kernel.database import Base, UnitOfWork
from suwen.kernel.ids import new_id
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.resources import Resource, plain_type
from suwen.kernel.settings import Settings


@dataclass(frozen=True)
class SeedContext:
    """What a seed may use: the unit of work (committed by the caller), the settings, the institution to seed."""

    uow: UnitOfWork
    settings: Settings
    org: str


Seed: TypeAlias = Callable[[SeedContext], Awaitable[str]]


def seed_for(resource: Resource) -> Seed:
    """Return how a row of a resource is made: the room's own seed, else rows made up from the model."""
    module = f"tests.{resource.domain}.seeds"
    if importlib.util.find_spec(f"tests.{resource.domain}") and importlib.util.find_spec(module):
        seeds = cast("Mapping[str, Seed]", importlib.import_module(module).SEEDS)
        if resource.name in seeds:
            return seeds[resource.name]
    source = resource.source
    if not isinstance(source, ModelSource):
        raise LookupError(f"{resource.name}: its source is not a model's; say in {module} how a row is made")
    model = cast("type[Base]", source.model)  # pyright: ignore[reportUnknownMemberType]
    key_column, scope_column = source.key_columns[0], source.scope_column

    async def seed(context: SeedContext) -> str:
        fixed = {scope_column: context.org} if scope_column else {}
        row = await made_up(context.uow, model, fixed, resource)
        return str(getattr(row, key_column))

    return seed


async def made_up(
    uow: UnitOfWork, model: type[Base], fixed: Mapping[str, Any], resource: Resource | None = None
) -> Base:
    """Store a row with the fixed values, made-up ones for what has no default, and the rows that it refers to."""
    mapper = cast("Mapper[Base]", inspect(model))
    values: dict[str, Any] = dict(fixed)
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        if not isinstance(column, TableColumn):
            # Told by a query, stored nowhere.
            continue
        reference = next(iter(column.foreign_keys), None)
        if reference is not None and (attribute.key in values or not column.nullable):
            wanted = {reference.column.key: values[attribute.key]} if attribute.key in values else {}
            parent = await _parent(uow, _model_of(model, reference.column.table.name), wanted)
            values[attribute.key] = getattr(parent, reference.column.key)
        elif attribute.key not in values and not _filled_by_itself(column):
            values[attribute.key] = _value(attribute.key, column, resource)
    row = model(**values)
    uow.session.add(row)
    await uow.session.flush()
    return row


async def _parent(uow: UnitOfWork, model: type[Base], wanted: Mapping[str, Any]) -> Base:
    if wanted:
        query = select(model).filter_by(**wanted)
        if (found := (await uow.session.scalars(query)).first()) is not None:
            return found
    return await made_up(uow, model, wanted)


def _model_of(model: type[Base], table: str) -> type[Base]:
    for mapper in model.registry.mappers:
        if getattr(mapper.local_table, "name", None) == table:
            return cast("type[Base]", mapper.class_)
    raise LookupError(f"no model has the table {table}")


def _filled_by_itself(column: TableColumn[Any]) -> bool:
    if column.default is not None or column.server_default is not None or column.nullable:
        return True
    return bool(column.primary_key and column.autoincrement is True)


def _value(name: str, column: TableColumn[Any], resource: Resource | None) -> Any:
    if resource is not None and name in resource.schema.model_fields:
        declared = resource.column(name)
        if declared.options:
            return declared.options[0][0]
        kind = plain_type(resource.schema.model_fields[name].annotation)
        if get_origin(kind) is Literal:
            return get_args(kind)[0]
        if hasattr(kind, "__members__"):
            return next(iter(kind.__members__.values())).value
        if get_origin(kind) in (list, tuple, frozenset) or kind in (list, tuple):
            return []
    return _OF_TYPE[column.type.python_type]()


_OF_TYPE: Mapping[Any, Callable[[], Any]] = {
    str: lambda: f"x{uuid.uuid4().hex[:12]}",
    int: lambda: 1,
    float: lambda: 1.0,
    Decimal: lambda: Decimal(1),
    bool: lambda: False,
    datetime: now,
    date: today,
    uuid.UUID: new_id,
    bytes: lambda: b"x",
    dict: dict,
    list: list,
    object: dict,  # any JSON
}
