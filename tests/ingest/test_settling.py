"""A difference in a real PostgreSQL source: its keys are found range by range, brought in again, and it is closed."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text

from suwen.domains.ingest.reconcile import locating
from suwen.domains.ingest.reconcile.checking import CheckRun, new_check
from suwen.domains.ingest.reconcile.keys import located_key
from suwen.domains.ingest.reconcile.models import Difference, DifferenceKey
from suwen.domains.ingest.reconcile.settling import Settling
from suwen.domains.ingest.vault import SEALED, master_key
from suwen.kernel.ids import new_id
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.scope import Scope
from tests.ingest.conftest import EVERYTHING, Station
from tests.ingest.sources import ORG, postgres_visits

pytestmark = pytest.mark.anyio
BY_TIME: Any = {"capture": {"mode": "timestamp", "column": "changed", "overlap_seconds": 0}}


@pytest.fixture
def source(postgres_server: EmbeddedPostgres) -> Any:
    """A hospital database with 2,000 visits on two days, all written before the third."""
    name = f"hospital_{new_id().hex}"
    postgres_server.create_database(name)
    with psycopg.connect(postgres_server.dsn(name), autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE visits AS SELECT i AS id, 'p' || i % 50 AS pid, 'O' AS kind, "
            "TIMESTAMP '2026-03-01' + i % 2 * INTERVAL '1 day' AS started, (i * 0.01)::numeric(12, 2) AS cost, "
            "TIMESTAMP '2026-03-02' + i * INTERVAL '1 second' AS changed FROM generate_series(1, 2000) AS i"
        )
        yield connection
    postgres_server.drop_database(name)


async def checked(station: Station) -> None:
    async with station.database.unit_of_work() as uow:
        check = await new_check(uow, EVERYTHING, "t.visits", "tester")
    await CheckRun(station.database, station.lake, station.settings).run("t.visits", check.id)


async def stored(station: Station) -> list[Difference]:
    async with station.database.unit_of_work() as uow:
        return list(await uow.session.scalars(select(Difference).order_by(Difference.day)))


async def keys(station: Station, difference: UUID) -> set[tuple[str, str | None]]:
    async with station.database.unit_of_work() as uow:
        rows = await uow.session.scalars(select(DifferenceKey).where(DifferenceKey.difference_id == difference))
        found = list(rows)
    master = master_key(station.settings)
    # What lies in the database tells nobody a key.
    assert all(row.sealed.startswith(SEALED) for row in found)
    return {(row.kind, located_key(row, master).key) for row in found}


class Breaking:
    """A progress that ends the work after a number of steps, as a cancelled job does."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def stage(self, title: str, total: int | None = None) -> None:
        """Take no notice."""

    def advance(self, n: int = 1) -> None:
        """End the work when the steps are used up."""
        self.steps -= n
        if self.steps < 0:
            raise InterruptedError

    def message(self, text: str) -> None:
        """Take no notice."""


async def test_exact_keys_are_found_brought_in_again_and_closed(
    station: Station, source: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locating, "LEAF", 50)
    monkeypatch.setattr(locating, "FANOUT", 4)
    await station.bring_in(postgres_visits(source, **BY_TIME))
    await station.run("t.visits")
    # Behind the platform's back: a value without its time of change, and a row that was written late.
    source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    source.execute("INSERT INTO visits VALUES (5000, 'p1', 'O', '2026-03-01 08:00', 1, '2026-03-02 00:00:01')")
    station.lake.delete("std.encounter", {"feed": "t.visits", "source_key": "701"})
    await checked(station)
    first, second = await stored(station)
    assert (str(first.day), str(second.day)) == ("2026-03-01", "2026-03-02")

    with pytest.raises(InterruptedError):
        await Settling(station.database, station.lake, station.settings, Breaking(8)).run(first.id)
    (broken, _) = await stored(station)
    assert broken.missing is None
    assert broken.pending
    assert len(broken.pending) < 10
    settling = Settling(station.database, station.lake, station.settings, by="tester")
    closed = await settling.run(first.id)
    assert await keys(station, first.id) == {("differing", "700"), ("missing", "5000")}
    assert (closed.status, closed.missing, closed.differing, closed.extra) == ("closed", 1, 1, 0)
    assert closed.evidence["by"] == "tester"
    before, after = closed.evidence["before"], closed.evidence["after"]
    assert (before["source"]["rows"], before["platform"]["rows"]) == (1000, 999)
    assert after["source"] == {name: after["platform"][name] for name in after["source"]}
    # Exactly those two rows came in again, by a batch of their own that left the high-water mark where it was.
    async with station.database.unit_of_work() as uow:
        batches = (await uow.session.execute(text("SELECT mode, rows_in FROM ingest_batch ORDER BY number"))).all()
        mark = await uow.session.scalar(text("SELECT high_water FROM ingest_feed"))
    assert [tuple(batch) for batch in batches if batch[0] == "repair"] == [("repair", 2)]
    assert str(mark) == "2026-03-02 00:33:20"
    kinds = station.rows("SELECT encounter_type_code AS k FROM std.encounter WHERE source_key IN ('700', '5000')")
    assert sorted(row["k"] for row in kinds) == ["1", "2"]

    # The other day's row is in raw, so it is made standard again without asking the source for it.
    assert (await settling.run(second.id)).status == "closed"
    assert await keys(station, second.id) == {("lost", "701")}
    assert len(station.rows("SELECT 1 AS x FROM std.encounter WHERE source_key = '701'")) == 1


async def test_a_comparing_feed_settles_what_is_gone_too(station: Station, source: Any) -> None:
    await station.bring_in(postgres_visits(source, capture={"mode": "compare"}))
    await station.run("t.visits")
    source.execute("DELETE FROM visits WHERE id = 10")
    source.execute("UPDATE visits SET kind = 'E' WHERE id = 700")
    await checked(station)
    (difference,) = await stored(station)
    settled = await Settling(station.database, station.lake, station.settings).run(difference.id)
    assert (settled.status, settled.extra, settled.differing) == ("closed", 1, 1)
    assert station.rows("SELECT 1 AS x FROM std.encounter WHERE source_key = '10'") == []


async def test_what_cannot_be_closed_stays_open_with_its_reason(station: Station, source: Any, client: Any) -> None:
    await station.bring_in(postgres_visits(source, **BY_TIME))
    await station.run("t.visits")
    source.execute("DELETE FROM visits WHERE id = 10")
    await checked(station)
    (difference,) = await stored(station)
    left = await Settling(station.database, station.lake, station.settings).run(difference.id)
    assert (left.status, left.extra, left.reason) == ("open", 1, "extra")
    async with client(Scope.of(ORG, grade=5)) as http:
        detail = (await http.get(f"/api/ingest/differences/{difference.id}/detail")).json()
        assert [(key["kind"], key["key"]) for key in detail["keys"]] == [("extra", "10")]
        known = (await http.get(f"/api/ingest/difference_keys/{detail['keys'][0]['id']}/history")).json()
        assert [change["op"] for change in known["changes"]] == ["I"]
        todos = (await http.get("/api/ingest/differences?f.status=open")).json()
        assert todos["total"] == 1
    async with client(Scope.of("another")) as http:
        for path in (f"differences/{difference.id}/detail", f"difference_keys/{detail['keys'][0]['id']}/history"):
            assert (await http.get(f"/api/ingest/{path}")).status_code == 404
        assert (await http.post(f"/api/ingest/differences/{difference.id}/settle")).status_code == 404
