"""What a rule type is: a plug-in that turns a dataset's declaration into conditions on its rows.

A rule type lives in one file under `rule_types/`. Its docstring is its text in the UI, its `examples` are executed by
the conformance suite on every engine, and its `check` is the only SQL text: the same condition is counted in the
grouped pass and listed in the drill to the failing rows.
"""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import sqlglot
from pydantic import BaseModel, ConfigDict
from sqlglot import exp

from suwen.domains.standards.public import Catalog, Dataset

ROW = "t"
"""Alias of the judged dataset's row in every condition."""


class Dimension(StrEnum):
    """The seven dimensions in which quality is scored."""

    completeness = "completeness"
    conformity = "conformity"
    consistency = "consistency"
    accuracy = "accuracy"
    uniqueness = "uniqueness"
    timeliness = "timeliness"
    relation = "relation"


DIMENSION_TITLES: Mapping[Dimension, tuple[str, str]] = {
    Dimension.completeness: ("完整性", "Completeness"),
    Dimension.conformity: ("规范性", "Conformity"),
    Dimension.consistency: ("一致性", "Consistency"),
    Dimension.accuracy: ("准确性", "Accuracy"),
    Dimension.uniqueness: ("唯一性", "Uniqueness"),
    Dimension.timeliness: ("及时性", "Timeliness"),
    Dimension.relation: ("关联性", "Relation"),
}


class Severity(StrEnum):
    """How much a violation matters; `WEIGHTS` says how much it weighs in a score."""

    critical = "critical"
    major = "major"
    minor = "minor"


WEIGHTS: Mapping[Severity, int] = {Severity.critical: 5, Severity.major: 3, Severity.minor: 1}


class Params(BaseModel):
    """Base of a rule type's parameters; stored as JSON with the rule, shown as a form."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Params)


@dataclass(frozen=True)
class Join:
    """A relation left-joined to the row under `alias`; `relation` has at most one row per row of the dataset."""

    alias: str
    relation: exp.Query
    on: exp.Expr


@dataclass(frozen=True)
class Check:
    """The condition of a rule over row `t`.

    applies: boolean SQL, the rows that the rule speaks about (never NULL).
    fails: boolean SQL, the rows among them that violate it (never NULL where `applies` is true).
    joins: relations that `applies` and `fails` look into.
    alone: the statement is heavy (it aggregates a whole table), so it shares no pass with other rules.
    """

    applies: exp.Expr
    fails: exp.Expr
    joins: tuple[Join, ...] = ()
    alone: bool = False


@dataclass(frozen=True)
class Declared(Generic[P]):
    """One rule read off a dataset's declaration.

    subject: what the rule is about, unique among the rules of its type in the dataset (mostly a column name).
    column: the first column judged, shown and filtered in lists.
    """

    subject: str
    column: str
    params: P
    title: str
    title_en: str
    severity: Severity | None = None


ExampleTable: TypeAlias = tuple[Mapping[str, str], tuple[Mapping[str, Any], ...]]
"""Columns with their SQL types, and rows."""


def _no_tables() -> Mapping[str, ExampleTable]:
    return {}


def _no_codes() -> Mapping[str, tuple[str, ...]]:
    return {}


@dataclass(frozen=True)
class Example(Generic[P]):
    """Rows that pass (`good`) and rows that violate (`bad`) a rule; executed by the conformance suite.

    columns: SQL type (DuckDB) by column of the judged table; `tables`: further std tables by name;
    codes: the codes of each value set.
    """

    params: P
    columns: Mapping[str, str]
    good: tuple[Mapping[str, Any], ...]
    bad: tuple[Mapping[str, Any], ...]
    tables: Mapping[str, ExampleTable] = field(default_factory=_no_tables)
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=_no_codes)


class RuleType(ABC, Generic[P]):
    """Base of the rule types; subclasses set the class variables and implement `declared` and `check`."""

    code: ClassVar[str]
    title: ClassVar[str]
    title_en: ClassVar[str]
    dimension: ClassVar[Dimension]
    severity: ClassVar[Severity]
    params: type[P]
    examples: tuple[Example[P], ...]

    @property
    def text(self) -> str:
        """The rule type explained, for the UI: its own docstring."""
        return inspect.cleandoc(type(self).__doc__ or "")

    @abstractmethod
    def declared(self, dataset: Dataset, catalog: Catalog) -> Iterator[Declared[P]]:
        """Yield the rules of this type that a dataset's declaration asks for."""

    @abstractmethod
    def check(self, params: P) -> Check:
        """Return the condition; `params` must be of this type's `params` class."""


def column(name: str, table: str = ROW) -> exp.Column:
    """Return a reference to a column of the judged row, or of a joined relation."""
    return exp.column(name, table=table)


def template(text: str, **parts: exp.Expr | int | str) -> exp.Expr:
    """Parse constant SQL (DuckDB dialect) and put expressions, or literals of values, in place of its `:name` marks.

    >>> template("LENGTH(:x) > 3", x=column("spec")).sql("duckdb")
    'LENGTH(t.spec) > 3'
    """
    return exp.replace_placeholders(sqlglot.parse_one(text, read="duckdb"), **parts)


def present(name: str) -> exp.Expr:
    """Return `t.name IS NOT NULL`."""
    return column(name).is_(exp.null()).not_()
