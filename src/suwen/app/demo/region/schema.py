"""Source schemas (data/sources/*.yaml): tables, columns, own codes and the errors to put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from suwen.app.demo.region.arrays import Text, vocabulary
from suwen.app.demo.region.spec import DATA, read_yaml


@dataclass(frozen=True)
class SourceColumn:
    """A column of a source table: `what` names a logical value of `render.py`, `form` how it is written."""

    name: str
    type: str
    title: str
    what: str
    form: str | None


@dataclass(frozen=True)
class SourceTable:
    """A table: rows come from a logical frame, `rows` narrows them (ambulant, stay, discharged)."""

    name: str
    title: str
    frame: str
    rows: str
    key: str
    columns: tuple[SourceColumn, ...]
    errors: Mapping[str, Any]
    file: str
    encoding: str

    def column(self, name: str) -> SourceColumn:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)

    def place(self, what: str) -> int:
        """Place of the first column that holds a logical value, or -1."""
        return next((place for place, column in enumerate(self.columns) if column.what == what), -1)


@dataclass(frozen=True)
class SourceSchema:
    """Everything about how one institution writes."""

    key: str
    patient: tuple[str, int]
    encounter: tuple[tuple[str, ...], int]
    record_width: int
    codes: Mapping[str, Text]
    tables: Mapping[str, SourceTable]


@cache
def schema(key: str) -> SourceSchema:
    """The schema of 'general', 'tcm' or 'township'."""
    body = read_yaml(DATA / "sources" / f"{key}.yaml")
    tables: dict[str, SourceTable] = {}
    for name, table in cast("Mapping[str, Any]", body["tables"]).items():
        lines = cast("Mapping[str, Sequence[Any]]", table["columns"])
        columns = tuple(
            SourceColumn(column, line[0], line[1], line[2], line[3] if len(line) > 3 else None)
            for column, line in lines.items()
        )
        file = cast("Mapping[str, str]", table.get("file", {}))
        tables[name] = SourceTable(
            name, table["title"], table["frame"], table.get("rows", "all"), table["key"], columns,
            table.get("errors", {}), file.get("name", ""), file.get("encoding", ""),
        )  # fmt: skip
    return SourceSchema(
        key=key,
        patient=(body["patient"]["prefix"], body["patient"]["width"]),
        encounter=(tuple(body["encounter"]["prefix"]), body["encounter"]["width"]),
        record_width=body["record_width"],
        codes={kind: vocabulary(words) for kind, words in body["codes"].items()},
        tables=tables,
    )
