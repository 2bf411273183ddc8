"""Which mappings fill a standard column, and how far an institution's feeds carry a dataset."""

from collections import defaultdict

from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.standards.public import Figure, Touched, Usage, conforms, load_catalog, uses_standards
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope

SHOWN = 6
"""Columns of a feed that are named; of more their number is told."""


@uses_standards("ingest")
async def mappings_using(uow: UnitOfWork, touched: Touched, scope: Scope) -> list[Usage]:
    """Return the feeds in the scope that fill a touched column, each once with the columns."""
    found: list[Usage] = []
    for feed in await IngestRepository(uow.session).feeds(scope):
        columns = [name for name in feed.definition.get("columns", {}) if (feed.dataset, name) in touched.columns]
        if columns:
            source = feed.code.partition(".")[0]
            more = f" … {len(columns)}" if len(columns) > SHOWN else ""
            detail = ", ".join(columns[:SHOWN]) + more
            path = f"/ingest/sources/{source}"
            found.append(Usage(kind="mapping", code=feed.code, title=feed.title, detail=detail, path=path))
    return found


@conforms("ingest")
async def carried(uow: UnitOfWork, scope: Scope) -> list[Figure]:
    """Return, by institution and dataset, the share of fields that feeds fill and the share of rows accepted."""
    catalog = await load_catalog(uow)
    repository = IngestRepository(uow.session)
    filled: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for feed in await repository.feeds(scope):
        filled[feed.org_code, feed.dataset] |= set(feed.definition.get("columns", {}))
    figures = [
        Figure(
            org_code=org,
            dataset=code,
            measure="mapped",
            value=100 * len(columns & set(catalog.dataset(code).names)) / len(catalog.dataset(code).names),
            version=f"v{catalog.dataset(code).version}",
        )
        for (org, code), columns in sorted(filled.items())
        if code in catalog.datasets
    ]
    rows: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for code, org, _, received, quarantined in await repository.arrivals():
        if scope.allows(org):
            rows[org, code][0] += received
            rows[org, code][1] += quarantined
    return figures + [
        Figure(
            org_code=org,
            dataset=code,
            measure="accepted",
            value=100 * (received - quarantined) / received if received else None,
            rows=received,
        )
        for (org, code), (received, quarantined) in sorted(rows.items())
    ]
