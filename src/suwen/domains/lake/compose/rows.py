"""What the scope shows of a few rows in memory: the same as `scope.visible` says in SQL."""

from datetime import date, datetime
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from suwen.domains.lake.column_types import arrow_type
from suwen.domains.lake.compose.scope import refuse
from suwen.domains.lake.schemas import ColumnSpec, TableSpec
from suwen.kernel.masking import KINDS, mask_value, view_of
from suwen.kernel.scope import Scope

# Their stubs know only some of the argument types.
_arrow, _compute = cast(Any, pa), cast(Any, pc)


def shown(rows: pa.Table, spec: TableSpec, scope: Scope) -> pa.Table:
    """Return the rows of the scope's institutions, each column clear, masked or NULL. Raises ScopeTooNarrow."""
    refuse(spec, scope)
    if scope.orgs is not None and not spec.shared:
        orgs = pa.array(sorted(scope.orgs), pa.string())
        rows = rows.filter(_compute.is_in(rows["org_code"], value_set=orgs))
    columns: list[Any] = []
    for column in spec.columns:
        match view_of(column.grade, column.mask, scope):
            case "clear":
                columns.append(rows[column.name])
            case "masked":
                columns.append(_masked(column, rows[column.name].to_pylist()))
            case "empty":
                columns.append(_arrow.nulls(rows.num_rows, arrow_type(column.type)))
    return pa.table(columns, schema=spec.schema)


def _masked(column: ColumnSpec, values: list[Any]) -> "pa.Array[Any]":
    """Return the masked values, see `masks.masked`."""
    type_ = arrow_type(column.type)
    if column.mask == "birth_date" and column.type in ("date", "datetime"):
        return _arrow.array([_first_day(value) for value in values], type_)
    if column.type == "string" and column.mask in KINDS:
        return _arrow.array([mask_value(column.mask, value) for value in values], type_)
    return _arrow.nulls(len(values), type_)


def _first_day(value: date | None) -> date | None:
    if isinstance(value, datetime):
        return datetime(value.year, 1, 1)
    return None if value is None else date(value.year, 1, 1)
