"""Files that jobs work on: kept in the commit that defers the job, gone in the commit that used them."""

import uuid
from datetime import timedelta

from sqlalchemy import delete, select

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.jobs.models import JobFile

KEPT = timedelta(days=7)
"""How long the file of a job stays that failed or was called off."""


async def keep_file(uow: UnitOfWork, content: bytes) -> uuid.UUID:
    """Keep a file for a job that this unit of work defers; files that no job has used for long go."""
    await uow.session.execute(delete(JobFile).where(JobFile.kept_at < now() - KEPT))
    kept = JobFile(content=content)
    uow.session.add(kept)
    await uow.session.flush()
    return kept.id


async def take_file(uow: UnitOfWork, file: uuid.UUID) -> bytes:
    """Return a kept file and remove it: it is there again if this unit of work fails. Raises NotFound."""
    content = await uow.session.scalar(select(JobFile.content).where(JobFile.id == file))
    if content is None:
        raise NotFound("任务的文件已不在，请重新上传", received=file)
    await uow.session.execute(delete(JobFile).where(JobFile.id == file))
    return content
