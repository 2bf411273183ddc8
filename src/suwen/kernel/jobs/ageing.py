"""Waiting work grows more urgent: a job of low priority is overtaken for a while, and not for ever."""

from sqlalchemy import text

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs.models import RUN_TASK
from suwen.kernel.jobs.timetables import timetable

AGE_SECONDS = 60.0
"""A job that waits gains one point of priority each time that so much has passed."""
_AGE = text(
    """
    WITH waiting AS (
        SELECT q.id, r.priority + floor(extract(epoch FROM :moment - r.created_at) / :seconds)::integer AS priority
        FROM procrastinate_jobs AS q JOIN job_run AS r ON r.id = (q.args ->> 'run_id')::uuid
        WHERE q.status = 'todo' AND q.task_name = :task AND r.created_at < :moment
        FOR UPDATE OF q SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS q SET priority = waiting.priority
    FROM waiting WHERE q.id = waiting.id AND q.priority < waiting.priority RETURNING q.id
    """
)


@timetable("kernel.ageing")
async def age(uow: UnitOfWork) -> int:
    """Raise what waits in the queues by its time of waiting; returns how many jobs.

    So a job whose priority is lower by n than that of all others waits n × AGE_SECONDS longer at the most.
    """
    found = await uow.session.execute(_AGE, {"moment": now(), "seconds": AGE_SECONDS, "task": RUN_TASK})
    return len(found.all())
