"""How a member of a run ends, or waits for its next try."""

from collections.abc import Mapping
from datetime import timedelta

from suwen.domains.ingest.groups.models import GroupRun, GroupStep, StepStatus
from suwen.kernel.clock import now
from suwen.kernel.jobs import JobRun, JobStatus

WAITING, QUEUED, WORKING = StepStatus.WAITING.value, StepStatus.QUEUED.value, StepStatus.RUNNING.value
WELL, FAILED = StepStatus.SUCCEEDED.value, StepStatus.FAILED.value
SKIPPED, CANCELLED = StepStatus.SKIPPED.value, StepStatus.CANCELLED.value
ENDED = {WELL, FAILED, SKIPPED, CANCELLED}
UNCONFIRMED = "so many rows have vanished at the source that this must be confirmed"


def end(step: GroupStep, status: str, error: str | None = None) -> None:
    """Note how a member ended."""
    step.status, step.error, step.finished_at = status, error, now()


def end_by_job(run: GroupRun, step: GroupStep, job: JobRun) -> None:
    """Note that a member's job ended without a word."""
    if job.status == JobStatus.CANCELLED:
        end(step, CANCELLED)
    else:
        fail(run, step, job.error or "the job ended without a result")


def fail(run: GroupRun, step: GroupStep, error: str) -> None:
    """Note that a member failed: it waits for its next try, if it has one left."""
    if step.tries <= run.retries and not run.cancel_requested:
        step.status, step.error = WAITING, error
        step.not_before = now() + timedelta(seconds=run.retry_seconds)
    else:
        end(step, FAILED, error)


def succeed(step: GroupStep, result: Mapping[str, object]) -> None:
    """Note that a member ended well, with its batch: `batch_id`, `rows_in`, `rows_std`."""
    end(step, WELL)
    step.batch_id = str(result["batch_id"])
    step.rows_in, step.rows_std = int(str(result["rows_in"])), int(str(result["rows_std"]))
