"""Writes of the room in processes that kill themselves at a commit; started by test_crash.

Reads lines `<workspace> <database url> <operation> <point>`: the child dies by SIGKILL at the given commit of the
database or the lake, odd points just before one, even ones just after; point 0 lets it finish.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.standards.public import Catalog
from suwen.domains.terms import jobs
from suwen.domains.terms.models import State, TermBatch, TermEntry
from suwen.domains.terms.schemas_asking import Decision, DictionaryRef
from suwen.domains.terms.service import batches
from suwen.domains.terms.service.applying import apply
from suwen.domains.terms.service.deciding import decide
from suwen.domains.terms.service.harvesting import harvest
from suwen.domains.terms.service.loading import load_file
from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.progress import NullProgress
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.nursery import Killer, serve

ORG, PORTION = "124290999900000178", 4
ALL = Scope.everything()
JOBS = (jobs.suggest_terms, jobs.publish_mapping)
"""What the writes leave for later: known here, run by nobody."""
CATALOG = Catalog.from_packs()


async def upload(database: Database, _lake: Lake, _settings: Settings) -> None:
    """A list with entries that are new and entries that name their standard code."""
    lines = [f"{n},科室{n},{'AA03' if n % 2 else ''}" for n in range(12)]
    ref = DictionaryRef(org_code=ORG, system="his", kind="department")
    async with database.unit_of_work() as uow:
        await load_file(uow, ALL, ref, "\n".join(["代码,名称,标准代码", *lines]).encode(), None)


async def harvested(database: Database, lake: Lake, _settings: Settings) -> None:
    """Dictionaries of two kinds from the landed data."""
    await harvest(database, lake, CATALOG, NullProgress(), scope=ALL, kinds=("department", "value_set"))


async def decision(database: Database, _lake: Lake, _settings: Settings) -> None:
    """An entry mapped by a person, unless the killed one was."""
    async with database.unit_of_work() as uow:
        query = select(TermEntry).where(TermEntry.code == "0", TermEntry.kind == "department")
        entry = (await uow.session.scalars(query)).one()
        if entry.state != State.MAPPED:
            await decide(uow, ALL, entry.id, Decision(version=entry.version, action="map", codes=["AA04"]))


async def batch(database: Database, _lake: Lake, _settings: Settings) -> None:
    """What a batch's record asks for."""
    async with database.unit_of_work() as uow:
        key = (await uow.session.scalars(select(TermBatch.id))).one()
    await batches.work_off(database, NullProgress(), None, key)


async def applied(database: Database, lake: Lake, settings: Settings) -> None:
    """The mapping brought to the rows that are there."""
    await apply(database, lake, CATALOG, NullProgress(), buckets=settings.buckets, requester=None)


Operation = Callable[[Database, Lake, Settings], Awaitable[None]]
OPERATIONS: dict[str, Operation] = {
    "upload": upload,
    "harvest": harvested,
    "decision": decision,
    "accept": batch,
    "undo": batch,
    "apply": applied,
}


def child(words: list[str]) -> str:
    """Do an operation; return how many moments it had."""
    workspace, url, operation, point = words
    make: Any = Settings
    settings: Settings = make(_env_file=None, workspace=Path(workspace), database_url=url, buckets=4)
    batches.PORTION = PORTION
    lake = open_lake(settings)
    killer = Killer(int(point))
    killer.around(UnitOfWork, "commit")
    for write in ("replace", "upsert"):
        killer.around(Lake, write)

    async def run() -> None:
        database = Database(url, pool_size=2)
        await OPERATIONS[operation](database, lake, settings)
        await database.close()

    asyncio.run(run())
    return str(killer.moments)


if __name__ == "__main__":
    serve(child)
