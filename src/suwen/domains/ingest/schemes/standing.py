"""How far schemes have come, computed from feeds, batches and checks that are there."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from suwen.domains.ingest.connector import connector_class
from suwen.domains.ingest.models import BatchStatus, IngestSource
from suwen.domains.ingest.reconcile.models import CheckStatus
from suwen.domains.ingest.schemes.models import IngestScheme, Way
from suwen.domains.ingest.schemes.repository import Brought, SchemeRepository
from suwen.domains.ingest.schemes.schemas import (
    Matrix,
    MatrixCell,
    MatrixRow,
    MatrixSystem,
    SchemeTableRow,
    TableState,
)
from suwen.domains.ingest.schemes.systems import kind_of, system_kinds
from suwen.kernel.clock import today
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

DONE = frozenset({TableState.LANDED, TableState.DIFFERENT, TableState.RECONCILED})
_ORDER = list(TableState)


async def tables_of(uow: UnitOfWork, scope: Scope) -> list[SchemeTableRow]:
    """Return every standard table of the scope's schemes and how far it has come."""
    repository = SchemeRepository(uow.session)
    brought: dict[tuple[str, str, str], list[Brought]] = {}
    for one in await repository.brought(scope):
        brought.setdefault((one.feed.org_code, kind_of(one.source.system), one.feed.dataset), []).append(one)
    return [
        _table(scheme, dataset, brought.get((scheme.org_code, scheme.system, dataset), []))
        for scheme in await repository.schemes(scope)
        for dataset in scheme.datasets
    ]


def _table(scheme: IngestScheme, dataset: str, feeds: Sequence[Brought]) -> SchemeTableRow:
    # Of several feeds of one table the one that has come least far tells how the table stands.
    feeds = sorted(feeds, key=lambda one: _ORDER.index(_state(one)))
    state = _state(feeds[0]) if feeds else TableState.MISSING
    first = feeds[0] if feeds else None
    way = way_of(first.source) if first else None
    mode = first.feed.mode if first else None
    return SchemeTableRow(
        id=f"{scheme.id}.{dataset}",
        org_code=scheme.org_code,
        system=scheme.system,
        dataset=dataset,
        state=state.value,
        overdue=scheme.due is not None and scheme.due < today() and state not in DONE,
        feed=first.feed.code if first else None,
        rows=sum(one.rows for one in feeds),
        accepted=_accepted(first) if first else None,
        data_at=max((one.feed.data_at for one in feeds if one.feed.data_at), default=None),
        checked_at=first.check[1] if first and first.check else None,
        mode=scheme.mode,
        mode_now=mode,
        way=scheme.way,
        way_now=way,
        departs=first is not None and (mode != scheme.mode or way != scheme.way),
        phase=scheme.phase,
        due=scheme.due,
        error=first.newest.error if first and first.newest else None,
    )


def _state(one: Brought) -> TableState:
    if one.newest is not None and one.newest.status == BatchStatus.FAILED:
        return TableState.FAILED
    if one.feed.data_at is None:
        return TableState.MADE
    if one.check is None:
        return TableState.LANDED
    return TableState.RECONCILED if one.check[0] == CheckStatus.EQUAL else TableState.DIFFERENT


def _accepted(one: Brought) -> float | None:
    batch = one.newest
    return round(100 * batch.rows_std / batch.rows_in, 1) if batch is not None and batch.rows_in else None


def way_of(source: IngestSource) -> Way:
    """Return which way the rows of a source come."""
    if source.node_id is not None:
        return Way.NODE
    if connector_class(source.connector).capabilities.push:
        return Way.PUSH
    return Way.FILES if source.connector == "files" else Way.DIRECT


async def matrix(uow: UnitOfWork, scope: Scope, phase: str | None) -> Matrix:
    """Return institutions by systems; phase: of the schemes of that one only."""
    schemes = await SchemeRepository(uow.session).schemes(scope)
    tables: dict[UUID, list[SchemeTableRow]] = {}
    for table in await tables_of(uow, scope):
        tables.setdefault(UUID(table.id.partition(".")[0]), []).append(table)
    rows: dict[str, list[MatrixCell]] = {}
    for scheme in schemes:
        if phase is None or scheme.phase == phase:
            rows.setdefault(scheme.org_code, []).append(_cell(scheme, tables.get(scheme.id, [])))
    used = {cell.system for cells in rows.values() for cell in cells}
    kinds = [kind for kind in system_kinds().values() if kind.code in used]
    return Matrix(
        systems=[MatrixSystem(code=kind.code, title=kind.title, title_en=kind.title_en) for kind in kinds],
        phases=sorted({scheme.phase for scheme in schemes if scheme.phase}),
        rows=[MatrixRow(org_code=org, cells=cells) for org, cells in rows.items()],
    )


def _cell(scheme: IngestScheme, tables: Sequence[SchemeTableRow]) -> MatrixCell:
    def count(*states: TableState) -> int:
        return sum(table.state in states for table in tables)

    return MatrixCell(
        scheme=scheme.id,
        system=scheme.system,
        expected=len(tables),
        landed=count(*DONE),
        reconciled=count(TableState.RECONCILED),
        failing=count(TableState.FAILED, TableState.DIFFERENT),
        overdue=_overdue(tables),
    )


def _overdue(tables: Iterable[SchemeTableRow]) -> int:
    return sum(table.overdue for table in tables)
