"""Rows for lists whose rows the generator cannot make up."""

from typing import cast

from suwen.domains.ingest.models import IngestFeed, IngestScheme
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


SEEDS: dict[str, Seed] = {"ingest.scheme_tables": scheme_table, "ingest.assessments": assessed_feed}
