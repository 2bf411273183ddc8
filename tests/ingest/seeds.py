"""Rows for lists whose rows the generator cannot make up."""

from typing import cast
from uuid import UUID

from suwen.domains.ingest.models import IngestFeed, IngestScheme, IngestSource, Migration, MigrationPart
from suwen.kernel.clock import now
from tests.conformance.samples import Seed, SeedContext, made_up


async def scheme_table(context: SeedContext) -> str:
    """Store a scheme of one table; return that table's key."""
    scheme = IngestScheme(org_code=context.org, system="HIS", datasets=["encounter"])
    context.uow.session.add(scheme)
    await context.uow.session.flush()
    return f"{scheme.id}.encounter"


async def assessed_feed(context: SeedContext) -> str:
    """Store a feed; return its code."""
    return cast(IngestFeed, await made_up(context.uow, IngestFeed, {"org_code": context.org})).code


async def migration(context: SeedContext) -> str:
    """Store a migration of a platform; return its key."""
    return str(cast(Migration, await made_up(context.uow, Migration, {"org_code": context.org})).id)


async def migration_part(context: SeedContext) -> str:
    """Store an institution of a migration; return its key."""
    return str(await _part(context, None))


async def migration_table(context: SeedContext) -> str:
    """Store a table of an institution of a migration; return its key."""
    source = cast(IngestSource, await made_up(context.uow, IngestSource, {"org_code": context.org, "removed_at": None}))
    code = f"{source.code}.visits"
    given = {"org_code": context.org, "source_id": source.id, "code": code, "removed_at": None}
    await made_up(context.uow, IngestFeed, given)
    return f"{await _part(context, source)}.visits"


async def _part(context: SeedContext, source: IngestSource | None) -> UUID:
    held = cast(Migration, await made_up(context.uow, Migration, {"org_code": context.org}))
    given = {"org_code": context.org, "migration_id": held.id, "made_at": now()} | (
        {"source": source.code} if source is not None else {}
    )
    return cast(MigrationPart, await made_up(context.uow, MigrationPart, given)).id


SEEDS: dict[str, Seed] = {
    "ingest.scheme_tables": scheme_table,
    "ingest.assessments": assessed_feed,
    "ingest.migrations": migration,
    "ingest.migration_parts": migration_part,
    "ingest.migration_tables": migration_table,
}
