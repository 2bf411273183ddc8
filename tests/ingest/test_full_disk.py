"""Disks that are full indeed: work stops and says why, goes on by itself when there is room, and nothing is lost."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from anyio import to_thread
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import make_url, text

from suwen.domains.identity.domain import DOMAIN as IDENTITY
from suwen.domains.ingest.domain import DOMAIN as INGEST
from suwen.domains.ingest.edge.node import DISK_FULL
from suwen.domains.ingest.nodes import ordering
from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.kernel.errors import NoRoom
from suwen.kernel.ids import new_id
from suwen.kernel.jobs import job_definition
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.testing.namespaces import SmallDisk, small_disk
from tests.ingest.changing import RAW, run_out, std
from tests.ingest.conftest import Station
from tests.ingest.edges import PATIENCE, Center, Machine, center_of, machine, until
from tests.ingest.receiving import sending, token_of
from tests.ingest.senders import Sender, check_visits
from tests.ingest.sources import HEADER, csv_source

pytestmark = [pytest.mark.anyio, pytest.mark.netns]
CENTER_FULL = "中心的磁盘无法写入"
KIB, MIB = 2**10, 2**20
ROWS, CHUNK_ROWS = 2000, 100
STEP = 24 * KIB
"""Bytes that a run gets more than the one before."""


@pytest.fixture
def center_disk(workspace: Path) -> Iterator[SmallDisk]:
    """The disk of the center's workspace."""
    with small_disk(workspace, 64 * MIB) as disk:
        yield disk


@pytest.fixture
def node_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """The disk of a node, that holds half of what it is to bring."""
    (tmp_path / "small").mkdir()
    with small_disk(tmp_path / "small", MIB // 2) as disk:
        yield disk


@pytest.fixture
async def center(center_disk: SmallDisk, station: Station) -> AsyncIterator[Center]:
    """A center that serves."""
    async with center_of(station) as served:
        yield served


@pytest.fixture
async def edge(
    center: Center, node_disk: SmallDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Machine]:
    """A node that runs and reads a file of visits, which cannot be cut: what breaks off begins anew."""
    monkeypatch.setattr(ordering, "CHUNK_ROWS", CHUNK_ROWS)
    await center.station.bring_in(csv_source(tmp_path, lines(1, ROWS)))
    node, code = await center.new_node()
    made = machine(node_disk.folder)
    await made.enrol(center.url, code)
    await center.assign(node)
    made.start()
    yield made
    await made.stop()


def lines(first: int, last: int, cost: int = 1) -> str:
    """Return visits whose patients' ids no compression makes short."""
    return "".join(f"{n},{os.urandom(300).hex()},O,2023-01-01,{cost}\n" for n in range(first, last + 1))


async def told(center: Center) -> dict[str, Any]:
    """Return what people at the center see of the node."""
    rows: list[dict[str, Any]] = (await center.http.get("/api/ingest/nodes")).json()["items"]
    return rows[0]


def source_rows(folder: Path) -> list[tuple[Any, ...]]:
    """Return id, patient and cost as they stand in the file."""
    rows = [line.split(",") for line in (folder / "visits.csv").read_text().removeprefix(HEADER).splitlines()]
    return sorted((row[0], row[1], int(row[4])) for row in rows)


class TestNode:
    async def test_a_read_waits_while_neither_its_disk_nor_the_center_has_room(
        self, center: Center, edge: Machine, center_disk: SmallDisk, tmp_path: Path
    ) -> None:
        node = edge.node
        assert node is not None
        center_disk.leave(0)
        delivery = await center.order()
        await until(lambda: node.buffer.full)
        assert node.tell()["status"] == "full"
        row = await told(center)
        async with asyncio.timeout(PATIENCE):
            while not all(why in (row["error"] or "") for why in (DISK_FULL, CENTER_FULL)):
                await asyncio.sleep(0.05)
                row = await told(center)
        assert row["waiting"]
        held = await center.delivery(delivery)
        assert (held.state, held.chunks) == (DeliveryState.RECEIVING, 0)
        attempt = node.buffer.delivery(delivery).attempt()
        center_disk.leave(32 * MIB)
        assert (await center.land(delivery)).rows_in == ROWS
        # It was not begun anew.
        assert attempt is not None
        assert (await center.delivery(delivery)).attempt == attempt.id
        assert std(center.station) == source_rows(tmp_path)
        assert node.tell()["status"] == "ok"

    async def test_an_order_that_it_has_no_room_to_begin_is_begun_when_there_is(
        self, center: Center, edge: Machine, node_disk: SmallDisk, tmp_path: Path
    ) -> None:
        node_disk.leave(0)
        delivery = await center.order()
        async with asyncio.timeout(PATIENCE):
            while "No space left" not in ((await center.delivery(delivery)).error or ""):
                await asyncio.sleep(0.05)
        node_disk.leave(MIB // 2)
        assert (await center.land(delivery)).rows_in == ROWS
        assert std(center.station) == source_rows(tmp_path)


class TestCenter:
    async def test_wherever_the_room_ends_a_run_says_so_and_the_next_goes_on(
        self, center_disk: SmallDisk, station: Station, tmp_path: Path
    ) -> None:
        definition = csv_source(tmp_path, lines(1, 400))
        definition["feeds"][0]["capture"] = {"mode": "compare"}
        await station.bring_in(definition)
        assert (await station.run("t.visits")).status == "standardised"
        csv_source(tmp_path, lines(101, 200, cost=2) + lines(301, 500, cost=3))
        failures, result = 0, None
        while result is None:
            center_disk.leave(failures * STEP)
            try:
                result = await station.run("t.visits")
            except NoRoom:
                failures += 1
        assert failures > 5
        async with station.database.unit_of_work() as uow:
            batches = await uow.session.execute(text("SELECT error_code FROM ingest_batch ORDER BY number"))
            assert [row[0] for row in batches] == [None, *["no_room"] * failures, None]
        assert std(station) == source_rows(tmp_path)
        held: dict[int, list[str]] = {}
        for row in station.rows(RAW):
            held.setdefault(int(row["k"]), []).append(row["_op"])
        assert held == {n: _changes(n) for n in range(1, 501)}

    @pytest.mark.parametrize("name", ["ingest.run_feed", "ingest.land_delivery"])
    def test_a_job_tries_again_when_there_was_no_room(self, name: str) -> None:
        assert job_definition(name).retry.wait_after(NoRoom("full"), 1) == 30

    async def test_what_the_inbox_has_no_room_for_is_not_acknowledged(
        self, station: Station, postgres_server: EmbeddedPostgres
    ) -> None:
        await station.bring_in(sending())
        token = await token_of(station)
        folder = postgres_server.data.parent / station.settings.workspace.parent.name
        folder.mkdir()
        async with center_of(station, domains=(IDENTITY, INGEST)) as center:
            with small_disk(folder, KIB * 64) as disk, moved(station, postgres_server, folder):
                sender = Sender(center.url, token, 1)
                sender.start()
                await until(lambda: sender.again > 3)
                taken = sum(map(len, sender.done.values()))
                disk.leave(MIB)
                await until(lambda: sum(map(len, sender.done.values())) > taken + 20)
                sender.stop.set()
                await to_thread.run_sync(sender.join)
        folder.rmdir()
        await run_out(station)
        check_visits(station, [sender])


@contextmanager
def moved(station: Station, server: EmbeddedPostgres, folder: Path) -> Iterator[None]:
    """Have the inbox lie on another disk for a while."""
    owner = server.data.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    name = f"small_{new_id().hex[-12:]}"
    with psycopg.connect(
        server.dsn(make_url(station.settings.database_url or "").database or ""), autocommit=True
    ) as db:
        db.execute(SQL("CREATE TABLESPACE {} LOCATION {}").format(Identifier(name), Literal(str(folder))))
        db.execute(SQL("ALTER TABLE ingest_inbox SET TABLESPACE {}").format(Identifier(name)))
        yield
        db.execute("ALTER TABLE ingest_inbox SET TABLESPACE pg_default")
        db.execute(SQL("DROP TABLESPACE {}").format(Identifier(name)))


def _changes(number: int) -> list[str]:
    if number > 400:
        return ["I"]
    return ["I", "U"] if 100 < number <= 200 or number > 300 else ["I", "D"]
