"""Looking into quarantine: rows within the reader's institutions, identifiers masked by the elements they feed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from typing import Any, cast

from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rowmasks import Masker, masked_key, row_masker
from suwen.domains.ingest.schemas import QuarantineRow
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog
from suwen.kernel.errors import Invalid
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.scope import Scope

FILTERS = ("org_code", "source", "feed", "dataset", "batch_id", "source_key", "reason", "element")
SORTS = (*FILTERS, "arrived_at", "seq")
PLACE = "place"
"""Where a piece that was no row stood in its file; no column of the source."""
Feeds = dict[str, FeedDefinition]


def page_of_rows(
    lake: Lake, catalog: Catalog, feeds: Feeds, scope: Scope, request: PageRequest, *, unmask: bool
) -> Page[QuarantineRow]:
    """Return a page of quarantine rows. Raises Invalid for an unknown filter or sort."""
    if not lake.exists(quarantine.TABLE.ref):
        return Page([], 0, request.page, request.page_size)
    where, params = _where(request, scope)
    counted = exp.select(exp.alias_(fill("COUNT(*)"), "n")).from_(exp.to_table(quarantine.TABLE.ref)).where(where)
    everything = Scope.everything()
    total = int(lake.select(counted, scope=everything, params=params).to_pylist()[0]["n"])
    query = _ordered(request).where(where.copy()).limit(request.page_size).offset(request.offset)
    rows = lake.select(query, scope=everything, params=params).to_pylist()
    shown = Presenter(catalog, feeds, scope, unmask=unmask)
    return Page([shown.row(row) for row in rows], total, request.page, request.page_size)


def all_rows(lake: Lake, catalog: Catalog, feeds: Feeds, scope: Scope, request: PageRequest) -> Iterator[QuarantineRow]:
    """Yield every quarantine row that the filters let through, masked."""
    if not lake.exists(quarantine.TABLE.ref):
        return
    where, params = _where(request, scope)
    shown = Presenter(catalog, feeds, scope, unmask=False)
    for batch in lake.stream(_ordered(request).where(where), scope=Scope.everything(), params=params):
        for row in batch.to_pylist():
            yield shown.row(row)


def _where(request: PageRequest, scope: Scope) -> tuple[exp.Expr, dict[str, object]]:
    conditions: list[exp.Expr] = [exp.true()]
    params: dict[str, object] = {}
    for key, value in request.filters.items():
        name, _, operator = key.partition(".")
        if name not in FILTERS or operator not in ("", "eq", "in"):
            raise Invalid("不能按此字段筛选", received=key, allowed=FILTERS)
        bound = exp.Placeholder(this=f"f_{name}")
        column = exp.column(name)
        if operator == "in":
            conditions.append(exp.ArrayContains(this=bound, expression=column))
            params[f"f_{name}"] = value.split(",")
        else:
            conditions.append(column.eq(bound))
            params[f"f_{name}"] = value
    if scope.orgs is not None:
        conditions.append(exp.ArrayContains(this=exp.Placeholder(this="orgs"), expression=exp.column("org_code")))
        params["orgs"] = sorted(scope.orgs)
    return exp.and_(*conditions), params


def _ordered(request: PageRequest) -> exp.Select:
    query = exp.select(*quarantine.TABLE.names).from_(exp.to_table(quarantine.TABLE.ref))
    for name in request.sort or ("-arrived_at",):
        plain = name.removeprefix("-")
        if plain not in SORTS:
            raise Invalid("不能按此字段排序", received=name, allowed=SORTS)
        query = query.order_by(exp.Ordered(this=exp.column(plain), desc=name.startswith("-")))
    # Pages never overlap: feed, batch and number name a row.
    return query.order_by("feed", "batch_id", "seq")


class Presenter:
    """Shows quarantine rows to one reader, columns and keys as `row_masker` says."""

    def __init__(self, catalog: Catalog, feeds: Feeds, scope: Scope, *, unmask: bool) -> None:
        self._catalog, self._feeds = catalog, feeds
        self._scope = replace(scope, unmask=unmask and scope.unmask)
        self._maskers: dict[str, Masker] = {}

    def row(self, row: dict[str, Any]) -> QuarantineRow:
        """Return a row of the quarantine table as the reader sees it."""
        feed = str(row["feed"])
        definition = self._feeds.get(feed)
        if feed not in self._maskers:
            self._maskers[feed] = row_masker(feed, definition, self._catalog, self._scope)
        mask = self._maskers[feed]
        held = cast("dict[str, object]", json.loads(row["row_json"] or "{}"))
        key = masked_key(definition, mask, row["source_key"])
        title, title_en = quarantine.reason_titles(row["reason"])
        return QuarantineRow(
            id=f"{feed}:{row['batch_id']}:{row['seq']}",
            org_code=row["org_code"],
            feed=feed,
            dataset=row["dataset"],
            batch_id=row["batch_id"],
            source_key=None if key is None else str(key),
            reason=row["reason"],
            reason_title=title,
            reason_title_en=title_en,
            element=row["element"],
            received=row["received"],
            row={name: value if name == PLACE else mask(name, value) for name, value in held.items()},
            arrived_at=row["arrived_at"].replace(tzinfo=UTC),
        )
