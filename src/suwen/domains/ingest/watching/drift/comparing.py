"""Holding the columns of a table against those that a feed knew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.expression import columns_used, parse_expression
from suwen.domains.ingest.rawtable import SourceColumn, raw_type

Known = Sequence[Mapping[str, str]]
"""Name and DuckDB type of each column, as a feed keeps them."""


@dataclass(frozen=True)
class ColumnDrift:
    """A column that is not as it was known: added, removed, retyped; types as DuckDB has them."""

    column: str
    kind: str
    was: str | None
    now_is: str | None


def family(kind: str) -> str:
    """Return what a DuckDB type is one of: a number of another width or scale is no other type."""
    stored = raw_type(kind)
    number = stored in ("INTEGER", "BIGINT", "DOUBLE") or stored.startswith("DECIMAL")
    return "number" if number or kind.upper() in ("HUGEINT", "UHUGEINT") else stored


def drifts(known: Known, columns: Sequence[SourceColumn], *, typed: bool) -> list[ColumnDrift]:
    """Return what differs, in the order of the columns as they are, those that went last.

    Names are compared without case. typed: the source declares its types, so that another one means something; see
    `family`.
    """
    held = {one["name"].lower(): (one["name"], one["type"]) for one in known}
    there = {column.name.lower(): column for column in columns}
    found: list[ColumnDrift] = []
    for name, column in there.items():
        if name not in held:
            found.append(ColumnDrift(column.name, "added", None, column.type))
        elif typed and family(held[name][1]) != family(column.type):
            found.append(ColumnDrift(column.name, "retyped", held[name][1], column.type))
    found += [ColumnDrift(name, "removed", kind, None) for lower, (name, kind) in held.items() if lower not in there]
    return found


def users(code: str, feed: FeedDefinition) -> dict[str, list[str]]:
    """Return the columns that a feed uses (lower case), each with the elements made of it.

    The key and the changing column are used, by no element.
    """
    found: dict[str, list[str]] = {name.lower(): [] for name in feed.key}
    if feed.capture.column is not None:
        found.setdefault(feed.capture.column.lower(), [])
    for element, mapping in feed.columns.items():
        for name in columns_used(parse_expression(code, element, mapping.expr)):
            found.setdefault(name, []).append(element)
    return found
