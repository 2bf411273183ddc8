"""Background work of the room."""

import uuid
from typing import Any

from anyio import to_thread

from suwen.domains.lake.public import open_lake
from suwen.domains.standards.public import load_catalog
from suwen.domains.terms.schemas import APPLY, HARVEST, PUBLISH, SUGGEST
from suwen.domains.terms.service.applying import apply, publish
from suwen.domains.terms.service.harvesting import harvest
from suwen.domains.terms.service.suggesting import suggest
from suwen.kernel.jobs import JobContext, job
from suwen.kernel.scope import Scope


@job(HARVEST, queue="terms", lock=lambda _: "terms:harvest")
async def harvest_dictionaries(ctx: JobContext, kinds: list[str], orgs: list[str] | None = None) -> dict[str, Any]:
    """Bring the dictionaries to what the lake's standard datasets hold."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    async with ctx.uow() as uow:
        catalog = await load_catalog(uow)
    return dict(
        await harvest(
            ctx.database, lake, catalog, ctx.reporter, scope=_scope(orgs), requester=ctx.requester, kinds=kinds
        )
    )


@job(SUGGEST, queue="terms", lock=lambda args: f"terms:suggest:{args.get('dictionary') or 'all'}")
async def suggest_terms(
    ctx: JobContext, dictionary: str | None = None, again: bool = False, orgs: list[str] | None = None
) -> dict[str, Any]:
    """Make candidates for open entries."""
    key = uuid.UUID(dictionary) if dictionary is not None else None
    return dict(
        await suggest(
            ctx.database, ctx.reporter, scope=_scope(orgs), requester=ctx.requester, dictionary=key, again=again
        )
    )


@job(PUBLISH, queue="terms", lock=lambda _: "terms:publish")
async def publish_mapping(ctx: JobContext) -> dict[str, Any]:
    """Bring the lake's map to what was decided, for the next loads."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return {"dictionaries": await publish(ctx.database, lake, ctx.reporter)}


@job(APPLY, queue="terms", lock=lambda _: "terms:publish")
async def apply_mapping(ctx: JobContext) -> dict[str, Any]:
    """Bring the confirmed mapping to the rows of the standard datasets."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    async with ctx.uow() as uow:
        catalog = await load_catalog(uow)
    return dict(
        await apply(ctx.database, lake, catalog, ctx.reporter, buckets=ctx.settings.buckets, requester=ctx.requester)
    )


def _scope(orgs: list[str] | None) -> Scope:
    """Return the scope of whoever asked: a job's own requester may see everything."""
    return Scope.everything() if orgs is None else Scope(frozenset(orgs), 5, unmask=True)
