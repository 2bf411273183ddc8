"""Work done in the background: declared by `@job`, queued by `UnitOfWork.defer`, run by `run_worker`."""

from suwen.kernel.jobs.models import JobRun, JobStatus

__all__ = ["JobRun", "JobStatus"]
