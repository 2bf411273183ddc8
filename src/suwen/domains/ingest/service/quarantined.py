"""Looking into quarantine: rows within the reader's institutions, identifiers masked by the elements they feed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from typing import Any, cast

from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.expression import columns_used, parse_expression
from suwen.domains.ingest.mapping.template import fill
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.schemas import QuarantineRow
from suwen.domains.lake.public import Lake
from suwen.domains.standards.public import Catalog
from suwen.kernel.errors import Invalid
from suwen.kernel.masking import mask_value, view_of
from suwen.kernel.repository import Page, PageRequest
from suwen.kernel.scope import HIGHEST_GRADE, Scope

FILTERS = ("org_code", "source", "feed", "dataset", "batch_id", "source_key", "reason", "element")
SORTS = (*FILTERS, "arrived_at", "seq")
HIDDEN = "***"
Masker = Callable[[str, object], object]
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
    """Shows quarantine rows to one reader.

    A source column is shown like the element it feeds, and hidden when it feeds none, for nobody has said how sensitive
    it is: only those who may read everything see it, when they ask.
    """

    def __init__(self, catalog: Catalog, feeds: Feeds, scope: Scope, *, unmask: bool) -> None:
        self._catalog, self._feeds = catalog, feeds
        self._scope = replace(scope, unmask=unmask and scope.unmask)
        self._maskers: dict[str, Masker] = {}

    def row(self, row: dict[str, Any]) -> QuarantineRow:
        """Return a row of the quarantine table as the reader sees it."""
        feed = str(row["feed"])
        mask = self._maskers.setdefault(feed, self._masker(feed))
        held = cast("dict[str, object]", json.loads(row["row_json"] or "{}"))
        definition = self._feeds.get(feed)
        key: object = row["source_key"]
        if definition is not None and len(definition.key) == 1:
            key = mask(raw_name(definition.key[0]).lower(), key)
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
            row={name: mask(name.lower(), value) for name, value in held.items()},
            arrived_at=row["arrived_at"].replace(tzinfo=UTC),
        )

    def _masker(self, feed: str) -> Masker:
        definition = self._feeds.get(feed)
        rules: dict[str, tuple[int, str | None]] = {}
        for name, mapping in definition.columns.items() if definition else ():
            element = self._catalog.dataset(definition.dataset).by_name.get(name) if definition else None
            grade, kind = (element.grade, element.mask) if element else (1, None)
            for column in columns_used(parse_expression(feed, name, mapping.expr)):
                held = rules.get(raw_name(column).lower(), (1, None))
                rules[raw_name(column).lower()] = (max(held[0], grade), held[1] or kind)

        def mask(column: str, value: object) -> object:
            if value is None or column == "place":
                return value
            if column not in rules:
                return value if self._scope.unmask and self._scope.grade == HIGHEST_GRADE else HIDDEN
            grade, kind = rules[column]
            match view_of(grade, kind, self._scope):
                case "clear":
                    return value
                case "empty":
                    return None
                case "masked":
                    return mask_value(str(kind), value)

        return mask
