"""Every kind of write of the room, killed around its commits: counts agree, and the same again completes it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, text

from suwen.domains.lake.public import Lake
from suwen.domains.terms.models import BatchStatus, TermBatch, TermDictionary, TermEntry
from suwen.domains.terms.repository.entries import EntryRepository, Suggested
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.nursery import Nursery
from tests.std import put
from tests.terms.conftest import A

STANDING = {
    "counts of dictionaries": """
        SELECT d.id FROM terms_dictionary d LEFT JOIN terms_entry e ON e.dictionary_id = d.id AND e.present
        GROUP BY d.id HAVING (d.entries, d.open_entries, d.mapped_entries, d.mapped_records) <> (count(e.id),
          count(*) FILTER (WHERE e.state = 'open'), count(*) FILTER (WHERE e.state = 'mapped'),
          coalesce(sum(e.records) FILTER (WHERE e.state = 'mapped'), 0))""",
    "standard terms of entries": """
        SELECT e.id FROM terms_entry e LEFT JOIN terms_mapping m ON m.entry_id = e.id GROUP BY e.id, e.mapped, e.state
        HAVING (CASE WHEN e.state = 'mapped' THEN e.mapped END)
          IS DISTINCT FROM string_agg(m.standard_code, '##' ORDER BY m.position)""",
    "uses of standard terms": """
        SELECT * FROM (SELECT dictionary_id, standard_code, entries, records FROM terms_use WHERE entries > 0) u
        FULL JOIN (SELECT e.dictionary_id, m.standard_code, count(*) AS entries, sum(e.records) AS records
          FROM terms_mapping m JOIN terms_entry e ON e.id = m.entry_id WHERE e.present GROUP BY 1, 2) c
        USING (dictionary_id, standard_code) WHERE (u.entries, u.records) IS DISTINCT FROM (c.entries, c.records)""",
    "uses by institution and over all": """
        SELECT * FROM terms_use_sum s FULL JOIN (SELECT target, standard_code, coalesce(e.org_code, '') AS org_code,
            count(*) AS entries, count(DISTINCT e.org_code) AS institutions, sum(e.records) AS records
          FROM terms_mapping m JOIN terms_entry e ON e.id = m.entry_id WHERE e.present
          GROUP BY GROUPING SETS ((target, standard_code, e.org_code), (target, standard_code))) c
        USING (target, standard_code, org_code)
        WHERE (s.entries, s.institutions, s.records) IS DISTINCT FROM (c.entries, c.institutions, c.records)""",
    "names in conflict": """
        SELECT * FROM terms_conflict c FULL JOIN (SELECT kind, name_key, coalesce(org_code, '') AS org_code,
            sum(records) AS records FROM terms_entry WHERE mapped IS NOT NULL AND present
          GROUP BY GROUPING SETS ((kind, name_key, terms_entry.org_code), (kind, name_key))
          HAVING min(mapped) < max(mapped)) f USING (kind, name_key, org_code)
        WHERE c.records IS DISTINCT FROM f.records""",
    "entries of batches": """
        SELECT b.id FROM terms_batch b LEFT JOIN terms_entry e ON e.batch_id = b.id
        GROUP BY b.id HAVING b.entries - coalesce(b.undone, 0) <> count(e.id)""",
}


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One process for all kills."""
    started = Nursery("tests.terms.nursery")
    yield started
    started.close()


async def check(database: Database) -> None:
    """See that what is counted agrees with what is there."""
    async with database.unit_of_work() as uow:
        for what, query in STANDING.items():
            assert (await uow.session.execute(text(query))).all() == [], what


async def states(database: Database, kind: str = "department") -> dict[str, str | None]:
    async with database.unit_of_work() as uow:
        query = select(TermEntry.code, TermEntry.mapped).where(TermEntry.kind == kind, TermEntry.system == "his")
        return {row.code: row.mapped for row in await uow.session.execute(query)}


def standard(lake: Lake) -> list[str | None]:
    query = "SELECT dept_standard_code AS code FROM std.encounter ORDER BY encounter_id"
    return list(lake.select(query, scope=Scope.everything())["code"].to_pylist())


async def begin_batch(database: Database) -> None:
    """Give the open entries an answer, and record a batch that wants them all."""
    async with database.unit_of_work() as uow:
        query = select(TermDictionary).where(TermDictionary.kind == "department", TermDictionary.system == "his")
        held = (await uow.session.scalars(query)).one()
        open_ = select(TermEntry.id).where(TermEntry.dictionary_id == held.id, TermEntry.state == "open")
        keys = list(await uow.session.scalars(open_))
        found = [Suggested(key, [], "AA07", "儿科", 0.9, automatic=True) for key in keys]
        await EntryRepository(uow.session).put_suggestions("CT08.00.002", found)
        given: dict[str, Any] = {"org_code": A, "system": "his", "kind": "department", "min_score": 0.5}
        uow.session.add(TermBatch(id=new_id(), dictionary_id=held.id, wanted=len(keys), **given))


async def begin_undo(database: Database) -> None:
    """Have the batch undone."""
    async with database.unit_of_work() as uow:
        batch = (await uow.session.scalars(select(TermBatch))).one()
        assert (batch.status, batch.entries) == (BatchStatus.ACCEPTED, batch.wanted)
        batch.status = BatchStatus.UNDOING.value


async def test_each_write_killed_at_its_commits(
    settings: Settings, database: Database, lake: Lake, region: None, nursery: Nursery
) -> None:
    visits = [
        {"org_code": A, "feed": "his.v", "encounter_id": f"e{n:02}", "dept_code": str(n), "dept_name": f"科室{n}",
         "encounter_type_code": "门诊", "started_at": datetime(2024, 1, 5)}
        for n in range(14)
    ]  # fmt: skip
    put(lake, "encounter", visits)

    async def killed(operation: str, *points: int) -> None:
        for point in (*points, 0):
            came = nursery.run(settings.workspace, settings.database_url, operation, point)
            assert came == -9 if point else came > 0
            await check(database)

    await killed("upload", 1)
    assert len(await states(database)) == 12
    await killed("upload", 2)
    await killed("harvest", 1, 3, 4)
    told = await states(database)
    assert len(told) == 14
    assert (await states(database, "value_set")).keys() == {"门诊"}
    await killed("decision", 1)
    assert (await states(database))["0"] == "AA04"
    await begin_batch(database)
    await killed("accept", 4, 5, 6)
    accepted = await states(database)
    assert [accepted[str(n)] for n in range(14)] == ["AA04", *(["AA03", "AA07"] * 6)[:11], "AA07", "AA07"]
    await killed("apply", 3, 4, 6)
    assert standard(lake) == [accepted[str(n)] for n in range(14)]
    await begin_undo(database)
    await killed("undo", 4, 5, 6)
    assert await states(database) == told | {"0": "AA04"}
    await killed("apply", 4)
    assert standard(lake) == [(told | {"0": "AA04"})[str(n)] for n in range(14)]
