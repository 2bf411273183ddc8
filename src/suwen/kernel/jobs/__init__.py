"""Work done in the background: declared by `@job`, queued by `UnitOfWork.defer`, run by `run_worker`."""

from suwen.kernel.jobs.ageing import AGE_SECONDS
from suwen.kernel.jobs.context import JobContext
from suwen.kernel.jobs.daily import begin_daily
from suwen.kernel.jobs.deferral import cancel, pause, resume
from suwen.kernel.jobs.definition import (
    InvalidJob,
    InvalidJobArguments,
    JobDefinition,
    Retry,
    UnknownJob,
    job,
    job_definition,
    job_definitions,
)
from suwen.kernel.jobs.execution import run_job
from suwen.kernel.jobs.files import keep_file, take_file
from suwen.kernel.jobs.models import FINAL, JobRun, JobStatus, JobWorker
from suwen.kernel.jobs.presence import DEAD_AFTER, workers
from suwen.kernel.jobs.progress import JobCancelled, JobLost, JobPaused, told_failure
from suwen.kernel.jobs.timetables import begin_due, timetable
from suwen.kernel.jobs.worker import WorkerTiming, known_queues, run_until_idle, run_worker

__all__ = [
    "AGE_SECONDS",
    "DEAD_AFTER",
    "FINAL",
    "InvalidJob",
    "InvalidJobArguments",
    "JobCancelled",
    "JobContext",
    "JobDefinition",
    "JobLost",
    "JobPaused",
    "JobRun",
    "JobStatus",
    "JobWorker",
    "Retry",
    "UnknownJob",
    "WorkerTiming",
    "begin_daily",
    "begin_due",
    "cancel",
    "job",
    "job_definition",
    "job_definitions",
    "keep_file",
    "known_queues",
    "pause",
    "resume",
    "run_job",
    "run_until_idle",
    "run_worker",
    "take_file",
    "timetable",
    "told_failure",
    "workers",
]
