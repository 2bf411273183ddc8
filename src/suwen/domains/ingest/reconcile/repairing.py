"""Reading the rows behind a difference's keys again: some keys at a time, whoever reads them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlglot import exp

from suwen.domains.ingest.connector import Connector, ReadRequest
from suwen.domains.ingest.nodes.models import IngestDelivery
from suwen.domains.ingest.reconcile.keys import located_key
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.vault import master_key
from suwen.kernel.database import UnitOfWork
from suwen.kernel.settings import Settings

KEYS_PER_BATCH = 1_000
REPAIRED = ("missing", "differing")
"""Kinds of keys whose rows are read again at the source."""


async def requests(
    uow: UnitOfWork,
    settings: Settings,
    difference: UUID,
    connector: Connector[Any],
    rows: ReadRequest,
    key: Sequence[str],
) -> list[ReadRequest]:
    """Return the requests of the rows behind a difference's keys. rows: what the feed reads; key: its columns."""
    return [keys_request(connector, rows, key, parts) for parts in await _chunks(uow, settings, difference) if parts]


async def _chunks(uow: UnitOfWork, settings: Settings, difference: UUID) -> list[list[tuple[str | None, ...]]]:
    """Return the keys whose rows are read again, some at a time; none of a chunk of rows without a key."""
    keys = await CheckRepository(uow.session).keys_of(difference, REPAIRED)
    located = [located_key(stored, master_key(settings)) for stored in keys]
    starts = range(0, len(located), KEYS_PER_BATCH)
    return [[one.parts for one in located[at : at + KEYS_PER_BATCH] if one.key is not None] for at in starts]


async def repaired_chunks(uow: UnitOfWork, difference: UUID) -> int:
    """Return how many requests the rows behind a difference's keys are read by, at most."""
    counts = await CheckRepository(uow.session).key_counts(difference)
    return -(-sum(counts.get(kind, 0) for kind in REPAIRED) // KEYS_PER_BATCH)


async def repair_wanted(
    uow: UnitOfWork, settings: Settings, held: IngestDelivery, connector: Connector[Any]
) -> dict[str, Any]:
    """Return the fields of the order of a repair by a node, whose keys are told to nobody else.

    context: `chunk`, which of the requests it is.
    """
    wanted, chunk = held.wanted, int((held.context or {})["chunk"])
    assert held.about is not None
    rows = ReadRequest(table=wanted["table"], query=wanted["query"])
    chunks = await _chunks(uow, settings, held.about)
    # Keys that are looked for anew meanwhile may be fewer; the delivery is given up by then.
    request = keys_request(connector, rows, wanted["key"], chunks[chunk] if chunk < len(chunks) else [])
    return {**wanted, "table": request.table, "query": request.query}


def keys_request(
    connector: Connector[Any], request: ReadRequest, key: Sequence[str], keys: Sequence[tuple[str | None, ...]]
) -> ReadRequest:
    """Return the request of those rows that have these keys (the values of the key's columns); of none without keys.

    A source that takes no queries is read whole.
    """
    rows = connector.select(request)
    if rows is None:
        return ReadRequest(table=request.table)
    columns = [exp.column(exp.to_identifier(name, quoted=True), table="q") for name in key]
    if not keys:
        wanted: exp.Expr = exp.Literal.number(1).eq(exp.Literal.number(0))
    elif len(columns) == 1:
        values = [exp.Literal.string(str(parts[0])) for parts in keys]
        wanted = exp.In(this=columns[0], expressions=values)
    else:
        wanted = exp.or_(*(_equal(columns, parts) for parts in keys))
    return ReadRequest(query=rows.where(wanted).sql(connector.dialect))


def _equal(columns: Sequence[exp.Column], parts: Sequence[str | None]) -> exp.Expr:
    pairs = zip(columns, parts, strict=True)
    return exp.and_(
        *(column.is_(exp.null()) if part is None else column.eq(exp.Literal.string(part)) for column, part in pairs)
    )
