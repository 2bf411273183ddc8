"""How many rows a platform has under each code of an institution, counted at the platform itself."""

from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlglot import exp

from suwen.domains.ingest.connector import Connector, ReadRequest
from suwen.domains.ingest.definition import FeedDefinition
from suwen.domains.ingest.leaving import left_of
from suwen.domains.ingest.migration.dividing import NONE, code_of
from suwen.domains.ingest.migration.models import MigrationTally
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.planned import Polled
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.session import Session
from suwen.kernel.clock import now
from suwen.kernel.jobs import JobContext
from suwen.kernel.scope import Scope

_CODE, _ROWS, _GIVEN = "code", "rows", "platform_rows"


async def tally(ctx: JobContext, key: UUID) -> dict[str, Any]:
    """Count the rows of every table of a platform by institution; what was counted before is replaced in one commit.

    Raises BehindNode for a platform that only an edge node reaches, SourceUnavailable, SourceUnreadable.
    """
    async with ctx.uow() as uow:
        migration = await MigrationRepository(uow.session).migration(key, Scope.everything())
        ingest = IngestRepository(uow.session)
        source = await ingest.source(migration.source, Scope.everything())
        connector = connected(source, ctx.settings)
        stored = await ingest.feeds(Scope.everything(), source.id)
        feeds = [FeedDefinition.model_validate(feed.definition) for feed in stored]
        names = list(migration.columns)

    counted: list[MigrationTally] = []
    for feed in feeds:
        ctx.raise_if_cancelled()
        ctx.reporter.stage(f"清点 {feed.table or feed.code}", 100)
        rows = await to_thread.run_sync(_counted, ctx, connector, feed, names)
        counted += [MigrationTally(migration_id=key, **row) for row in rows]
    async with ctx.uow() as uow:
        repository = MigrationRepository(uow.session)
        migration = await repository.migration(key, Scope.everything())
        await repository.put_tallies(migration, counted)
        migration.tallied_at, migration.error = now(), None
        told = {"tables": len(feeds), "rows": sum(one.rows for one in counted)}
        await ctx.settle(uow, told)
    return told


def _counted(
    ctx: JobContext, connector: Connector[Any], feed: FeedDefinition, names: list[str]
) -> list[dict[str, Any]]:
    request = ReadRequest(table=feed.table, query=feed.query)
    with Session(ctx.settings.workspace / "spill") as session, connector.read(session, request) as opened:
        reading = left_of(feed.code, opened, feed.leaves)
        known = {column.name.lower(): column.name for column in reading.columns}
        column = next((known[name.lower()] for name in names if name.lower() in known), None)
        code = code_of(column) if column is not None else exp.Literal.string(NONE)
        query = exp.select(exp.alias_(code, _CODE), exp.alias_(exp.Count(this=exp.Star()), _ROWS))
        given = exp.to_table(_GIVEN)
        statement = f"WITH {_GIVEN} AS ({reading.sql}) {query.from_(given).group_by(code).sql('duckdb')}"
        with Polled(session, ctx.reporter):
            found = session.rows(statement)
    place = {"feed": feed.code, "origin": feed.table or feed.code, "column": column}
    # A table without rows is known to be divided all the same.
    return [{**place, "code": str(one), "rows": int(str(rows))} for one, rows in found or [(NONE, 0)]]
