"""Background work of the room."""

import uuid
from typing import Any

from anyio import to_thread

from suwen.domains.lake.public import open_lake
from suwen.domains.standards.events import StandardChanged
from suwen.domains.standards.public import load_catalog
from suwen.domains.terms.schemas import APPLY, BATCH, LOAD, PUBLISH, RENEW, SUGGEST
from suwen.domains.terms.schemas_asking import DictionaryRef
from suwen.domains.terms.service.applying import apply, publish
from suwen.domains.terms.service.batches import work_off
from suwen.domains.terms.service.harvesting import harvest
from suwen.domains.terms.service.loading import load_kept
from suwen.domains.terms.service.renewing import concerns, have_renewed, renew
from suwen.domains.terms.service.starting import HARVEST
from suwen.domains.terms.service.suggesting import Which, suggest
from suwen.kernel.database import UnitOfWork
from suwen.kernel.events import handles
from suwen.kernel.jobs import JobContext, job
from suwen.kernel.scope import Scope
from suwen.kernel.uploads import Place


@job(HARVEST, title=("收集源字典", "Harvest dictionaries"), queue="terms", lock=lambda _: "terms:harvest")
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


@job(
    LOAD,
    title=("导入字典", "Load a dictionary"),
    queue="terms",
    lock=lambda args: " ".join((LOAD, *(args["ref"][name] for name in ("org_code", "system", "kind", "topic")))),
)
async def load_dictionary(
    ctx: JobContext,
    file: str,
    orgs: list[str] | None,
    ref: dict[str, Any],
    columns: dict[str, str] | None,
    place: dict[str, Any],
    file_name: str | None,
) -> dict[str, int]:
    """Load a long list of entries in one commit: called off or broken off, nothing of it is there."""
    async with ctx.uow() as uow:
        told = await load_kept(
            uow,
            _scope(orgs),
            uuid.UUID(file),
            DictionaryRef.model_validate(ref),
            columns,
            Place(**place),
            file_name,
            ctx.reporter,
        )
        done = told.model_dump(include={"version", "rows", "added", "changed", "vanished", "unchanged"})
        await ctx.settle(uow, done)
    return done


# One at a time: a matcher takes most of a gigabyte while it learns.
@job(SUGGEST, title=("建议术语对照", "Suggest terms"), queue="terms", lock=lambda _: "terms:suggest")
async def suggest_terms(
    ctx: JobContext,
    dictionary: str | None = None,
    kind: str | None = None,
    target: str | None = None,
    again: bool = False,
    orgs: list[str] | None = None,
) -> dict[str, Any]:
    """Make candidates for open entries, and choose from which score on they may be accepted."""
    which = Which(_scope(orgs), uuid.UUID(dictionary) if dictionary is not None else None, kind, target)
    done = await suggest(
        ctx.database,
        ctx.reporter,
        which,
        requester=ctx.requester,
        again=again,
        sentences=ctx.settings.sentence_model,
    )
    return dict(done)


@job(PUBLISH, title=("发布术语对照", "Publish the mapping of terms"), queue="terms", lock=lambda _: "terms:publish")
async def publish_mapping(ctx: JobContext) -> dict[str, Any]:
    """Bring the lake's map to what was decided, for the next loads."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    return {"dictionaries": await publish(ctx.database, lake, ctx.reporter)}


@job(APPLY, title=("应用术语对照", "Apply the mapping of terms"), queue="terms", lock=lambda _: "terms:publish")
async def apply_mapping(ctx: JobContext) -> dict[str, Any]:
    """Bring the confirmed mapping to the rows of the standard datasets."""
    lake = await to_thread.run_sync(open_lake, ctx.settings)
    async with ctx.uow() as uow:
        catalog = await load_catalog(uow)
    return dict(
        await apply(ctx.database, lake, catalog, ctx.reporter, buckets=ctx.settings.buckets, requester=ctx.requester)
    )


# A queue of its own: whoever accepts a batch looks on, and matching may take minutes.
@job(
    BATCH,
    title=("到达批次术语对照", "Map the terms of a batch"),
    queue="terms-batches",
    lock=lambda args: f"terms:batch:{args.get('batch')}",
)
async def work_batch_off(ctx: JobContext, batch: str) -> dict[str, Any]:
    """Accept the entries of a batch, or open them again, as its record says."""
    return dict(await work_off(ctx.database, ctx.reporter, ctx.requester, uuid.UUID(batch)))


@job(
    RENEW,
    title=("更新术语对照", "Renew a mapping"),
    queue="terms",
    lock=lambda args: f"terms:renew:{args.get('target')}",
)
async def renew_mapping(
    ctx: JobContext, target: str, former: int | None = None, version: int | None = None
) -> dict[str, Any]:
    """Carry the mappings to a terminology over to its edition in force, list the rest."""
    return dict(await renew(ctx.database, ctx.reporter, ctx.requester, target, former, version))


@handles(StandardChanged, "terms.take_edition")
async def take_edition(event: StandardChanged, uow: UnitOfWork) -> None:
    """Have the mappings to a value set looked at when it has another version, or none any more."""
    if event.kind == "value_set" and await concerns(uow, event.code):
        await have_renewed(uow, event.code, event.former_version, event.version)


def _scope(orgs: list[str] | None) -> Scope:
    """Return the scope of whoever asked: a job's own requester may see everything."""
    return Scope.everything() if orgs is None else Scope(frozenset(orgs), 5, unmask=True)
