"""Work done in the background: declared by `@job`, queued by `UnitOfWork.defer`, run by `run_worker`."""

from suwen.kernel.jobs.ageing import AGE_SECONDS
from suwen.kernel.jobs.context import JobContext
from suwen.kernel.jobs.daily import begin_daily
from suwen.kernel.jobs.deferral import again, cancel, pause, resume
from suwen.kernel.jobs.definition import (
    InvalidJob,
    InvalidJobArguments,
    JobDefinition,
    Retry,
    UnknownJob,
    find_job,
    job,
    job_definition,
    job_definitions,
)
from suwen.kernel.jobs.execution import run_job
from suwen.kernel.jobs.files import keep_file, take_file
from suwen.kernel.jobs.models import FINAL, JobEvent, JobRule, JobRun, JobSetting, JobStatus, JobWorker
from suwen.kernel.jobs.presence import DEAD_AFTER, workers
from suwen.kernel.jobs.progress import JobCancelled, JobLost, JobPaused, told_failure
from suwen.kernel.jobs.timetables import begin_due, timetable
from suwen.kernel.jobs.waiting import Moment, Waiting, job_settings, life_of, node_use, usual_seconds, why_waiting
from suwen.kernel.jobs.windows import opened
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
    "JobEvent",
    "JobLost",
    "JobPaused",
    "JobRule",
    "JobRun",
    "JobSetting",
    "JobStatus",
    "JobWorker",
    "Moment",
    "Retry",
    "UnknownJob",
    "Waiting",
    "WorkerTiming",
    "again",
    "begin_daily",
    "begin_due",
    "cancel",
    "find_job",
    "job",
    "job_definition",
    "job_definitions",
    "job_settings",
    "keep_file",
    "known_queues",
    "life_of",
    "node_use",
    "opened",
    "pause",
    "resume",
    "run_job",
    "run_until_idle",
    "run_worker",
    "take_file",
    "timetable",
    "told_failure",
    "usual_seconds",
    "why_waiting",
    "workers",
]
