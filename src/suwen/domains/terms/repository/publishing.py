"""What of the confirmed mapping goes to the lake, and the record of its applications."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from suwen.domains.terms.models import State, TermApplication, TermDictionary, TermEntry
from suwen.domains.terms.schemas import PUBLISH
from suwen.kernel.jobs import JobRun, JobStatus
from suwen.kernel.repository import Repository

_PORTION = 10_000


@dataclass(frozen=True)
class Application:
    """One run that brought the mapping into a dataset: values with a standard code before and after."""

    at: datetime
    by: str | None
    before: int
    after: int


class PublishRepository(Repository):  # unscoped: the platform's own jobs bring the mapping of all institutions
    """The mapping as the lake has it."""

    async def waiting(self) -> bool:
        """Say whether a publishing job waits that will see what this unit of work writes.

        Its row is held until the commit, so it cannot start before.
        """
        run = select(JobRun.id).where(JobRun.name == PUBLISH, JobRun.status == JobStatus.QUEUED.value)
        return (await self.session.scalar(run.limit(1).with_for_update(read=True, skip_locked=True))) is not None

    async def pending(self) -> list[TermDictionary]:
        """Return the dictionaries of which the lake does not have what was decided last."""
        held = TermDictionary
        return await self.all(select(held).where(held.revision != held.published).order_by(held.id))

    async def mapped(self, dictionary: uuid.UUID) -> AsyncIterator[Any]:
        """Yield code, name, mapped, mapped_name of a dictionary's mapped entries."""
        entry = TermEntry
        query = select(entry.code, entry.name, entry.mapped, entry.mapped_name).where(
            entry.dictionary_id == dictionary, entry.state == State.MAPPED.value, entry.mapped.is_not(None)
        )
        async for row in await self.session.stream(query.execution_options(yield_per=_PORTION)):
            yield row

    async def unambiguous(self, dictionary: uuid.UUID) -> AsyncIterator[Any]:
        """Yield code, mapped, mapped_name of codes that stand for the same under all their names."""
        entry = TermEntry
        decided = entry.state == State.MAPPED.value
        query = (
            select(entry.code, func.min(entry.mapped), func.min(entry.mapped_name))
            .where(entry.dictionary_id == dictionary, entry.code != "", or_(entry.present, decided))
            .group_by(entry.code)
            .having(func.bool_and(decided), func.min(entry.mapped) == func.max(entry.mapped))
        )
        async for row in await self.session.stream(query.execution_options(yield_per=_PORTION)):
            yield row

    async def published(self, dictionary: uuid.UUID, revision: int) -> None:
        """Note which revision of a dictionary the lake has."""
        held = await self.get(TermDictionary, dictionary)
        held.published = revision

    def log(self, application: TermApplication) -> None:
        """Keep the record of an application."""
        self.add(application)

    async def applications(self, dataset: str, newest: int) -> list[Application]:
        """Return the first and the newest applications of the mapping to a dataset, all kinds together, oldest first.

        An application notes each kind by itself, in one commit.
        """
        held = TermApplication
        minute = func.date_trunc("minute", held.applied_at)
        found = (
            select(
                func.min(held.applied_at).label("at"),
                func.max(held.applied_by).label("by"),
                func.sum(held.mapped_before).label("before"),
                func.sum(held.mapped_after).label("after"),
            )
            .where(held.dataset == dataset)
            .group_by(minute, held.applied_by)
        ).subquery()
        first = await self.session.execute(select(found).order_by(found.c.at).limit(1))
        last = await self.session.execute(select(found).order_by(found.c.at.desc()).limit(newest))
        rows = dict.fromkeys(Application(*row) for row in (*first, *reversed(last.all())))
        return list(rows)
