"""HTTP of migrations: platforms counted, their codes given to institutions, these made, read, checked, accepted."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends

from suwen.domains.ingest.migration import giving, listing, making, standing
from suwen.domains.ingest.migration.models import MigrationPart
from suwen.domains.ingest.migration.repository import MigrationRepository
from suwen.domains.ingest.migration.schemas import MigrationReport, PartAcceptance, PartChange, PartRow, PartsIn
from suwen.domains.ingest.permissions import READ, RUN, WRITE
from suwen.domains.ingest.schemas import Deferred
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal, require
from suwen.kernel.scope import Scope
from suwen.kernel.web import Work

Reader = Annotated[Principal, Depends(require(READ.code))]
Runner = Annotated[Principal, Depends(require(RUN.code))]
Writer = Annotated[Principal, Depends(require(WRITE.code))]
router = APIRouter(prefix="/api/ingest", tags=["ingest"])


@router.get("/migrations/{key}/report")
async def read_report(key: UUID, uow: Work, principal: Reader) -> MigrationReport:
    """Show a migration whole: whose each row of the platform is, and what of it was read and found equal."""
    return listing.report_of(await standing.overview(uow, principal.scope, key))


@router.post("/migrations/{key}/tally", status_code=202)
async def tally_migration(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue the counting of a platform's rows by table and institution."""
    migration = await MigrationRepository(uow.session).migration(key, principal.scope)
    queued = migration.job_run_id = uow.defer(making.TALLY, {"migration": str(key)})
    return Deferred(job_run_ids=[queued])


@router.post("/migrations/{key}/parts", status_code=201)
async def give_codes(key: UUID, given: PartsIn, uow: Work, principal: Writer) -> list[PartRow]:
    """Give codes of a platform to institutions, or leave them behind for a reason; all of the rows or none."""
    return await _rows(uow, await giving.give(uow, principal.scope, key, given.parts))


@router.post("/migrations/{key}/make", status_code=202)
async def make_all(key: UUID, uow: Work, principal: Writer) -> Deferred:
    """Queue the making of the sources of all institutions that are not settled."""
    return Deferred(job_run_ids=[making.queue(uow, part) for part in await _open(uow, principal.scope, key)])


@router.post("/migrations/{key}/run", status_code=202)
async def run_all(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue the reading of all institutions that are made and not settled, and of the tables that are one for all."""
    made = [part for part in await _open(uow, principal.scope, key) if part.made_at is not None]
    shared = await making.run_shared(uow, principal.scope, key)
    return Deferred(job_run_ids=[*shared, *[await making.run(uow, principal.scope, part) for part in made]])


@router.put("/migration_parts/{key}")
async def change_part(key: UUID, wanted: PartChange, uow: Work, principal: Writer) -> PartRow:
    """Change the title, codes or cut-over day of an institution; making it again carries them to its source."""
    return (await _rows(uow, [await giving.change(uow, principal.scope, key, wanted)]))[0]


@router.delete("/migration_parts/{key}", status_code=204)
async def delete_part(key: UUID, uow: Work, principal: Writer) -> None:
    """Take the codes from an institution that has no source yet, or that stays behind."""
    await giving.remove(uow, principal.scope, key)


@router.post("/migration_parts/{key}/make", status_code=202)
async def make_part(key: UUID, uow: Work, principal: Writer) -> Deferred:
    """Queue the making of an institution's source, or its bringing up to what pattern and institution say now."""
    part = await MigrationRepository(uow.session).part(key, principal.scope)
    return Deferred(job_run_ids=[making.queue(uow, part)])


@router.post("/migration_parts/{key}/run", status_code=202)
async def run_part(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue the reading of an institution's tables; each is checked after it was read."""
    part = await MigrationRepository(uow.session).part(key, principal.scope)
    return Deferred(job_run_ids=[await making.run(uow, principal.scope, part)])


@router.post("/migration_parts/{key}/check", status_code=202)
async def check_part(key: UUID, uow: Work, principal: Runner) -> Deferred:
    """Queue a check of each of an institution's tables."""
    part = await MigrationRepository(uow.session).part(key, principal.scope)
    return Deferred(job_run_ids=await making.check(uow, principal.scope, part, principal.username))


@router.post("/migration_parts/{key}/accept")
async def accept_part(key: UUID, given: PartAcceptance, uow: Work, principal: Writer) -> PartRow:
    """Accept an institution whose tables were all found equal after they were read; its plans end."""
    return (await _rows(uow, [await giving.accept(uow, principal.scope, key, principal.username, given.note)]))[0]


@router.post("/migration_parts/{key}/reopen")
async def reopen_part(key: UUID, uow: Work, principal: Writer) -> PartRow:
    """Take the acceptance of an institution back."""
    return (await _rows(uow, [await giving.reopen(uow, principal.scope, key)]))[0]


async def _open(uow: UnitOfWork, scope: Scope, key: UUID) -> list[MigrationPart]:
    repository = MigrationRepository(uow.session)
    migration = await repository.migration(key, scope)
    parts = await repository.parts(scope, migration.id)
    return [part for part in parts if part.accepted_at is None and part.reason is None]


async def _rows(uow: UnitOfWork, parts: list[MigrationPart]) -> list[PartRow]:
    return [listing.part_row(one) for one in await standing.standings(uow, Scope.everything(), parts)]
