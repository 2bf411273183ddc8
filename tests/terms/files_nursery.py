"""Works off the jobs of a queue in processes that kill themselves inside a job; started by test_files_killed.

Reads lines `<workspace> <database url> <queue> <point>`: first what dead workers hold is put back, then the queue is
worked off. The child dies by SIGKILL at the given moment: before or after a statement, or the commit, of the unit of
work that takes a kept file in. Point 0 lets it finish; it answers the number of moments that there were.
"""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from suwen.domains.standards import jobs as standards_jobs
from suwen.domains.terms import jobs as terms_jobs
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.jobs.queue import Runtime, make_app
from suwen.kernel.jobs.rescue import rescue
from suwen.kernel.settings import Settings
from tests.nursery import Killer, serve

STATEMENTS = ("execute", "scalar", "scalars", "flush", "commit")


def watch(owner: Any, name: str, killer: Killer) -> None:
    """Count the moments of the unit of work that a function is given."""
    real = getattr(owner, name)

    async def watched(uow: UnitOfWork, *args: Any) -> Any:
        for statement in STATEMENTS:
            killer.around(uow.session, statement)
        return await real(uow, *args)

    setattr(owner, name, watched)


async def work(url: str, settings: Settings, queue: str) -> None:
    """Put back what the dead hold, and work the queue off."""
    database = Database(url, pool_size=3)
    runtime = Runtime(database, settings)
    async with make_app(runtime, connections=1).open_async() as app:
        await rescue(runtime, app, 0)
    await run_until_idle(database, [queue], settings=settings)
    await database.close()


def child(words: list[str]) -> str:
    """Work a queue off; return how many moments there were."""
    workspace, url, queue, point = words
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url)
    killer = Killer(int(point))
    watch(terms_jobs, "load_kept", killer)
    watch(standards_jobs, "import_kept", killer)
    asyncio.run(work(url, settings, queue))
    return str(killer.moments)


if __name__ == "__main__":
    # Once for all children.
    configure_mappers()
    serve(child)
