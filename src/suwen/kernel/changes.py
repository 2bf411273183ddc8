"""Collects what a session changes in audited models: table, key, field, before, after."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, TypeAlias, cast

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session, object_session
from sqlalchemy.orm.attributes import History

from suwen.kernel.masking import mask_value

Operation: TypeAlias = Literal["insert", "update", "delete"]
_COLLECTED = "suwen.changes"
HIDDEN = "******"
"""Stands in the change log for a value that must not be kept there, e.g. a password hash."""


@dataclass(frozen=True)
class Change:
    """One field of one row, before and after; values are JSON-able and masked where the column says so."""

    table: str
    key: str
    operation: Operation
    field: str
    before: object
    after: object


class UnauditedWrite(Exception):
    """A bulk statement would change an audited model behind the audit's back: a programming error."""


class WatchedSession(Session):
    """A session that collects the changes it flushes; see `collected_changes`."""


def collected_changes(session: Session) -> list[Change]:
    """Return the changes collected since the last call."""
    return cast("list[Change]", session.info.pop(_COLLECTED, []))


# Events of the mapper rather than of the flush: only they tell of rows deleted as orphans.
@event.listens_for(Mapper, "after_insert")
def _after_insert(_mapper: Mapper[Any], _connection: Connection, row: object) -> None:
    _collect(row, "insert")


@event.listens_for(Mapper, "after_update")
def _after_update(_mapper: Mapper[Any], _connection: Connection, row: object) -> None:
    _collect(row, "update")


@event.listens_for(Mapper, "after_delete")
def _after_delete(_mapper: Mapper[Any], _connection: Connection, row: object) -> None:
    _collect(row, "delete")


def _collect(row: object, operation: Operation) -> None:
    session = object_session(row)
    if session is not None and getattr(row, "__audited__", False):
        session.info.setdefault(_COLLECTED, []).extend(_changes_of(row, operation))


@event.listens_for(WatchedSession, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    mapper = state.bind_mapper
    if mapper is not None and getattr(mapper.class_, "__audited__", False):
        raise UnauditedWrite(f"{mapper.class_.__name__} is audited: change its rows through the session, not in bulk")


def _changes_of(row: object, operation: Operation) -> list[Change]:
    state = cast("InstanceState[Any]", inspect(row))
    mapper = state.mapper
    key = ",".join(str(_plain(value)) for value in mapper.primary_key_from_instance(row))
    changes: list[Change] = []
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        info = cast("dict[str, Any]", column.info)
        if info.get("audit") is False:
            continue
        before, after = _before_after(state.attrs[attribute.key].history, operation)
        if before == after:
            continue
        table = str(getattr(mapper.local_table, "name", mapper.class_.__name__))
        changes.append(Change(table, key, operation, attribute.key, _shown(before, info), _shown(after, info)))
    return changes


def _before_after(history: History, operation: str) -> tuple[Any, Any]:
    present = next(iter(history.added or history.unchanged or ()), None)
    if operation == "insert":
        return None, present
    if operation == "delete":
        return present, None
    if not history.has_changes():
        return None, None
    return next(iter(history.deleted or ()), None), next(iter(history.added or ()), None)


def _shown(value: object, info: dict[str, Any]) -> object:
    if value is None:
        return None
    if info.get("secret"):
        return HIDDEN
    if mask := info.get("mask"):
        return mask_value(mask, str(_plain(value)))
    return _plain(value)


def _plain(value: object) -> object:
    """Return a JSON-able form of a column value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in cast("Iterable[object]", value)]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in cast("dict[object, object]", value).items()}
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
