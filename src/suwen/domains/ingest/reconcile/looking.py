"""What reconciliation shows beside its lists."""

from uuid import UUID

from suwen.domains.ingest.reconcile.models import CheckStatus
from suwen.domains.ingest.reconcile.repository import CheckRepository
from suwen.domains.ingest.reconcile.schemas import CheckDetail
from suwen.domains.ingest.repository import IngestRepository
from suwen.kernel.database import UnitOfWork
from suwen.kernel.permissions import Principal
from suwen.kernel.scope import Scope


async def check_detail(uow: UnitOfWork, scope: Scope, key: UUID) -> CheckDetail:
    """Return a check with its statements. Raises UnknownCheck."""
    check = await CheckRepository(uow.session).check(key, scope)
    detail = CheckDetail.model_validate(check)
    running = check.status == CheckStatus.RUNNING.value and check.job_run_id is not None
    run = await IngestRepository(uow.session).job_run(check.job_run_id) if running and check.job_run_id else None
    if run is None:
        return detail
    return detail.model_copy(update={"stage": run.stage, "done": run.done, "total": run.total})


async def waiting(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many differences are open in the caller's institutions."""
    return await CheckRepository(uow.session).open_count(principal.scope)
