"""Looking into a mirror: pages of its rows, graded and masked by the elements that the columns feed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.mapping.expression import columns_used, parse_expression
from suwen.domains.ingest.mirror.repository import MirrorRepository
from suwen.domains.ingest.mirror.table import ARRIVED, BATCH, PLACE, SYSTEM, UNGRADED, mirror_spec
from suwen.domains.ingest.rawtable import raw_name
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.rowmasks import Rules, column_rules
from suwen.domains.ingest.service.rawstates import table_of_feed
from suwen.domains.lake.public import (
    ColumnSpec,
    Lake,
    Row,
    RowColumn,
    RowPage,
    TableSpec,
    Wanted,
    count_rows,
    read_rows,
    stream_rows,
    wanted_of,
)
from suwen.domains.standards.public import Catalog, Element, ElementType, load_catalog
from suwen.kernel.database import UnitOfWork
from suwen.kernel.masking import view_of
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope

_TYPES: dict[str, ElementType] = {
    "string": "string", "integer": "integer", "int": "integer", "double": "decimal", "date": "date",
    "datetime": "datetime", "boolean": "boolean", "binary": "string",
}  # fmt: skip
_OWN = {column.name for column in SYSTEM}


@dataclass(frozen=True)
class MirrorView:
    """What one reader is shown of a mirror.

    feed: the feed's code. table: without layer. feeds: raw columns in lower case with the elements that they feed.
    scope: the reader's, widened to all institutions: the mirror is of one, which was looked at before.
    """

    feed: str
    table: str
    rules: Rules
    feeds: dict[str, list[Element]]
    scope: Scope

    def page(self, lake: Lake, request: PageRequest) -> RowPage:
        """Return a page of rows, newest changes first unless ordered otherwise. Raises FieldNotOpen, Invalid."""
        spec = self._declared(lake)
        columns = self._columns(spec)
        total, items = 0, list[Row]()
        if spec is not None:
            wanted = _wanted(columns, request)
            total = count_rows(lake, spec.ref, wanted, self.scope)
            names = [*_shown(columns), BATCH, PLACE]
            items = read_rows(lake, spec.ref, names, wanted, self.scope, request.page_size, request.offset)
        return RowPage(
            columns=columns,
            items=[_told(row) for row in items],
            labels={},
            total=total,
            page=request.page,
            page_size=request.page_size,
        )

    def stream(self, lake: Lake, request: PageRequest) -> tuple[list[RowColumn], Iterator[list[Row]]]:
        """Return the shown columns and all rows that the request's filters let through, in portions."""
        spec = self._declared(lake)
        columns = [column for column in self._columns(spec) if not column.hidden]
        if spec is None:
            return columns, iter(())
        portions = stream_rows(lake, spec.ref, _shown(columns), _wanted(columns, request), self.scope)
        return columns, ([_told(row) for row in portion] for portion in portions)

    def _declared(self, lake: Lake) -> TableSpec | None:
        """Return the mirror's declaration with the grades of today's mapping, None when nothing was mirrored yet."""
        if not lake.exists("mirror", self.table):
            return None
        # A mapping may have changed since the last sync; what a reader sees follows the mapping of today.
        return lake.ensure(mirror_spec(self.table, lake.snapshot("mirror", self.table).spec.columns, self.rules)).spec

    def _columns(self, spec: TableSpec | None) -> list[RowColumn]:
        if spec is None:
            return []
        arrived = _column(ARRIVED, "到达时间", "Arrived", "datetime")
        return [arrived, *(self._source_column(column) for column in spec.columns if column.name not in _OWN)]

    def _source_column(self, column: ColumnSpec) -> RowColumn:
        view = view_of(column.grade, column.mask, self.scope)
        fed = self.feeds.get(column.name.lower(), [])
        # What a column feeds stands beside its name: a source's names are seldom words.
        title = "、".join(dict.fromkeys(element.title for element in fed))
        title_en = ", ".join(dict.fromkeys(element.title_en for element in fed))
        hidden = column.type == "binary" or view == "empty" or (view == "masked" and column.mask == UNGRADED)
        return _column(
            column.name,
            f"{column.name}（{title}）" if title else column.name,
            f"{column.name} ({title_en})" if title_en else column.name,
            _TYPES.get(column.type, "decimal"),
            grade=column.grade,
            masked=view == "masked" and not hidden,
            hidden=hidden,
            open=view == "clear" and column.mask is None and not hidden,
        )


async def view_mirror(uow: UnitOfWork, scope: Scope, key: str) -> MirrorView:
    """Return what a scope is shown of a mirror, by its id or its feed's code. Raises UnknownMirror."""
    mirror = await MirrorRepository(uow.session).mirror(key, scope)
    feed = await IngestRepository(uow.session).feed(mirror.feed, scope)
    definition, catalog = FeedDefinition.model_validate(feed.definition), await load_catalog(uow)
    return MirrorView(
        feed.code,
        table_of_feed(feed),
        column_rules(feed.code, definition, catalog),
        _feeding(feed.code, definition, catalog),
        replace(scope, orgs=None),
    )


def _feeding(code: str, definition: FeedDefinition, catalog: Catalog) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    elements = catalog.dataset(definition.dataset).by_name
    for name, mapping in definition.columns.items():
        for column in columns_used(parse_expression(code, name, mapping.expr)) if name in elements else ():
            found.setdefault(raw_name(column).lower(), []).append(elements[name])
    return found


def _wanted(columns: Sequence[RowColumn], request: PageRequest) -> Wanted:
    types = {column.name: str(column.type) for column in columns if column.open}
    wanted = wanted_of(request, types, list(types), [name for name, kind in types.items() if kind == "string"])
    if not request.sort:
        wanted.sort(ARRIVED, descending=True)
    # Pages never overlap: batch and place name a row.
    wanted.sort(BATCH, descending=True)
    wanted.sort(PLACE, descending=False)
    return wanted


def _shown(columns: Sequence[RowColumn]) -> list[str]:
    return [column.name for column in columns if not column.hidden]


def _told(row: Row) -> Row:
    moment: datetime = row[ARRIVED]
    return row | {ARRIVED: moment.replace(tzinfo=UTC)}


def _column(
    name: str,
    title: str,
    title_en: str,
    kind: ElementType,
    *,
    grade: int = 1,
    masked: bool = False,
    hidden: bool = False,
    open: bool = False,
) -> RowColumn:
    return RowColumn(
        name=name,
        title=title,
        title_en=title_en,
        type=kind,
        value_set=None,
        unit=None,
        grade=grade,
        masked=masked,
        hidden=hidden,
        open=open,
    )
