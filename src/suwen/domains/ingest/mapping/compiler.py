"""A feed's mapping compiled into one std SELECT and one reject SELECT, exact complements of each other."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from suwen.domains.ingest.definition import ColumnMapping, FeedDefinition
from suwen.domains.ingest.errors import InvalidDefinition, UnknownSourceColumn
from suwen.domains.ingest.mapping.bind import expression_types
from suwen.domains.ingest.mapping.coercion import Target
from suwen.domains.ingest.mapping.expression import bind_columns, parse_expression
from suwen.domains.ingest.mapping.field import Field
from suwen.domains.ingest.mapping.statement import (
    Reading,
    Shape,
    counted_select,
    landed_select,
    reject_select,
    std_select,
)
from suwen.domains.ingest.rawtable import SourceColumn, raw_name, raw_type
from suwen.domains.standards.public import Dataset, Element

ORG_CODE = "org_code"
# Part of the mapping digest: a compiler that reads values differently makes kept rows worth reading again.
COMPILER_VERSION = 1


@dataclass(frozen=True)
class CompiledMapping:
    """The statements of a feed over its raw table.

    std: system columns, then every element of the dataset. rejects: source_key, batch_id, seq, reason, element,
    received, row_json, arrived_at. landed: the raw rows that the two share out between them; counted: how many they
    and their keys are.
    All take $batch (batch id); those of a state read the newest row of each key from batch $whole to that one.
    digest: changes whenever the outcome could.
    """

    shape: Shape
    digest: str

    @cached_property
    def std(self) -> exp.Select:
        """The statement of the rows that go to std."""
        return std_select(self.shape)

    @property
    def rejects(self) -> exp.Select:
        """The statement of the rows that std leaves out; a tree of its own each time, to be put into others."""
        return reject_select(self.shape)

    @property
    def landed(self) -> exp.Select:
        """The statement of the raw rows that the two share out."""
        return landed_select(self.shape)

    @property
    def counted(self) -> exp.Query:
        """The statement of the number of raw rows and of the keys that come more than once; see counted_select."""
        return counted_select(self.shape)

    def reading(self, rows: Reading) -> "CompiledMapping":
        """Return the statements over other raw rows."""
        return replace(self, shape=replace(self.shape, reading=rows))

    def without_repeats(self) -> "CompiledMapping":
        """Return the shorter statements for rows of which no two have the same key."""
        return replace(self, shape=replace(self.shape, repeats=False))

    def apart(self) -> "CompiledMapping":
        """Return the statements of one batch with all rows in std, those to leave out with their number in `aside`."""
        return replace(self, shape=replace(self.shape, apart=True))

    def only_apart(self) -> "CompiledMapping":
        """Return the statements for those rows of one batch whose numbers (`seq`) are in the table `APART`."""
        return replace(self, shape=replace(self.shape, only=True))


def compile_feed(
    feed: FeedDefinition,
    code: str,
    org_code: str,
    dataset: Dataset,
    columns: Sequence[SourceColumn],
    *,
    table: str,
    buckets: int,
) -> CompiledMapping:
    """Compile a feed's mapping.

    code: full feed code. columns: what the source delivers. table: the raw table (without layer).
    Raises InvalidDefinition or UnknownSourceColumn naming feed, column and expression.
    """
    names = {column.name.lower(): raw_name(column.name) for column in columns}
    known = tuple(column.name for column in columns)
    changing = [feed.capture.column] if feed.capture.column is not None else []
    for place, column in [("key", name) for name in feed.key] + [("capture", name) for name in changing]:
        if column.lower() not in names and raw_name(column).lower() not in names:
            raise UnknownSourceColumn(code, place, column, known)
    _check_elements(code, feed, dataset)
    bound = {
        name: bind_columns(code, name, parse_expression(code, name, mapping.expr), names, known)
        for name, mapping in feed.columns.items()
    }
    row = [(raw_name(column.name), raw_type(column.type)) for column in columns]
    types = expression_types(code, bound, row)
    fields = [
        Field(name, target_of(dataset.by_name.get(name)), mapping, bound[name], types[name], _mask(dataset, name))
        for name, mapping in feed.columns.items()
    ]
    shape = Shape(
        feed=code,
        org_code=org_code,
        table=table,
        buckets=buckets,
        key=dataset.key,
        patient=dataset.patient_column,
        fields=tuple(fields),
        elements=tuple((element.name, target_of(element)) for element in dataset.elements),
        row=tuple(row),
    )
    # What the statement is made from, not its text: printing a large tree costs more than making it.
    declared = (feed.model_dump_json(), dataset.model_dump_json())
    origin = [COMPILER_VERSION, *declared, org_code, row, table, buckets]
    digest = hashlib.sha256("\n".join(str(part) for part in origin).encode()).hexdigest()
    return CompiledMapping(shape, digest)


def target_of(element: Element | None) -> Target:
    """Return what an element wants; org_code, which is no element, wants text."""
    if element is None:
        return Target("string")
    if element.type == "decimal" and element.precision:
        return Target("decimal", element.precision, element.scale or 0)
    return Target(element.type)


def _mask(dataset: Dataset, name: str) -> bool:
    element = dataset.by_name.get(name)
    return element is not None and (element.mask is not None or element.grade >= 4)


def _check_elements(code: str, feed: FeedDefinition, dataset: Dataset) -> None:
    allowed = (*dataset.names, ORG_CODE)
    for name in feed.columns:
        if name not in allowed:
            raise InvalidDefinition(
                f"feed {code}, column {name}: dataset {dataset.code} has no such element",
                received=name,
                allowed=allowed,
                feed=code,
            )
    needed = {*dataset.key, dataset.patient_column}
    if missing := sorted(needed - set(feed.columns)):
        raise InvalidDefinition(
            f"feed {code}: dataset {dataset.code} needs its key and patient mapped", received=missing, feed=code
        )


__all__ = ["ColumnMapping", "CompiledMapping", "compile_feed", "target_of"]
