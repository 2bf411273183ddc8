"""Rows for lists whose rows the generator cannot make up."""

from suwen.domains.ingest.models import IngestScheme
from tests.conformance.samples import Seed, SeedContext


async def scheme_table(context: SeedContext) -> str:
    """Store a scheme of one table; return that table's key."""
    scheme = IngestScheme(org_code=context.org, system="HIS", datasets=["encounter"])
    context.uow.session.add(scheme)
    await context.uow.session.flush()
    return f"{scheme.id}.encounter"


SEEDS: dict[str, Seed] = {"ingest.scheme_tables": scheme_table}
