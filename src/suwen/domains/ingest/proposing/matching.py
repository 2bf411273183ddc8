"""Which dataset a table feeds and which element stands behind each column, decided together."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from suwen.domains.ingest.proposing.evidence import CHANGED, Judge, Reason, Weighed
from suwen.domains.ingest.proposing.forms import is_chinese, lexicon, tokens_of
from suwen.domains.ingest.proposing.survey import Survey, SurveyedColumn, SurveyedTable
from suwen.domains.standards.public import Dataset

ACCEPT = 0.5
"""A column's element stands in the feed from this confidence on."""
POSSIBLE = 0.08
NONE_SCORE = 2.2
SHARPNESS = 1.6
NAME_GAIN = 3.0
_SCHEMA = re.compile(r"^(?:.*[.#])")
_SUFFIX = re.compile(r"\.(?:csv|txt|tsv|dat|xlsx|xlsm|parquet)(?=#|$)", re.IGNORECASE)


@dataclass
class Match:
    """An element behind a column, with the evidence and the other elements that were thought of."""

    element: str
    weighed: Weighed
    others: list[tuple[str, float]]


@dataclass
class Fit:
    """A table as a dataset: its score, how well its name says so, and the elements found by column."""

    dataset: str
    score: float
    naming: float
    matches: dict[str, Match]
    probability: float = 0.0


Roles = Mapping[str, tuple[str, Mapping[str, str]]]
"""By table: the dataset it most likely feeds, and the element behind each column."""


class Matcher:
    """Matches the tables of one survey, each in the light of the others."""

    def __init__(self, judge: Judge, survey: Survey) -> None:
        self.judge, self.survey = judge, survey
        self.datasets = judge.catalog.datasets
        counted = Counter(element.name for each in self.datasets.values() for element in each.elements)
        most = len(self.datasets)
        self._weight = {name: 0.12 + 0.88 * (1 - (n - 1) / most) ** 2 for name, n in counted.items()}
        self._cells: dict[tuple[str, str, str, str], Weighed] = {}
        self._held_names: dict[tuple[str, str], dict[str, str]] = {}

    def match(self) -> dict[str, list[Fit]]:
        """Return, by table, how it fits every dataset, the likeliest first."""
        fits = {table.name: self._fits(table, {}) for table in self.survey.tables}
        # What a table refers to tells more once it is known what the other table is.
        roles = {
            name: (best.dataset, {column: match.element for column, match in best.matches.items()})
            for name, found in fits.items()
            if (best := found[0]).probability > 0.5
        }
        return {table.name: self._fits(table, roles) for table in self.survey.tables}

    def fit(self, table: SurveyedTable, dataset: Dataset) -> Fit:
        """Return how a table fits one dataset, looked at alone."""
        return self._fit(table, bare_name(table.name), dataset, {})

    def _fits(self, table: SurveyedTable, roles: Roles) -> list[Fit]:
        name = bare_name(table.name)
        found = [self._fit(table, name, dataset, roles) for dataset in self.datasets.values()]
        odds = [math.exp(SHARPNESS * min(fit.score, 20)) for fit in found]
        total = sum(odds) + math.exp(SHARPNESS * NONE_SCORE)
        for fit, each in zip(found, odds, strict=True):
            fit.probability = each / total
        return sorted(found, key=lambda fit: -fit.score)

    def _fit(self, table: SurveyedTable, name: str, dataset: Dataset, roles: Roles) -> Fit:
        named = self.judge.table(name, table.comment, dataset.code)
        columns, elements = list(table.columns), list(dataset.elements)
        cells = [
            [self._cell(table, name, column, dataset, n, roles) for n in range(len(elements))] for column in columns
        ]
        sure = np.array([[cell.confidence for cell in row] for row in cells]).reshape(len(columns), len(elements))
        worth = np.where(sure > POSSIBLE, sure, 0.0)
        matches: dict[str, Match] = {}
        score = NAME_GAIN * max(0.0, named - 0.3)
        for i, j in _assigned(worth):
            if worth[i, j] <= 0:
                continue
            order = cast("list[int]", np.argsort(-sure[i])[:4].tolist())
            others = [(elements[k].name, float(sure[i, k])) for k in order if k != j and sure[i, k] > POSSIBLE]
            matches[columns[i].name] = Match(elements[j].name, cells[i][j], others)
            score += float(worth[i, j]) * self._weight[elements[j].name]
        missing = {dataset.patient_column, *dataset.key} - {
            m.element for m in matches.values() if m.weighed.confidence > 0.3
        }
        return Fit(dataset.code, score - 0.7 * len(missing), named, matches)

    def _cell(
        self, table: SurveyedTable, name: str, column: SurveyedColumn, dataset: Dataset, at: int, roles: Roles
    ) -> Weighed:
        element = dataset.elements[at]
        key = (table.name, column.name, dataset.code, element.name)
        if key not in self._cells:
            bare = without_prefix(column.name, table)
            names = self._names(table, column) if element.value_set else {}
            context = "" if is_chinese(name) else name
            self._cells[key] = self.judge.weigh(table, column, bare, context, dataset, element, names)
        held = self._cells[key]
        reason = self._reference(table, column, dataset, element.name, roles)
        if reason is None:
            return held
        return Weighed([*held.reasons, reason], held.mapped, held.base)

    def _names(self, table: SurveyedTable, column: SurveyedColumn) -> dict[str, str]:
        key = (table.name, column.name)
        if key not in self._held_names:
            self._held_names[key] = code_names(table, column)
        return self._held_names[key]

    def _reference(
        self, table: SurveyedTable, column: SurveyedColumn, dataset: Dataset, element: str, roles: Roles
    ) -> Reason | None:
        """Return what a declared or likely foreign key says of the element."""
        wanted = {one.columns[0]: one.dataset for one in dataset.references if len(one.columns) == 1}
        for foreign in table.foreign_keys:
            if foreign.columns == (column.name,) and foreign.table in roles:
                fits = wanted.get(element) == roles[foreign.table][0]
                return Reason("reference", f"→ {foreign.table}", 4.5 if fits else -2.5)
        if element not in wanted:
            return None
        for other in self.survey.tables:
            role = roles.get(other.name)
            if role is None or other.name == table.name or role[0] != wanted[element]:
                continue
            held = other.column(column.name)
            key = self.datasets[role[0]].key[0]
            if held is not None and role[1].get(held.name) == key:
                return Reason("reference", f"= {other.name}.{held.name}", 2.5)
        return None

    def constants(self, table: SurveyedTable, fit: Fit) -> dict[str, str]:
        """Return elements that the table's name alone tells, such as the kind of its encounters."""
        name = f"{bare_name(table.name)} {table.comment}"
        found: dict[str, str] = {}
        taken = {match.element for match in fit.matches.values() if match.weighed.confidence >= ACCEPT}
        for one in lexicon().constants:
            dataset, _, element = str(one["element"]).partition(".")
            if dataset != fit.dataset or element in taken or element in found:
                continue
            tokens = set(tokens_of(bare_name(table.name)))
            said = any(word in name for word in one["zh"])
            if said or any(set(tokens_of(words)) <= tokens for words in one["en"]):
                found[element] = str(one["value"])
        return found

    def changing(self, table: SurveyedTable) -> str | None:
        """Return the column that says when a row was changed last."""
        for column in table.columns:
            dated = column.type.upper().startswith("TIMESTAMP") or column.profile.share("datetime") > 0.9
            bare = without_prefix(column.name, table)
            if dated and self.judge.other(CHANGED, bare, column.comment) > 0.75:
                return column.name
        return None


def _assigned(worth: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return pairs of row and column, each used once, of the greatest sum."""
    rows, columns = _optimize().linear_sum_assignment(worth, maximize=True)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def bare_name(table: str) -> str:
    """Return a table's name without schema, file and ending; a sheet of a book goes by the book unless it is named."""
    book, _, sheet = _SUFFIX.sub("", table).partition("#")
    if sheet and not re.fullmatch(r"(?i)sheet\d*|工作表\d*", sheet):
        return f"{book} {sheet}"
    return _SCHEMA.sub("", book)


def without_prefix(name: str, table: SurveyedTable) -> str:
    """Return a column's name without what nearly all columns of the table begin with, such as `f_` or `brxx_`."""
    head, cut, rest = name.partition("_")
    if not cut or not rest or len(table.columns) < 4:
        return name
    same = sum(1 for one in table.columns if one.name.partition("_")[0].lower() == head.lower())
    return rest if same >= 0.8 * len(table.columns) else name


def code_names(table: SurveyedTable, column: SurveyedColumn) -> dict[str, str]:
    """Return what the table itself calls each code: a column beside it that holds one name for every code."""
    if table.sample is None or not column.profile.values or column.profile.share("chinese") > 0.3:
        return {}
    codes = [None if one is None else str(one).strip() for one in table.sample.column(column.name).to_pylist()]
    for other in _beside(table, column):
        pairs: dict[str, str] = {}
        for code, name in zip(codes, table.sample.column(other.name).to_pylist(), strict=True):
            if code and name is not None and pairs.setdefault(code, str(name).strip()) != str(name).strip():
                break
        else:
            if len(set(pairs.values())) > 1:
                return pairs
    return {}


def _beside(table: SurveyedTable, column: SurveyedColumn) -> Sequence[SurveyedColumn]:
    """Return Chinese columns that may name the codes: alike in name, and of as many values."""
    stem = re.sub(r"(?i)[_ ]?(code|dm|bm|id|代码|编码)$", "", column.name).lower()
    return [
        other
        for other in table.columns
        if other.name != column.name
        and other.profile.values
        and other.profile.share("chinese") > 0.9
        and len(stem) >= 2
        and other.name.lower().startswith(stem)
    ]


def _optimize() -> Any:
    """Return scipy's optimisers, which have no stubs; 40 MiB that only who proposes mappings is to load."""
    from scipy import optimize

    return optimize
