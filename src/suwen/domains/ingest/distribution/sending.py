"""Runs of distributions: queued, sent, noted."""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

from suwen.domains.ingest.connectors.files.options import FilesOptions
from suwen.domains.ingest.connectors.files.places.sftp import Sftp
from suwen.domains.ingest.connectors.http import HttpConnector
from suwen.domains.ingest.connectors.kafka import KafkaConnector
from suwen.domains.ingest.distribution.content import Content, Sent
from suwen.domains.ingest.distribution.errors import DistributionRunning, InvalidDistribution
from suwen.domains.ingest.distribution.models import Distribution, DistributionRun, SendStatus, TargetKind
from suwen.domains.ingest.distribution.repository import DistributionRepository
from suwen.domains.ingest.distribution.selecting import Selection
from suwen.domains.ingest.distribution.targets.database import DatabaseTarget
from suwen.domains.ingest.distribution.targets.delivery import KafkaDelivery, PlatformDelivery, delivery_of
from suwen.domains.ingest.distribution.targets.files import FilesTarget
from suwen.domains.ingest.distribution.targets.folders import LocalFolder, SftpFolder
from suwen.domains.ingest.distribution.targets.kafka import KafkaTarget
from suwen.domains.ingest.distribution.targets.platform import PlatformTarget
from suwen.domains.ingest.reconcile.holding import HeldRepository
from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.service.sources import connected
from suwen.domains.ingest.vault import master_key, unseal
from suwen.domains.standards.public import load_catalog
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings

DISTRIBUTE = "ingest.distribute"
Target = DatabaseTarget | FilesTarget | KafkaTarget | PlatformTarget
Stopped = Callable[[], bool]


async def queue(
    uow: UnitOfWork, distribution: Distribution, cause: str, *, anew: bool = False, since: int | None = None
) -> DistributionRun:
    """Queue a run of a distribution that the caller has locked. Raises DistributionRunning.

    anew: of every row. since: also of rows that have changed since a version of the lake's table, sent or not.
    """
    repository = DistributionRepository(uow.session)
    if await repository.runs_on(distribution.id):
        raise DistributionRunning(distribution.title)
    run = repository.add(
        DistributionRun(
            distribution_id=distribution.id, title=distribution.title, dataset=distribution.dataset,
            orgs=distribution.orgs, cause=cause, anew=anew, since=since,
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


async def target_of(uow: UnitOfWork, settings: Settings, distribution: Distribution, stopped: Stopped) -> Target:
    """Return where a distribution sends to. Raises UnknownSource, BehindNode."""
    d = distribution
    if d.target == TargetKind.FILES and not d.place:
        return FilesTarget(LocalFolder(distributed(settings) / d.folder), d.table, d.form)
    source = await IngestRepository(uow.session).source(d.place or "", Scope.everything())
    if d.target == TargetKind.DATABASE:
        return DatabaseTarget(source.connector, unseal(source.options, master_key(settings)), d.table)
    connector, delivery = connected(source, settings), delivery_of(d.target, d.delivery)
    if isinstance(connector, KafkaConnector) and isinstance(delivery, KafkaDelivery):
        return KafkaTarget(connector.reached_by(), d.table, delivery, d.dataset, str(d.id))
    if isinstance(connector, HttpConnector) and isinstance(delivery, PlatformDelivery):
        return PlatformTarget(connector.options, delivery, d.table, stopped)
    if isinstance(connector.options, FilesOptions):
        return FilesTarget(SftpFolder(Sftp(connector.options), d.folder), d.table, d.form)
    raise InvalidDistribution("the source's connection does not lead to such a target", received=source.connector)


def distributed(settings: Settings) -> Path:
    """Return the folder below which files are distributed."""
    return settings.workspace / "distributed"


def send(
    target: Target, content: Content | None, job: UUID, *, create: bool, anew: bool, before: Mapping[str, str] | None
) -> Sent:
    """Bring a target that tells its own position to the content. Raises TargetUnavailable, TargetRefused."""
    if content is None:
        return Sent(rows=0, unchanged=True)
    if isinstance(target, FilesTarget):
        return target.send(content, str(job), anew=anew or before is not None)
    assert isinstance(target, DatabaseTarget)
    return target.send(content, str(job), create=create, anew=anew, before=before)


def note(distribution: Distribution, run: DistributionRun, sent: Sent, position: str | None) -> None:
    """Note what a run did."""
    status = SendStatus.UNCHANGED if sent.unchanged else SendStatus.SENT
    run.status, run.position, run.error, run.finished_at = status.value, position, None, now()
    run.rows, run.put, run.removed = (None if sent.unchanged else sent.rows), sent.put, sent.removed
    run.refused = sent.refused
    distribution.position, distribution.last_status = position, run.status


def note_failure(distribution: Distribution, run: DistributionRun, why: str) -> None:
    """Note why a run failed; the target stands where it stood."""
    run.status, run.error, run.finished_at = SendStatus.FAILED.value, why, now()
    distribution.last_status = run.status
