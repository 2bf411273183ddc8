"""Looking at a source while a feed is written: its tables and columns, and the feed tried on the first rows."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

import pyarrow as pa
from anyio import to_thread
from sqlglot import exp

from suwen.domains.ingest import quarantine
from suwen.domains.ingest.connector import Connector, Reading, ReadRequest, TableStructure
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.errors import InvalidDefinition, SourceUnreadable, UnknownSourceColumn
from suwen.domains.ingest.mapping.compiler import CompiledMapping, compile_feed
from suwen.domains.ingest.mapping.statement import DOUBLED
from suwen.domains.ingest.mapping_check import problems_of, read_feed
from suwen.domains.ingest.models import IngestSource
from suwen.domains.ingest.nodes.behind import connected_there, read_left
from suwen.domains.ingest.nodes.errors import LookRefused
from suwen.domains.ingest.proposing.suggest import key_of, suggest
from suwen.domains.ingest.rawrows import CaptureJob, raw_select, target_columns
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.schemas import (
    ColumnSeen,
    FeedPreview,
    MappingProblem,
    OriginColumns,
    OriginWanted,
    PreviewColumn,
    QuarantineRow,
    TableSeen,
)
from suwen.domains.ingest.service.definitions import check_capabilities
from suwen.domains.ingest.service.quarantined import Presenter
from suwen.domains.ingest.session import Session, SourceError
from suwen.domains.lake.public import Input, Lake
from suwen.domains.standards.public import Catalog, Dataset, load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import Invalid, SuwenError
from suwen.kernel.masking import mask_value, view_of
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

T = TypeVar("T")
FIRST = 20
"""Rows that a feed is tried on."""
_ROWS, _BATCH = "preview", "preview"


async def tables(uow: UnitOfWork, scope: Scope, settings: Settings, code: str) -> list[TableSeen]:
    """Return what a source shows. Raises UnknownSource, SourceUnavailable."""
    repository = IngestRepository(uow.session)
    source = await repository.source(code, scope)
    reading: dict[str, list[str]] = {}
    for feed in await repository.feeds(scope, source.id):
        reading.setdefault(feed.origin, []).append(feed.code)
    found = await _at_source(source, settings, repository, lambda connector, session: connector.tables(session))
    return [
        TableSeen(name=table.name, kind=table.kind, rows=table.rows, feeds=reading.get(table.name, []))
        for table in found
    ]


async def columns(uow: UnitOfWork, scope: Scope, settings: Settings, code: str, wanted: OriginWanted) -> OriginColumns:
    """Return the columns of a table or query, with a first mapping onto a dataset. Raises UnknownSource, Invalid."""
    source = await IngestRepository(uow.session).source(code, scope)
    if (wanted.table is None) == (wanted.query is None):
        raise Invalid("须给出表或查询之一", allowed=("table", "query"))
    catalog = await load_catalog(uow)
    dataset = catalog.dataset(wanted.dataset) if wanted.dataset else None

    def look(connector: Connector[Any], session: Session) -> list[ColumnSeen]:
        found = connector.columns(session, ReadRequest(table=wanted.table, query=wanted.query))
        said = connector.structure(session).of(wanted.table) if wanted.table else TableStructure()
        return [
            ColumnSeen(
                name=one.name,
                type=one.type,
                declared=said.types.get(one.name, ""),
                comment=said.columns.get(one.name, ""),
            )
            for one in found
        ]

    seen = await _at_source(source, settings, IngestRepository(uow.session), look)
    table = wanted.table or ""
    suggestion = await to_thread.run_sync(suggest, catalog, dataset, seen, table) if dataset is not None else {}
    key = key_of(dataset, suggestion) if dataset is not None else ()
    return OriginColumns(columns=seen, suggestion=suggestion, key=list(key))


@dataclass(frozen=True)
class Try:
    """A feed to be tried: as it was given, of which source, for whom; `rows` says whether those may see rows."""

    given: Mapping[str, Any]
    source: IngestSource
    catalog: Catalog
    scope: Scope
    rows: bool


async def preview(
    uow: UnitOfWork, lake: Lake, settings: Settings, scope: Scope, code: str, given: Mapping[str, Any], *, rows: bool
) -> FeedPreview:
    """Say what is wrong with a feed or, when nothing is, what the first rows of its source would become.

    Nothing is stored. Values are masked as the scope says. rows: whether the caller may see rows of patients.
    """
    source = await IngestRepository(uow.session).source(code, scope)
    wanted = Try(given, source, await load_catalog(uow), scope, rows)
    feed, problems = read_feed(given)
    if feed is None:
        return FeedPreview(problems=problems)
    dataset = wanted.catalog.dataset(feed.dataset)

    def attempt(connector: Connector[Any], session: Session) -> FeedPreview:
        try:
            check_capabilities(connector, feed)
        except SuwenError as error:
            return FeedPreview(problems=[_of_feed(error)])
        request = ReadRequest(table=feed.table, query=feed.query, first=FIRST)
        with ExitStack() as stack:
            try:
                reading = stack.enter_context(read_left(connector, session, request, feed.code, feed.leaves))
            except (UnknownSourceColumn, InvalidDefinition, LookRefused) as error:
                return FeedPreview(problems=[_of_feed(error)])
            found = problems + problems_of(feed, reading.columns, dataset, wanted.catalog)
            if any(problem.level == "error" for problem in found):
                return FeedPreview(problems=found)
            head, refused = _first_rows(session, reading, feed, wanted)
            mapping = _compiled(reading, feed, dataset, wanted)
            return _shown(lake, wanted, feed, dataset, mapping, head, refused, found)

    return await _at_source(source, settings, IngestRepository(uow.session), attempt)


def _compiled(reading: Reading, feed: FeedDefinition, dataset: Dataset, wanted: Try) -> CompiledMapping:
    code = f"{wanted.source.code}.{feed.code}"
    return compile_feed(feed, code, wanted.source.org_code, dataset, reading.columns, table=_ROWS, buckets=1)


def _first_rows(
    session: Session, reading: Reading, feed: FeedDefinition, wanted: Try
) -> tuple[pa.Table, list[tuple[str, str, str]]]:
    """Return the first rows as raw would keep them, and what was no row among them: place, reason, text."""
    code, origin = f"{wanted.source.code}.{feed.code}", feed.table or feed.code
    job = CaptureJob(code, wanted.source.code, origin, _BATCH, feed.key, now())
    # The limit stands innermost: a source of a hundred million rows is not numbered for twenty of them.
    try:
        rows = session.table(raw_select(reading.first(FIRST), job, target_columns(reading.columns, ())))
    except SourceError as error:
        raise SourceUnreadable(f"{origin}: {str(error).splitlines()[0]}", table=origin) from None
    return rows, [(one.place, one.reason, one.text) for one in islice(reading.refused(), FIRST)]


def _shown(
    lake: Lake,
    wanted: Try,
    feed: FeedDefinition,
    dataset: Dataset,
    mapping: CompiledMapping,
    head: pa.Table,
    refused: list[tuple[str, str, str]],
    problems: list[MappingProblem],
) -> FeedPreview:
    given: dict[str, Input] = {f"input.{_ROWS}": head}

    def asked(query: exp.Query) -> pa.Table:
        return lake.select(_from_input(query), scope=Scope.everything(), params={"batch": _BATCH}, tables=given)

    def rows(query: exp.Query) -> list[dict[str, Any]]:
        return asked(query).to_pylist()

    counted = asked(mapping.counted)
    given[DOUBLED] = counted.filter(counted.column("k").is_valid()).select(["k", "l"])
    good = rows(mapping.std)
    bad = [] if len(good) == head.num_rows else rows(mapping.rejects)
    done = FeedPreview(problems=problems, read=head.num_rows + len(refused), good=len(good), shown=wanted.rows)
    if not wanted.rows:
        return done
    elements = [element for element in dataset.elements if element.name in feed.columns]
    views = {element.name: view_of(element.grade, element.mask, wanted.scope) for element in elements}
    done.columns = [
        PreviewColumn(
            **element.model_dump(include={"name", "title", "title_en", "type", "value_set"}),
            masked=views[element.name] == "masked",
        )
        for element in elements
    ]
    for row in good:
        item: dict[str, Any] = {}
        for element in elements:
            value = row[element.name]
            view = views[element.name]
            masked = mask_value(str(element.mask), value) if view == "masked" else None
            item[element.name] = masked if view != "clear" else float(value) if isinstance(value, Decimal) else value
        done.items.append(item)
    for element in elements:
        if element.value_set is not None:
            titles = wanted.catalog.value_set(element.value_set).titles
            codes = {str(item[element.name]) for item in done.items if item[element.name] is not None}
            done.labels[element.name] = {code: titles[code] for code in sorted(codes) if code in titles}
    done.rejected = list(_rejected(wanted, feed, bad, refused))
    return done


def _rejected(
    wanted: Try, feed: FeedDefinition, bad: list[dict[str, Any]], refused: list[tuple[str, str, str]]
) -> Iterator[QuarantineRow]:
    code = f"{wanted.source.code}.{feed.code}"
    presenter = Presenter(wanted.catalog, {code: feed}, replace(wanted.scope, unmask=False), unmask=False)
    common = {"org_code": wanted.source.org_code, "feed": code, "dataset": feed.dataset}
    at = now().astimezone(UTC).replace(tzinfo=None)
    for row in bad:
        yield presenter.row({**common, **row})
    for number, (place, reason, _) in enumerate(refused, start=1):
        lost = {"batch_id": _BATCH, "seq": -number, "source_key": None, "element": None, "arrived_at": at}
        row_json = json.dumps({"place": place})
        yield presenter.row(
            {**common, **lost, "reason": quarantine.MALFORMED, "received": reason, "row_json": row_json}
        )


def _from_input(query: exp.Query) -> exp.Query:
    """Return the mapping's statement over the rows at hand instead of the raw table."""
    copy = query.copy()
    for table in list(copy.find_all(exp.Table)):
        if table.db == "raw":
            table.set("db", exp.to_identifier("input"))
    return copy


async def _at_source(
    source: IngestSource, settings: Settings, repository: IngestRepository, look: Callable[[Connector[Any], Session], T]
) -> T:
    connector = connected_there(source, settings, repository.dsn)

    def work() -> T:
        with Session(settings.workspace / "spill") as session:
            return look(connector, session)

    return await to_thread.run_sync(work)


def _of_feed(error: SuwenError) -> MappingProblem:
    received = None if error.received is None else str(error.received)
    return MappingProblem(
        place="feed", element=None, level="error", title=error.title, detail=error.detail, received=received,
        allowed=None,
    )  # fmt: skip
