"""From a code to rows: a node is enrolled, reads what it is told to, and what it brings lands as if read from here."""

import asyncio
import errno
import io
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from anyio import to_thread
from sqlalchemy import text

from suwen.domains.ingest.edge import buffer as buffers
from suwen.domains.ingest.edge.client import CenterClient
from suwen.domains.ingest.edge.errors import CenterRefused, CenterUnavailable, PortTaken
from suwen.domains.ingest.edge.health import HealthServer
from suwen.domains.ingest.edge.protocol import Begin, Manifest, Report, Sealed, ToldChunk, seal_chunk
from suwen.domains.ingest.errors import BehindNode
from suwen.domains.ingest.nodes import ordering, taking
from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.domains.ingest.public import import_source
from suwen.kernel.crypto import sm2_key_pair, sm3
from suwen.kernel.postgres import EmbeddedPostgres
from tests.ingest.conftest import Station
from tests.ingest.edges import Center, Machine, machine, until
from tests.ingest.hospitals import OnPostgres
from tests.ingest.receiving import sending
from tests.ingest.sources import csv_source, visits
from tests.ingest.test_crash import FIRST, SECOND, state

pytestmark = pytest.mark.anyio


COLUMNS = tuple((name, "VARCHAR") for name in ("id", "pid", "kind", "started", "cost"))


def parquet(rows: list[dict[str, str]]) -> bytes:
    """Return rows as a file."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


@pytest.fixture
def chunked(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that sets how many rows the center orders a chunk to have."""

    def rows(number: int) -> None:
        monkeypatch.setattr(ordering, "CHUNK_ROWS", number)

    return rows


@pytest.fixture
def hospital(postgres_server: EmbeddedPostgres) -> Iterator[OnPostgres]:
    """A hospital on a PostgreSQL server."""
    made = OnPostgres(postgres_server)
    made.execute(f"GRANT SELECT ON visits TO {made.account}")
    yield made
    made.drop()


@pytest.fixture
async def edge(center: Center, tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine that is a node and reads the source `t`, which is brought in by then."""
    node, code = await center.new_node()
    made = machine(tmp_path)
    await made.enrol(center.url, code)
    await center.station.bring_in(csv_source(tmp_path, FIRST))
    assert (await center.assign(node)).status_code == 204
    yield made
    await made.stop()


async def sums(station: Station) -> list[tuple[Any, ...]]:
    """Return digests and day sums of the batches, apart from ids and times."""
    async with station.database.unit_of_work() as uow:
        batches = await uow.session.execute(
            text("SELECT number, status, rows_in, rows_std, digest FROM ingest_batch ORDER BY number")
        )
        days = await uow.session.execute(
            text("SELECT number, day, rows, key_sum, key_xor, amounts FROM ingest_batch_day ORDER BY 1, 2")
        )
        return [*map(tuple, batches), *map(tuple, days)]


class TestNode:
    async def test_what_a_node_brings_is_what_the_center_would_have_read(
        self, center: Center, edge: Machine, station: Station, tmp_path: Path
    ) -> None:
        edge.start()
        first = await center.land(await center.order())
        csv_source(tmp_path, SECOND)
        second = await center.land(await center.order())
        assert (first.status, second.status) == ("standardised", "standardised")
        assert (second.rows_in, second.rows_std, second.rows_quarantined) == (5, 2, 3)
        brought, told = state(station), await sums(station)
        # The same by a direct read, into the same tables: nothing has changed since.
        await edge.stop()
        assert (await center.assign(None)).status_code == 204
        assert (await station.run("t.visits")).digest == second.digest
        assert state(station) == brought
        assert told[1][1:] == ("standardised", 5, 2, second.digest)
        assert list((station.settings.workspace / "edge").iterdir()) == []
        assert list(edge.folder.buffer.iterdir()) == []

    async def test_a_table_of_postgresql_comes_in_chunks_and_as_the_rules_say(
        self, center: Center, tmp_path: Path, hospital: OnPostgres, chunked: Callable[[int], None]
    ) -> None:
        hospital.execute(
            "INSERT INTO visits SELECT n, 'p' || n, CASE WHEN n % 10 = 0 THEN 'X' ELSE 'O' END, "
            "DATE '2023-01-01' + n % 300, n / 4.0 FROM generate_series(1, 5000) AS n"
        )
        hospital.execute("ANALYZE visits")
        leaves = {"columns": ["id", "pid", "kind", "started"], "where": "kind <> 'X'", "masks": {"pid": "name"}}
        definition = visits("postgres", hospital.options(), table="visits", leaves=leaves)
        del definition["feeds"][0]["columns"]["total_cost"]
        await center.station.bring_in(definition)
        node, code = await center.new_node()
        edge = machine(tmp_path)
        await edge.enrol(center.url, code)
        await center.assign(node)
        chunked(1000)
        edge.start()
        delivery = await center.order()
        landed = await center.land(delivery)
        await edge.stop()
        assert (landed.status, landed.rows_in) == ("standardised", 4500)
        held = await center.delivery(delivery)
        assert (held.state, held.rows_read, held.chunks) == (DeliveryState.LANDED, 4500, 5)
        (row,) = center.station.rows("SELECT * FROM raw.t__visits WHERE _source_key = '4321'")
        assert (row["pid"], row["kind"]) == ("p****", "O")
        assert "cost" not in row

    async def test_an_incremental_feed_goes_on_where_the_center_has_landed(
        self, center: Center, tmp_path: Path, hospital: OnPostgres
    ) -> None:
        hospital.execute("ALTER TABLE visits ADD COLUMN changed TIMESTAMP DEFAULT now()")
        hospital.execute("INSERT INTO visits VALUES (1, 'p1', 'O', '2023-01-01', 1, '2023-01-01 08:00')")
        capture = {"mode": "timestamp", "column": "changed", "overlap_seconds": 60}
        await center.station.bring_in(visits("postgres", hospital.options(), table="visits", capture=capture))
        node, code = await center.new_node()
        edge = machine(tmp_path)
        await edge.enrol(center.url, code)
        await center.assign(node)
        edge.start()
        assert (await center.land(await center.order())).rows_in == 1
        hospital.execute("INSERT INTO visits VALUES (2, 'p2', 'O', '2023-01-01', 1, '2023-01-01 09:00')")
        second = await center.order()
        await center.until(second, DeliveryState.COMPLETE)
        # Brought and not landed: the center's mark is the truth, and it has not moved.
        async with center.station.database.unit_of_work() as uow:
            assert (await uow.session.scalar(text("SELECT high_water FROM ingest_feed"))) == "2023-01-01 08:00:00"
        assert (await center.land(second)).rows_in == 1
        assert (await center.land(await center.order())).status == "unchanged"
        await edge.stop()
        assert [row["id"] for row in center.station.rows("SELECT id FROM raw.t__visits ORDER BY 1")] == [1, 2]

    async def test_a_node_catches_up_when_the_center_is_back(
        self, center: Center, edge: Machine, station: Station
    ) -> None:
        node = edge.start()
        assert (await center.land(await center.order())).status == "standardised"
        delivery = await center.order()
        await center.until(delivery, DeliveryState.COMPLETE)
        await center.station.bring_in(csv_source(edge.folder.path.parent, SECOND))
        await to_thread.run_sync(center.stop)
        await until(lambda: node.health.error != "")
        await edge.stop()
        # Restarted while nobody answers.
        node = edge.start()
        await until(lambda: node.health.error != "")
        await to_thread.run_sync(center.start)
        assert (await center.land(delivery)).status == "unchanged"
        assert (await center.land(await center.order())).rows_in == 5

    async def test_a_full_buffer_stops_the_read_until_the_center_takes_what_waits(
        self, center: Center, tmp_path: Path, chunked: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await center.station.bring_in(csv_source(tmp_path, "".join(f"{n},p{n},O,2023-01-01,1\n" for n in range(200))))
        node, code = await center.new_node()
        edge = machine(tmp_path, limit=4000)
        await edge.enrol(center.url, code)
        await center.assign(node)
        chunked(10)
        delivery = await center.order()
        write, takes = taking.write_durably, False

        def when_it_takes(path: Path, content: bytes | str) -> None:
            if not takes:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            write(path, content)

        monkeypatch.setattr(taking, "write_durably", when_it_takes)
        running = edge.start()
        await until(lambda: running.buffer.waiting)
        chunks, used = running.buffer.usage()
        assert 0 < chunks < 20
        assert used <= 4000
        takes = True
        assert (await center.land(delivery)).rows_in == 200
        await edge.stop()
        assert (await center.delivery(delivery)).chunks == 20

    async def test_a_source_that_cannot_be_read_is_told_and_read_once_it_can(
        self, center: Center, edge: Machine, tmp_path: Path
    ) -> None:
        (tmp_path / "visits.csv").rename(tmp_path / "away.csv")
        edge.start()
        delivery = await center.order()
        async with asyncio.timeout(20):
            while not (held := await center.delivery(delivery)).error:
                await asyncio.sleep(0.05)
        assert held.state == DeliveryState.ORDERED
        (tmp_path / "away.csv").rename(tmp_path / "visits.csv")
        assert (await center.land(delivery)).rows_in == 2
        assert (await center.delivery(delivery)).error is None

    async def test_a_disk_that_fails_stops_neither_side_for_good(
        self, center: Center, edge: Machine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        failing = {"node": 2, "center": 2}

        def on(side: str, real: Callable[..., None]) -> Callable[..., None]:
            def write(path: Path, content: bytes | str) -> None:
                wanted = path.suffix in (".chunk", ".parquet")
                if wanted and failing[side] > 0:
                    failing[side] -= 1
                    raise OSError(errno.EIO, os.strerror(errno.EIO))
                real(path, content)

            return write

        monkeypatch.setattr(buffers, "write_durably", on("node", buffers.write_durably))
        monkeypatch.setattr(taking, "write_durably", on("center", taking.write_durably))
        delivery = await center.order()
        node = edge.start()
        await until(lambda: any("disk" in one for one in node.health.failures.values()))
        assert (await center.land(delivery)).rows_in == 2
        assert failing == {"node": 0, "center": 0}

    async def test_it_tells_on_its_own_machine_how_it_is(self, center: Center, edge: Machine) -> None:
        delivery, node = await center.order(), edge.start()
        await center.until(delivery, DeliveryState.COMPLETE)
        with HealthServer(node.tell, 0) as page, httpx.Client(base_url=page.url) as browser:
            told = browser.get("/health").json()
            assert (told["status"], told["title"], told["buffered_chunks"]) == ("ok", "一号前置机", 0)
            assert "正常" in browser.get("/").text
            assert browser.get("/other").status_code == 404
            with pytest.raises(PortTaken):
                HealthServer(node.tell, int(page.url.rpartition(":")[2]))
            await to_thread.run_sync(center.stop)
            await until(lambda: node.health.error != "")
            assert browser.get("/health").json()["status"] == "offline"
            assert "中心无应答" in browser.get("/").text


class TestTaking:
    async def test_a_chunk_is_taken_once_whole_and_from_its_node_alone(
        self, center: Center, edge: Machine, tmp_path: Path
    ) -> None:
        delivery = await center.order()
        speaker, own = edge.client(), edge.folder.identity()
        attempt, key = "0" * 32, bytes.fromhex(own.center_key)
        assert speaker.begin(delivery, Begin(attempt=attempt)).state == "open"
        content = parquet([{"id": "1", "pid": "p", "kind": "O", "started": "2023-01-01", "cost": "1"}])
        told = [ToldChunk(sequence=n, digest=sm3(content), rows=1) for n in (0, 1)]
        chunks = [seal_chunk(one, delivery, attempt, content, key) for one in told]

        # Out of order, twice.
        for number in (1, 0, 1):
            assert speaker.chunk(delivery, number, chunks[number].pack()).state == "open"
        # Another content under a number that was taken; a broken one; a changed header; a key that is not the center's.
        other = parquet([{"id": "2", "pid": "p", "kind": "O", "started": "2023-01-01", "cost": "1"}])
        changed = told[0].model_copy(update={"digest": sm3(other)})
        broken = Sealed(chunks[0].header.model_copy(update={"sequence": 2}), chunks[0].body)
        lying = seal_chunk(told[0].model_copy(update={"sequence": 2}), delivery, attempt, other, key)
        foreign = seal_chunk(
            told[0].model_copy(update={"sequence": 2}), delivery, attempt, content, sm2_key_pair().public
        )
        for number, chunk in (
            (0, seal_chunk(changed, delivery, attempt, other, key)),
            (2, broken),
            (2, lying),
            (2, foreign),
        ):
            with pytest.raises(CenterRefused):
                speaker.chunk(delivery, number, chunk.pack())
        with pytest.raises(CenterRefused):
            speaker.chunk(delivery, 2, b"\0\0\0\1x")
        manifest = Manifest(attempt=attempt, columns=COLUMNS, chunks=tuple(told))
        short = manifest.model_copy(update={"chunks": (*told, changed.model_copy(update={"sequence": 2}))})
        assert speaker.finish(delivery, short).missing == (2,)
        assert speaker.finish(delivery, manifest).state == "complete"
        assert speaker.finish(delivery, manifest).state == "complete"
        assert speaker.chunk(delivery, 0, chunks[0].pack()).state == "complete"
        landed = await center.land(delivery)
        assert (landed.rows_in, landed.rows_quarantined) == (2, 1)
        assert speaker.finish(delivery, manifest).state == "complete"
        speaker.close()

    async def test_another_node_and_another_key_are_refused(
        self, center: Center, edge: Machine, tmp_path: Path
    ) -> None:
        delivery = await center.order()
        _, code = await center.new_node("二号前置机")
        stranger = machine(tmp_path, "stranger")
        await stranger.enrol(center.url, code)
        with pytest.raises(CenterRefused, match="no such delivery"):
            stranger.client().begin(delivery, Begin(attempt="1" * 32))
        own, pair = edge.folder.identity(), sm2_key_pair()
        forged = replace(own, private=pair.private.hex(), public=pair.public.hex())
        with pytest.raises(CenterRefused, match="401"):
            CenterClient(forged).begin(delivery, Begin(attempt="1" * 32))
        # An answer that is not the center's counts for nothing.
        with pytest.raises(CenterUnavailable, match="signature"):
            CenterClient(replace(own, center_key=pair.public.hex())).begin(delivery, Begin(attempt="1" * 32))

    async def test_an_attempt_that_begins_anew_replaces_the_one_before(self, center: Center, edge: Machine) -> None:
        delivery, speaker = await center.order(), edge.client()
        first, second, key = "1" * 32, "2" * 32, bytes.fromhex(edge.folder.identity().center_key)
        content = parquet([{"id": "1", "pid": "p", "kind": "O", "started": "2023-01-01", "cost": "1"}])
        told = ToldChunk(sequence=0, digest=sm3(content), rows=1)
        speaker.begin(delivery, Begin(attempt=first))
        late = seal_chunk(told, delivery, first, content, key).pack()
        speaker.chunk(delivery, 0, late)
        speaker.begin(delivery, Begin(attempt=second))
        assert (await center.delivery(delivery)).chunks == 0
        with pytest.raises(CenterRefused):
            speaker.chunk(delivery, 0, late)
        old = Manifest(attempt=first, columns=COLUMNS, chunks=(told,))
        assert speaker.finish(delivery, old).missing == (0,)


class TestEnrolment:
    async def test_a_code_is_for_one_machine_and_for_one_time(self, center: Center, tmp_path: Path) -> None:
        node, code = await center.new_node()
        first, second = machine(tmp_path, "a"), machine(tmp_path, "b")
        await first.enrol(center.url, code)
        # The answer was lost: the same machine asks again.
        path = first.folder.path / "node.json"
        assert path.stat().st_mode & 0o777 == 0o600
        first.folder.keep(replace(first.folder.identity(), center_key=""))
        await first.enrol(center.url, code)
        with pytest.raises(CenterRefused):
            await second.enrol(center.url, code)
        with pytest.raises(CenterRefused):
            await machine(tmp_path, "c").enrol(center.url, code[:-1] + ("a" if code[-1] != "a" else "b"))
        report = Report(version="1")
        assert first.client().work(report, first.folder).orders == ()
        # A new code: the key of before counts no longer.
        made = await center.http.post(f"/api/ingest/nodes/{node}/code")
        with pytest.raises(CenterRefused, match="401"):
            first.client().work(report, first.folder)
        await machine(tmp_path, "d").enrol(center.url, made.json()["code"])
        assert (await center.http.post(f"/api/ingest/nodes/{node}/revoke")).status_code == 204
        assert (await center.http.post(f"/api/ingest/nodes/{node}/code")).status_code == 409

    async def test_what_the_center_says_is_kept_encrypted(
        self, center: Center, tmp_path: Path, hospital: OnPostgres
    ) -> None:
        options = hospital.options() | {"password": "s3cret-word"}
        async with center.station.database.unit_of_work() as uow:
            await import_source(uow, visits("postgres", options, table="visits"), center.station.settings, check=False)
        node, code = await center.new_node()
        edge = machine(tmp_path)
        await edge.enrol(center.url, code)
        await center.assign(node)
        await center.order()
        (order,) = edge.client().work(Report(version="1"), edge.folder).orders
        assert order.options["password"] == "s3cret-word"
        held = [path.read_bytes() for path in edge.folder.path.rglob("*") if path.is_file()]
        assert not any(b"s3cret-word" in one for one in held)
        assert edge.client().last_work(edge.folder).orders == (order,)


class TestPeople:
    async def test_a_source_behind_a_node_is_not_reached_from_here(
        self, center: Center, edge: Machine, station: Station
    ) -> None:
        with pytest.raises(BehindNode):
            await station.run("t.visits")
        # Only its node could show what is there, and that has never called.
        answer = await center.http.get("/api/ingest/sources/t/tables")
        assert (answer.status_code, answer.json()["code"]) == (503, "node_silent")

    async def test_only_a_node_of_the_same_institution_and_sources_that_can_be_read(
        self, center: Center, station: Station, tmp_path: Path
    ) -> None:
        sends = sending()
        sends["source"]["code"] = "s"
        await station.bring_in(sends)
        await station.bring_in(csv_source(tmp_path, FIRST))
        node, _ = await center.new_node()
        assert (await center.assign(node, "s")).json()["code"] == "not_for_nodes"
        other, _ = await center.new_node("别处", "ORG-B")
        assert (await center.assign(other)).json()["code"] == "not_for_nodes"

    async def test_what_is_given_up_is_ordered_anew(self, center: Center, edge: Machine) -> None:
        first = await center.order()
        assert await center.order() == first
        assert (await center.http.post(f"/api/ingest/deliveries/{first}/abandon")).status_code == 204
        assert (await center.http.post(f"/api/ingest/deliveries/{first}/abandon")).status_code == 409
        assert edge.client().begin(first, Begin(attempt="1" * 32)).state == "closed"
        second = await center.order()
        assert second != first
        edge.start()
        assert (await center.land(second)).rows_in == 2
