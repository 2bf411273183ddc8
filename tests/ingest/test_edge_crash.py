"""Whatever dies, node or center, and whenever: a delivery arrives whole and lands once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from anyio import to_thread
from sqlalchemy import text

from suwen.domains.ingest.nodes import landing, ordering
from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.conftest import Station
from tests.ingest.edges import Center, Machine, machine
from tests.ingest.hospitals import OnPostgres
from tests.ingest.sources import visits
from tests.nursery import Nursery, nursery_of

pytestmark = pytest.mark.anyio
ROWS = 600


@pytest.fixture
def nursery() -> Nursery:
    """Nodes and centers that die."""
    return nursery_of("tests.ingest.run_edge")


@pytest.fixture
async def edge(
    center: Center, tmp_path: Path, postgres_server: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Machine]:
    """A node that reads a table in chunks."""
    hospital = OnPostgres(postgres_server)
    hospital.execute(f"GRANT SELECT ON visits TO {hospital.account}")
    hospital.execute(
        "INSERT INTO visits SELECT n, 'p' || n, 'O', DATE '2023-01-01', n FROM generate_series(1, %s) AS n", [ROWS]
    )
    hospital.execute("ANALYZE visits")
    monkeypatch.setattr(ordering, "CHUNK_ROWS", 100)
    await center.station.bring_in(visits("postgres", hospital.options(), table="visits"))
    node, code = await center.new_node()
    made = machine(tmp_path)
    await made.enrol(center.url, code)
    await center.assign(node)
    yield made
    await made.stop()
    hospital.drop()


async def check(station: Station) -> None:
    """Assert that every row is there once, by one batch."""
    (raw,) = station.rows("SELECT count(*) AS n, count(DISTINCT _source_key) AS k FROM raw.t__visits")
    (std,) = station.rows("SELECT count(*) AS n, sum(total_cost) AS cost FROM std.encounter")
    assert (raw["n"], raw["k"], std["n"], int(std["cost"])) == (ROWS, ROWS, ROWS, ROWS * (ROWS + 1) // 2)
    async with station.database.unit_of_work() as uow:
        batches = await uow.session.execute(text("SELECT status FROM ingest_batch"))
        assert [row[0] for row in batches] == ["standardised"]


async def test_a_node_that_dies_goes_on(center: Center, edge: Machine, nursery: Nursery) -> None:
    delivery = await center.order()
    ends = [await to_thread.run_sync(nursery.run, "edge", edge.folder.path, moment) for moment in (2, 6, 11, 14)]
    assert ends[:3] == [-9] * 3
    if (await center.delivery(delivery)).state != DeliveryState.COMPLETE:
        assert await to_thread.run_sync(nursery.run, "edge", edge.folder.path, 0) == 0
    assert (await center.land(delivery)).status == "standardised"
    await check(center.station)


async def test_a_center_that_dies_is_sent_the_rest(center: Center, edge: Machine, nursery: Nursery) -> None:
    delivery, settings = await center.order(), center.station.settings
    await to_thread.run_sync(center.stop)
    edge.start()
    for moment in (3, 8, 5):
        given = "center", settings.workspace, settings.database_url, center.port, moment
        assert await to_thread.run_sync(nursery.run, *given) == -9
    await to_thread.run_sync(center.start)
    assert (await center.land(delivery)).status == "standardised"
    await check(center.station)


async def test_a_worker_that_dies_before_it_has_said_so_lands_nothing_twice(
    center: Center, edge: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = await center.order()
    edge.start()

    async def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(landing, "_landed", dies)
        with pytest.raises(KeyboardInterrupt):
            await center.land(delivery)
    assert (await center.delivery(delivery)).state == DeliveryState.COMPLETE
    assert await center.land(delivery) is None
    assert (await center.delivery(delivery)).state == DeliveryState.LANDED
    await check(center.station)
