"""What a changed column asks of the mapping: proposed by names and types, taken by a person."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from sqlglot import exp

from suwen.domains.ingest.definition import ColumnMapping, FeedDefinition
from suwen.domains.ingest.mapping.expression import parse_expression
from suwen.domains.ingest.mapping.template import DIALECT
from suwen.domains.ingest.proposing.suggest import suggest
from suwen.domains.ingest.schemas import ColumnSeen
from suwen.domains.ingest.watching.drift.comparing import family, users
from suwen.domains.ingest.watching.drift.models import Drift
from suwen.domains.standards.public import Catalog

ALIKE = 0.6
"""Names are those of one column renamed when so much of them is the same (0 to 1), or when both suggest one element."""


def proposed(
    code: str, feed: FeedDefinition, drift: Drift, standing: Sequence[Drift], catalog: Catalog
) -> dict[str, str | None]:
    """Return the expressions that elements should have, None for no mapping; empty where nothing is to change.

    standing: all that is open of the feed. An added column is proposed for the element that it suggests, if that has no
    mapping; a removed one is replaced by an added one that looks like it renamed, else what used it goes; another type
    changes nothing.
    """
    added = [one for one in standing if one.kind == "added"]
    if drift.kind == "added":
        for gone in (one for one in standing if one.kind == "removed" and one.used):
            if _renamed(code, feed, gone, added, catalog) is drift:
                return _replaced(code, feed, gone.column, drift.column)
        element = _suggested(feed, drift, catalog)
        return {} if element is None or element in feed.columns else {element: _quoted(drift.column)}
    if drift.kind == "removed" and drift.used:
        renamed = _renamed(code, feed, drift, added, catalog)
        if renamed is not None:
            return _replaced(code, feed, drift.column, renamed.column)
        return dict.fromkeys(users(code, feed).get(drift.column.lower(), ()))
    return {}


def taken(feed: FeedDefinition, changes: Mapping[str, str | None]) -> FeedDefinition:
    """Return the feed with the expressions changed; what else a mapping says (codes, defaults) stays."""
    columns = {name: mapping for name, mapping in feed.columns.items() if changes.get(name, "") is not None}
    for name, expr in changes.items():
        if expr is not None:
            held = columns.get(name)
            columns[name] = held.model_copy(update={"expr": expr}) if held else ColumnMapping(expr=expr)
    return feed.model_copy(update={"columns": columns})


def renamed_columns(feed: FeedDefinition, was: str, now_is: str) -> FeedDefinition:
    """Return the feed with a column renamed in its key and as its changing column."""
    key = tuple(now_is if name.lower() == was.lower() else name for name in feed.key)
    capture = feed.capture
    if (capture.column or "").lower() == was.lower():
        capture = capture.model_copy(update={"column": now_is})
    return feed.model_copy(update={"key": key, "capture": capture})


def counterpart(
    code: str, feed: FeedDefinition, drift: Drift, standing: Sequence[Drift], catalog: Catalog
) -> Drift | None:
    """Return the other side of a column that looks renamed: the added one of a removed one, and the other way round."""
    added = [one for one in standing if one.kind == "added"]
    if drift.kind == "removed":
        return _renamed(code, feed, drift, added, catalog)
    gone = (one for one in standing if drift.kind == "added" and one.kind == "removed" and one.used)
    return next((one for one in gone if _renamed(code, feed, one, added, catalog) is drift), None)


def _renamed(code: str, feed: FeedDefinition, gone: Drift, added: Sequence[Drift], catalog: Catalog) -> Drift | None:
    """Return the added column that a removed one has become, as far as type, element and name say so."""
    elements = users(code, feed).get(gone.column.lower(), [])
    alike = [one for one in added if family(one.now_is or "") == family(gone.was or "")]
    for one in alike:
        if _suggested(feed, one, catalog) in elements:
            return one
    scored = [(SequenceMatcher(None, gone.column.lower(), one.column.lower()).ratio(), one) for one in alike]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best is not None and best[0] >= ALIKE else None


def _suggested(feed: FeedDefinition, drift: Drift, catalog: Catalog) -> str | None:
    seen = ColumnSeen(name=drift.column, type=drift.now_is or "VARCHAR")
    found = suggest(catalog, catalog.dataset(feed.dataset), (seen,), feed.table or "")
    return next(iter(found), None)


def _replaced(code: str, feed: FeedDefinition, was: str, now_is: str) -> dict[str, str | None]:
    """Return the expressions over a removed column, over another one instead."""

    def other(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.lower() == was.lower():
            return exp.column(exp.to_identifier(now_is, quoted=not now_is.isidentifier()))
        return node

    return {
        element: parse_expression(code, element, feed.columns[element].expr).transform(other).sql(DIALECT)
        for element in users(code, feed).get(was.lower(), ())
    }


def _quoted(column: str) -> str:
    return exp.column(exp.to_identifier(column, quoted=not column.isidentifier())).sql(DIALECT)
