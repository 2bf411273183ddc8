"""How rows leave the house: validated by the resource's schema, graded, masked, and unmasking recorded."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Forbidden
from suwen.kernel.masking import mask_value, view_of
from suwen.kernel.permissions import Principal
from suwen.kernel.resources import Column, Resource
from suwen.kernel.scope import Scope

AccessRecorder: TypeAlias = Callable[[UnitOfWork, str, Sequence[str], Sequence[str]], Awaitable[None]]
"""Told, in the same unit of work, who saw identifiers in full: (uow, resource name, row keys, fields)."""

_recorders: list[AccessRecorder] = []


def on_unmasked(recorder: AccessRecorder) -> AccessRecorder:
    """Register who keeps the record of unmasked reading (decorator)."""
    if recorder not in _recorders:
        _recorders.append(recorder)
    return recorder


def visible(column: Column, scope: Scope) -> bool:
    """Say whether a scope reads a column at all, be it masked."""
    return view_of(column.grade, column.mask, scope) != "empty"


def may_filter(column: Column, scope: Scope) -> bool:
    """Say whether a scope may filter or sort by a column: a masked value must not be found by guessing."""
    return view_of(column.grade, column.mask, scope) == "clear"


async def presented(
    resource: Resource, uow: UnitOfWork, principal: Principal, rows: Sequence[object], *, unmask: bool = False
) -> list[dict[str, Any]]:
    """Return rows as JSON-able mappings of the schema's fields, with what the caller may not see emptied or masked.

    unmask: show direct identifiers in full; every such reading is recorded. Raises Forbidden without that right.
    """
    if unmask and not principal.scope.unmask:
        raise Forbidden("没有查看明文标识的权限")
    scope = replace(principal.scope, unmask=unmask)
    columns = {name: resource.column(name) for name in resource.schema.model_fields}
    shown = [shape_row(resource, row) for row in rows]
    views = {name: view_of(column.grade, column.mask, scope) for name, column in columns.items()}
    for row in shown:
        for name, column in columns.items():
            if views[name] == "empty":
                row[name] = None
            elif views[name] == "masked" and column.mask is not None and row[name] is not None:
                row[name] = mask_value(column.mask, str(row[name]))
    masked = [name for name, column in columns.items() if column.mask is not None and views[name] == "clear"]
    if masked and shown:
        for recorder in _recorders:
            await recorder(uow, resource.name, [str(row[resource.key]) for row in shown], masked)
    return shown


def shape_row(resource: Resource, row: object) -> dict[str, Any]:
    """Return one row as the mapping of the schema's fields, in Python types."""
    if isinstance(row, resource.schema):
        return row.model_dump()
    return resource.schema.model_validate(row, from_attributes=True).model_dump()
