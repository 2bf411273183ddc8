"""Data models that the whole world shares, such as OMOP: recognised by their tables, mapped as declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import sqlglot
import yaml
from sqlglot import exp

from suwen.domains.ingest.proposing.forms import data_file
from suwen.domains.ingest.proposing.survey import Survey, SurveyedTable

MODELS = ("omop.yaml",)
ENOUGH = 3
"""So many of a model's tables must be there before it is believed."""
SURE = 0.95


@dataclass(frozen=True)
class Model:
    """A declared data model: expressions by element by dataset by table; tables that feed none; its own codes."""

    title: str
    tables: Mapping[str, Mapping[str, Mapping[str, list[str]]]]
    none: frozenset[str]
    values: Mapping[str, Mapping[str, str]]

    def of(self, table: SurveyedTable) -> Mapping[str, Mapping[str, list[str]]] | None:
        """Return what the model says of a table, by dataset; None when it is none of the model's."""
        name = table.name.rpartition(".")[2].lower()
        return {} if name in self.none else self.tables.get(name)


@lru_cache(maxsize=1)
def models() -> tuple[Model, ...]:
    """Read the declared models, once."""
    found: list[Model] = []
    for name in MODELS:
        read = cast("dict[str, Any]", yaml.safe_load(data_file(name)))
        values = {e: {str(k): str(v) for k, v in codes.items()} for e, codes in read["values"].items()}
        found.append(Model(read["title"], read["tables"], frozenset(read["none"]), values))
    return tuple(found)


def model_of(survey: Survey) -> Model | None:
    """Return the model that a source follows: several of its tables are there, with the columns that it declares."""
    for model in models():
        seen = sum(
            1 for table in survey.tables if any(_elements(table, each) for each in (model.of(table) or {}).values())
        )
        if seen >= ENOUGH:
            return model
    return None


def elements_of(model: Model, table: SurveyedTable) -> dict[str, dict[str, tuple[str, tuple[str, ...]]]]:
    """Return, by dataset and element, the expression that the table can answer and the columns it reads."""
    return {code: _elements(table, wanted) for code, wanted in (model.of(table) or {}).items()}


def _elements(table: SurveyedTable, wanted: Mapping[str, list[str]]) -> dict[str, tuple[str, tuple[str, ...]]]:
    held = {column.name.lower(): column for column in table.columns}
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for element, expressions in wanted.items():
        possible = [(text, tuple(columns_in(text))) for text in expressions]
        possible = [(text, names) for text, names in possible if all(name.lower() in held for name in names)]
        filled = [(t, names) for t, names in possible if not all(held[n.lower()].profile.empty for n in names)]
        if chosen := next(iter(filled or possible), None):
            found[element] = (chosen[0], tuple(held[name.lower()].name for name in chosen[1]))
    return found


def columns_in(expression: str) -> Iterator[str]:
    """Give the columns that an expression reads, each once."""
    seen: set[str] = set()
    for column in sqlglot.parse_one(expression, read="duckdb").find_all(exp.Column):
        if column.name not in seen:
            seen.add(column.name)
            yield column.name
