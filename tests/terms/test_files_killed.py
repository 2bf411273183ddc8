"""A job that takes a long list in, killed at any moment: nothing half, and the next worker ends it once."""

import random
from collections.abc import Awaitable, Callable, Iterator
from signal import SIGKILL

import pytest
from sqlalchemy import func, select

from suwen.domains.standards.jobs import import_list
from suwen.domains.standards.models import DictionaryCode
from suwen.domains.standards.schemas_importing import ListColumns, ListIn
from suwen.domains.standards.service import importing
from suwen.domains.terms.jobs import load_dictionary
from suwen.domains.terms.models import TermEntry, TermLoad
from suwen.domains.terms.schemas_asking import DictionaryRef
from suwen.domains.terms.service import loading
from suwen.kernel.database import Database
from suwen.kernel.jobs import JobRun
from suwen.kernel.jobs.models import JobFile
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.nursery import Nursery
from tests.terms.conftest import A

SEED = 20261123
JOBS = (import_list, load_dictionary)
"""What is asked for: known here, run in the children."""
Rows = dict[str, str]


def rows(number: int) -> Rows:
    """A list's rows by code: from one number to the next a code goes, one comes, and every name changes."""
    return {f"C{code:02}": f"第 {number} 版之 {code}" for code in range(number, number + 40)}


def content(number: int) -> bytes:
    return "\n".join(["代码,名称", *map(",".join, rows(number).items())]).encode()


async def load(database: Database, number: int) -> None:
    """Ask for a dictionary to be loaded: values of a source's own table, which are mapped to nothing yet."""
    ref = DictionaryRef(org_code=A, system="his", kind="value_set", topic="去向")
    async with database.unit_of_work() as uow:
        told = await loading.load_file(uow, Scope.everything(), ref, content(number), None)
    assert told.job_id is not None


async def entries(database: Database) -> Rows:
    async with database.unit_of_work() as uow:
        found = await uow.session.execute(select(TermEntry.code, TermEntry.name).where(TermEntry.present))
        return {row.code: row.name for row in found}


async def import_codes(database: Database, number: int) -> None:
    """Ask for a value set to be imported."""
    columns = ListColumns(code="代码", title=["名称"])
    wanted = ListIn(code="T.LONG", title="长表", standard="T", edition="1", columns=columns)
    async with database.unit_of_work() as uow:
        told = await importing.import_list(uow, content(number), wanted, "长表.csv")
    assert told.job_id is not None


async def codes(database: Database) -> Rows:
    async with database.unit_of_work() as uow:
        query = select(DictionaryCode.code, DictionaryCode.title).where(DictionaryCode.value_set == "T.LONG")
        return {row.code: row.title for row in await uow.session.execute(query)}


@pytest.fixture(scope="module")
def files_nursery() -> Iterator[Nursery]:
    """One process for all kills."""
    started = Nursery("tests.terms.files_nursery")
    yield started
    started.close()


@pytest.mark.parametrize(("queue", "ask", "there"), [("terms", load, entries), ("standards", import_codes, codes)])
async def test_a_job_with_a_file_killed_at_any_moment(
    settings: Settings,
    database: Database,
    region: None,
    monkeypatch: pytest.MonkeyPatch,
    files_nursery: Nursery,
    queue: str,
    ask: Callable[[Database, int], Awaitable[None]],
    there: Callable[[Database], Awaitable[Rows]],
) -> None:
    for room in (loading, importing):
        monkeypatch.setattr(room, "AT_ONCE", 3)

    async def files() -> int:
        async with database.unit_of_work() as uow:
            return await uow.session.scalar(select(func.count()).select_from(JobFile)) or 0

    def worked_off(point: int) -> int:
        return files_nursery.run(settings.workspace, settings.database_url, queue, point)

    await ask(database, 1)
    moments = worked_off(0)
    assert await there(database) == rows(1)
    # The second list is killed somewhere in its work, the third just before its commit and just after.
    for number in (2, 3):
        await ask(database, number)
        points = [random.Random(SEED).randrange(1, moments - 1)] if number == 2 else [moments - 1, moments]
        for point in points:
            assert worked_off(point) == -SIGKILL, (SEED, point)
            done = number == 3 and point == moments
            assert await there(database) == rows(number if done else number - 1), (SEED, point)
            assert await files() == (0 if done else 1)
        left = worked_off(0)
        assert await there(database) == rows(number), (SEED, points)
        assert await files() == 0
        moments = left
    async with database.unit_of_work() as uow:
        query = select(JobRun.status, JobRun.attempts, JobRun.error).where(JobRun.queue == queue)
        runs = (await uow.session.execute(query.where(JobRun.args.has_key("file")).order_by(JobRun.id))).all()
        loads = await uow.session.scalar(select(func.count()).select_from(TermLoad))
    # What was killed behind its commit is not run again.
    assert list(runs) == [("succeeded", attempts, None) for attempts in (1, 2, 2)]
    assert loads == (3 if queue == "terms" else 0)
