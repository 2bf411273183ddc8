"""Proposed mappings against hand-written ones: which tables, columns and codes are right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from suwen.domains.ingest.public import FeedDefinition, Proposal, ProposedColumn, ProposedFeed, SourceDefinition

Columns = Mapping[str, frozenset[str]]
"""By source column (lower case): the elements that a person made of it."""


@dataclass(frozen=True)
class Written:
    """What a person wrote for one table and dataset: elements by column, value maps by element."""

    columns: Columns
    codes: Mapping[str, Mapping[str, str]]


@dataclass
class MappingScore:
    """Counts of one source. A column is right when an element proposed is one a person gave, or neither gave any."""

    tables: int = 0
    tables_right: int = 0
    columns: int = 0
    columns_right: int = 0
    mapped: int = 0
    found: int = 0
    proposed: int = 0
    proposed_right: int = 0
    codes: int = 0
    codes_right: int = 0
    runnable: int = 0
    confidences: list[tuple[float, bool]] = field(default_factory=list[tuple[float, bool]])

    @property
    def calibration_error(self) -> float:
        """Return the mean distance between confidence and share right, over ten bands, weighted by columns."""
        bands: dict[int, list[tuple[float, bool]]] = {}
        for confidence, right in self.confidences:
            bands.setdefault(min(9, int(confidence * 10)), []).append((confidence, right))
        total = max(1, len(self.confidences))
        return sum(abs(sum(c for c, _ in band) - sum(r for _, r in band)) for band in bands.values()) / total


def score_mapping(proposal: Proposal, definition: SourceDefinition) -> MappingScore:
    """Compare a proposal with the definition that a person wrote for the same source."""
    truth = written(definition)
    score = MappingScore()
    for table in proposal.tables:
        true = {dataset: one for (name, dataset), one in truth.items() if name == _bare(table.name)}
        feed = table.feeds[0] if table.feeds else None
        score.tables += 1
        score.tables_right += (feed.dataset in true) if feed else not true
        score.runnable += bool(feed and not feed.problems)
        _score_columns(score, table.columns, table.feeds, true)
    return score


def _score_columns(
    score: MappingScore, columns: int, feeds: Sequence[ProposedFeed], true: Mapping[str, Written]
) -> None:
    wanted: dict[str, set[tuple[str, str]]] = {}
    for dataset, one in true.items():
        for column, elements in one.columns.items():
            wanted.setdefault(column, set()).update((dataset, element) for element in elements)
    given: dict[str, set[tuple[str, str]]] = {}
    for feed in feeds:
        for one in feed.columns:
            pair = (feed.dataset, one.element or "")
            right = pair in wanted.get(one.column.lower(), ())
            if one.element is not None:
                score.confidences.append((one.confidence, right))
            if one.element is not None and one.accepted:
                given.setdefault(one.column.lower(), set()).add(pair)
                score.proposed += 1
                score.proposed_right += right
                if feed.dataset in true:
                    _score_codes(score, one, true[feed.dataset].codes.get(one.element, {}))
    score.columns += columns
    score.mapped += len(wanted)
    found = sum(1 for column, pairs in wanted.items() if pairs & given.get(column, set()))
    score.found += found
    score.columns_right += found + columns - len(wanted.keys() | given.keys())


def _score_codes(score: MappingScore, column: ProposedColumn, wanted: Mapping[str, str]) -> None:
    if column.map is None:
        return
    seen = {*column.map.codes, *column.map.unknown}
    for code, to in wanted.items():
        if code in seen:
            score.codes += 1
            score.codes_right += column.map.codes.get(code) == to


def written(definition: SourceDefinition) -> dict[tuple[str, str], Written]:
    """Return what a person wrote, by table (of a query: the one it reads from) and dataset."""
    columns: dict[tuple[str, str], dict[str, frozenset[str]]] = {}
    codes: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for feed in definition.feeds:
        table, names = _origin(feed)
        key = (_bare(table), feed.dataset)
        for element, mapping in feed.columns.items():
            if mapping.map:
                known = codes.setdefault(key, {}).setdefault(element, {})
                known.update({code: to for code, to in mapping.map.items() if to is not None})
            for column in _columns(mapping.expr):
                for base in names.get(column, (column,)):
                    held = columns.setdefault(key, {})
                    held[base] = held.get(base, frozenset[str]()) | {element}
    return {key: Written(each, codes.get(key, {})) for key, each in columns.items()}


def _origin(feed: FeedDefinition) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the table that a feed reads and, of a query, the table's own columns behind each that it gives."""
    if feed.table is not None:
        return feed.table, {}
    query = sqlglot.parse_one(feed.query or "", read="duckdb")
    table = query.find(exp.Table)
    assert isinstance(query, exp.Query) and table is not None, feed.code
    names: dict[str, tuple[str, ...]] = {}
    for projection in query.selects:
        if isinstance(projection, exp.Star) or projection.is_star:
            continue
        own = [c.name.lower() for c in projection.find_all(exp.Column) if c.table in ("", table.alias_or_name)]
        names[projection.alias_or_name.lower()] = tuple(dict.fromkeys(own))
    return ".".join(part for part in (table.db, table.name) if part), names


def _columns(expression: str) -> Iterator[str]:
    for column in sqlglot.parse_one(expression, read="duckdb").find_all(exp.Column):
        yield column.name.lower()


def _bare(table: str) -> str:
    return table.lower()
