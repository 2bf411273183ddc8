"""Jobs that are begun once a business day: the day is kept beside the run that it began, in one commit."""

from collections.abc import Collection

from sqlalchemy.dialects.postgresql import insert

from suwen.kernel.clock import today
from suwen.kernel.database import Database
from suwen.kernel.jobs.definition import job_definitions
from suwen.kernel.jobs.models import JobDay


async def begin_daily(database: Database, queues: Collection[str] | None = None) -> list[str]:
    """Queue each daily job (of some queues) that was not begun today yet; returns their names.

    Any number of workers may ask at once, and after any number of days: each job is begun once.
    """
    begun: list[str] = []
    for definition in job_definitions():
        if not definition.daily or (queues is not None and definition.queue not in queues):
            continue
        async with database.unit_of_work() as uow:
            day = today()
            noted = insert(JobDay).values(name=definition.name, day=day)
            noted = noted.on_conflict_do_update(index_elements=["name"], set_={"day": day}, where=JobDay.day < day)
            if await uow.session.scalar(noted.returning(JobDay.name)) is not None:
                uow.defer(definition.name)
                begun.append(definition.name)
    return begun
