"""Runs of distributions: queued, sent, noted."""

from pathlib import Path
from uuid import UUID

from suwen.domains.ingest.distribution.content import Content, Sent
from suwen.domains.ingest.distribution.errors import DistributionRunning
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, SendStatus, TargetKind
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.distribution.selecting import Selection
from suwen.domains.ingest.distribution.targets.database import DatabaseTarget
from suwen.domains.ingest.distribution.targets.files import FilesTarget
from suwen.domains.ingest.reconcile.holding import HeldRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.vault import master_key, unseal
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

DISTRIBUTE = "ingest.distribute"


async def queue(uow: UnitOfWork, distribution: Distribution, cause: str, *, anew: bool = False) -> DistributionRun:
    """Queue a run of a distribution that the caller has locked. Raises DistributionRunning."""
    repository = DistributionRepository(uow.session)
    if await repository.runs_on(distribution.id):
        raise DistributionRunning(distribution.title)
    run = repository.add(
        DistributionRun(
            distribution_id=distribution.id, title=distribution.title, dataset=distribution.dataset,
            orgs=distribution.orgs, cause=cause, anew=anew,
        )
    )  # fmt: skip
    await uow.session.flush()
    run.job_run_id = uow.defer(DISTRIBUTE, {"run": str(run.id), "distribution": str(distribution.id)})
    distribution.last_at, distribution.last_status = now(), run.status
    return run


async def selection_of(uow: UnitOfWork, distribution: Distribution) -> Selection:
    """Return which rows a distribution sends now; days that are held back are not among them."""
    dataset = (await load_catalog(uow)).dataset(distribution.dataset)
    scope = Scope.of(*distribution.orgs) if distribution.orgs else Scope.everything()
    held = await HeldRepository(uow.session).days(scope, [dataset.code], None, None)
    return Selection(distribution, dataset, held)


async def target_of(uow: UnitOfWork, settings: Settings, distribution: Distribution) -> DatabaseTarget | FilesTarget:
    """Return where a distribution sends to. Raises UnknownSource."""
    if distribution.target == TargetKind.FILES:
        return FilesTarget(distributed(settings) / distribution.folder, distribution.table, distribution.form)
    source = await IngestRepository(uow.session).source(distribution.place or "", Scope.everything())
    return DatabaseTarget(source.connector, unseal(source.options, master_key(settings)), distribution.table)


def distributed(settings: Settings) -> Path:
    """Return the folder below which files are distributed."""
    return settings.workspace / "distributed"


def send(target: DatabaseTarget | FilesTarget, content: Content | None, job: UUID, *, create: bool, anew: bool) -> Sent:
    """Bring a target to the content. Raises TargetUnavailable, TargetRefused."""
    if content is None:
        return Sent(rows=0, unchanged=True)
    if isinstance(target, FilesTarget):
        return target.send(content, str(job), anew=anew)
    return target.send(content, str(job), create=create, anew=anew)


def note(distribution: Distribution, run: DistributionRun, sent: Sent, position: str | None) -> None:
    """Note what a run did."""
    status = SendStatus.UNCHANGED if sent.unchanged else SendStatus.SENT
    run.status, run.position, run.error, run.finished_at = status.value, position, None, now()
    run.rows, run.put, run.removed = (None if sent.unchanged else sent.rows), sent.put, sent.removed
    distribution.position, distribution.last_status = position, run.status


def note_failure(distribution: Distribution, run: DistributionRun, why: str) -> None:
    """Note why a run failed; the target stands where it stood."""
    run.status, run.error, run.finished_at = SendStatus.FAILED.value, why, now()
    distribution.last_status = run.status
