"""Table declarations: from a dataset, to and from the text that is kept with the table, and what may change."""

import json
from dataclasses import replace

import pyarrow as pa

from suwen.domains.lake.column_types import arrow_fields, type_of, widens
from suwen.domains.lake.errors import SchemaConflict
from suwen.domains.lake.schemas import ColumnSpec, Layer, TableSpec
from suwen.domains.standards.public import Dataset, Element
from suwen.kernel.scope import HIGHEST_GRADE

PATIENT_KEY = "patient_key"
BUCKET = "bucket"
SYSTEM_COLUMNS = (
    ColumnSpec("org_code", "string"),
    ColumnSpec(PATIENT_KEY, "string"),
    ColumnSpec(BUCKET, "int"),
    ColumnSpec("feed", "string"),
    ColumnSpec("source_key", "string"),
    ColumnSpec("batch_id", "string"),
)

SOURCE_VALUES = "source_values"
"""Column of a std table with value sets: what the source says where the mapping of values put a standard code."""


def table_of(dataset: Dataset, buckets: int) -> TableSpec:
    """Return the std table of a dataset: the system columns, its elements, the standard terms of its own terms.

    Its key is org_code + the dataset's key. A standard term is as sensitive as what it stands for, and so are the
    source's values of value sets, see `SOURCE_VALUES`.
    """
    elements = tuple(ColumnSpec(e.name, _element_type(e), e.grade, e.mask) for e in dataset.elements)
    terms = tuple(ColumnSpec(e.name, "string", e.grade) for e in dataset.term_elements)
    coded = [e.grade for e in dataset.elements if e.value_set is not None]
    kept = (ColumnSpec(SOURCE_VALUES, "string", max(coded)),) if coded else ()
    sort = (PATIENT_KEY, dataset.time_column) if dataset.time_column else (PATIENT_KEY,)
    return TableSpec(
        "std",
        dataset.code,
        SYSTEM_COLUMNS + elements + terms + kept,
        key=("org_code", *dataset.key),
        sort=sort,
        partition=BUCKET,
        buckets=buckets,
        version=dataset.version,
    )


def columns_of(schema: pa.Schema) -> tuple[ColumnSpec, ...]:
    """Return columns for any Arrow schema, for raw tables that follow their source."""
    return tuple(ColumnSpec(name, type_of(type_)) for name, type_ in arrow_fields(schema))


def spec_to_json(spec: TableSpec) -> str:
    """Return the text that is kept with the table."""
    columns = [[c.name, c.type, c.grade, c.mask] for c in spec.columns]
    fields = ("layer", "name", "key", "sort", "partition", "buckets", "shared", "version")
    return json.dumps({name: getattr(spec, name) for name in fields} | {"columns": columns}, ensure_ascii=False)


def spec_from_json(text: str, schema: pa.Schema) -> TableSpec:
    """Return the declaration kept with a table; names and types are those of its real schema.

    A column that was added but not yet described gets the strictest grade, so it can never leak.
    """
    held = json.loads(text)
    known = {name: (grade, mask) for name, _, grade, mask in held["columns"]}
    columns = tuple(
        ColumnSpec(name, type_of(type_), *known.get(name, (HIGHEST_GRADE, None)))
        for name, type_ in arrow_fields(schema)
    )
    layer: Layer = held["layer"]
    return TableSpec(
        layer,
        held["name"],
        columns,
        key=tuple(held["key"]),
        sort=tuple(held["sort"]),
        partition=held["partition"],
        buckets=held["buckets"],
        shared=held["shared"],
        version=held["version"],
    )


def evolve(old: TableSpec, new: TableSpec) -> TableSpec:
    """Return the declaration that a table gets: old columns first (never dropped), then the new ones.

    Raises SchemaConflict for what would lose data or break its order: another key, partition or number of buckets, or
    a column type that does not hold every old value.
    """
    for what in ("key", "partition", "buckets"):
        if getattr(old, what) != getattr(new, what):
            raise SchemaConflict(
                f"table {old.ref}: {what} cannot change", received=getattr(new, what), allowed=str(getattr(old, what))
            )
    columns: list[ColumnSpec] = []
    for column in old.columns:
        wanted = new.column(column.name)
        if wanted is None:
            columns.append(column)
        elif not widens(column.type, wanted.type):
            raise SchemaConflict(
                f"table {old.ref}: column {column.name} cannot become narrower or of another kind",
                received=wanted.type,
                allowed=f"{column.type} or wider",
            )
        else:
            columns.append(wanted)
    columns += [column for column in new.columns if old.column(column.name) is None]
    return replace(new, columns=tuple(columns))


def _element_type(element: Element) -> str:
    if element.type == "decimal" and element.precision:
        return f"decimal({element.precision},{element.scale or 0})"
    return element.type
