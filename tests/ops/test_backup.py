"""A backup is the installation row for row, is there wholly or not at all, and tells when it was changed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from suwen.app.cli.backup import app as cli
from suwen.app.database import open_database
from suwen.domains.ingest.archive.shelf import Shelf, document_contents
from suwen.domains.lake.public import Lake, open_lake
from suwen.domains.ops.archive import write_manifest
from suwen.domains.ops.errors import (
    BrokenBackup,
    FolderTaken,
    InterruptedRestore,
    NotABackup,
    NotEmpty,
    UnknownRevision,
)
from suwen.domains.ops.public import faults_of, make_elsewhere, read_manifest, restore
from suwen.kernel.database import Database
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.progress import NullProgress
from suwen.kernel.settings import Settings
from tests.identity.people import make_user, signed_in
from tests.lake.samples import costs, visit, visits
from tests.nursery import Nursery
from tests.ops.conftest import TAG, Place
from tests.serving import app_over

QUIET = NullProgress()
NOTED = {"ops_backup", "ops_restoration"}
"""Tables in which a backup and a restore themselves are noted."""


async def backed_up(place: Place, database: Database, lake: Lake, folder: Path) -> str:
    return (await make_elsewhere(database, lake, place.settings, folder, QUIET)).digest


class TestRestore:
    async def test_the_restored_installation_is_the_same_row_for_row_and_goes_on(
        self, place: Place, database: Database, lake: Lake, tmp_path: Path, empty_place: Callable[[], Place]
    ) -> None:
        digest = await backed_up(place, database, lake, tmp_path / "backup")
        before, held = place.tables(), place.lake()
        # What comes later is not part of it.
        lake.append("std.visit", visits(visit(n) for n in range(90, 95)))
        target = empty_place()
        restored = await restore(target.url, target.settings, tmp_path / "backup", QUIET)
        assert restored.digest == digest
        assert restored.readable
        after = target.tables()
        assert {name: rows for name, rows in after.items() if name not in NOTED} == {
            name: rows for name, rows in before.items() if name not in NOTED
        }
        assert [len(after[name]) for name in sorted(NOTED)] == [1, 1]
        assert sum(len(rows) for rows in before.values()) > 10
        assert target.lake() == held
        # Sequences, queue and commit tags go on where they stood.
        other = open_lake(target.settings)
        assert other.upsert("std.visit", visits(visit(n, cost=9) for n in range(5)), TAG).skipped
        opened = Database(target.url, pool_size=5)
        async with opened.unit_of_work() as uow:
            uow.defer("lake.maintain", {"tables": ["mart.note"]})
        await run_until_idle(opened, settings=target.settings)
        await opened.close()
        assert [row.count("succeeded") for row in target.tables()["job_run"]] == [1, 1]
        assert costs(other).keys() == {*((("A", str(n))) for n in range(35)), *(("B", str(n)) for n in range(12))}

    async def test_what_documents_consist_of_comes_back(
        self, place: Place, database: Database, lake: Lake, tmp_path: Path, empty_place: Callable[[], Place]
    ) -> None:
        note = tmp_path / "note.txt"
        note.write_text("主诉：咳嗽三天", "utf-8")
        kept = Shelf(place.settings).keep(note)
        half = Shelf(place.settings).place(kept).with_name(f"{kept}.1.new")
        half.write_text("half")
        await backed_up(place, database, lake, tmp_path / "backup")
        target = empty_place()
        await restore(target.url, target.settings, tmp_path / "backup", QUIET)
        (held,) = document_contents(target.settings)
        assert held == Shelf(target.settings).place(kept)
        assert held.read_text("utf-8") == "主诉：咳嗽三天"

    async def test_it_wants_an_empty_place_and_a_revision_that_is_known(
        self, place: Place, database: Database, lake: Lake, tmp_path: Path, empty_place: Callable[[], Place]
    ) -> None:
        folder = tmp_path / "backup"
        await backed_up(place, database, lake, folder)
        before = place.tables(), place.lake()
        with pytest.raises(NotEmpty):
            await restore(place.url, place.settings, folder, QUIET)
        target = empty_place()
        with pytest.raises(NotEmpty, match="数据库"):
            await restore(place.url, target.settings, folder, QUIET)
        assert (place.tables(), place.lake()) == before
        manifest, _ = read_manifest(folder)
        write_manifest(folder, manifest.model_copy(update={"revision": "9999"}))
        with pytest.raises(UnknownRevision):
            await restore(target.url, target.settings, folder, QUIET)
        assert target.tables() == {}
        assert not target.settings.lake.exists()


class TestVerify:
    async def test_a_lost_a_changed_and_a_strange_file_are_named_and_nothing_is_restored(
        self, place: Place, database: Database, lake: Lake, tmp_path: Path, empty_place: Callable[[], Place]
    ) -> None:
        folder = tmp_path / "backup"
        await backed_up(place, database, lake, folder)
        assert CliRunner().invoke(cli, ["verify", str(folder)]).exit_code == 0
        manifest, _ = read_manifest(folder)
        lost, changed = manifest.files[0].path, manifest.files[-1].path
        (folder / lost).unlink()
        content = (folder / changed).read_bytes()
        (folder / changed).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        (folder / "lake" / "strange.parquet").write_bytes(b"x")
        found = {fault.path: fault.what for fault in faults_of(folder, manifest, QUIET)}
        assert found == {lost: "missing", changed: "changed", "lake/strange.parquet": "unlisted"}
        assert CliRunner().invoke(cli, ["verify", str(folder)]).exit_code == 1
        target = empty_place()
        with pytest.raises(BrokenBackup):
            await restore(target.url, target.settings, folder, QUIET)
        assert target.tables() == {}
        (folder / "manifest.json").write_text((folder / "manifest.json").read_text().replace("1", "2"))
        with pytest.raises(NotABackup):
            read_manifest(folder)
        with pytest.raises(NotABackup):
            read_manifest(tmp_path)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One process for all kills."""
    started = Nursery("tests.ops.nursery")
    yield started
    started.close()


async def test_killed_anywhere_there_is_no_backup_that_looks_whole_and_no_restore_that_does(
    place: Place,
    database: Database,
    lake: Lake,
    tmp_path: Path,
    nursery: Nursery,
    empty_place: Callable[[], Place],
) -> None:
    folder = tmp_path / "backup"
    given = place.settings.workspace, place.url, folder
    for point in (1, 70, "all-files-written"):
        assert nursery.run("create", *given, point) == -9
        assert not folder.exists()
        with pytest.raises(NotABackup):
            read_manifest(folder)
    steps = nursery.run("create", *given, 0)
    assert steps > 70
    assert faults_of(folder, read_manifest(folder)[0], QUIET) == []
    assert not list(tmp_path.glob(".backup*"))
    with pytest.raises(FolderTaken):
        await backed_up(place, database, lake, folder)
    target = empty_place()
    other = target.settings.workspace, target.url, folder
    files = len(read_manifest(folder)[0].files)
    for point in (files + 60, "all-rows-committed"):
        assert nursery.run("restore", *other, point) == -9
        with pytest.raises(InterruptedRestore):
            async with open_database(target.settings):
                pass
    assert nursery.run("restore", *other, 0) > 0
    assert target.lake() == place.lake()
    async with open_database(target.settings):
        pass


class TestRoutes:
    async def test_made_verified_found_broken_and_removed_by_jobs_that_tell_who(
        self, settings: Settings, place: Place, database: Database
    ) -> None:
        await make_user(database, "keeper", permissions=["ops.read", "ops.write"], orgs=None, grade=5)
        application = app_over(settings, database)
        async with signed_in(application, "keeper") as client:

            async def listed() -> dict[str, object]:
                (row,) = (await client.get("/api/ops/backups")).json()["items"]
                return row

            begun = await client.post("/api/ops/backups", json={"note": "升级前"})
            assert begun.status_code == 202
            key = begun.json()["id"]
            assert (await client.post(f"/api/ops/backups/{key}/verify")).status_code == 409
            await run_until_idle(database, settings=settings)
            row = await listed()
            assert (row["status"], row["made_by"], row["note"]) == ("whole", "keeper", "升级前")
            assert (row["lake_tables"], row["lake_rows"]) == (2, 47)
            folder = settings.workspace / "backups" / str(row["folder"])
            assert read_manifest(folder)[1] == row["digest"]
            for expected in ("whole", "broken"):
                if expected == "broken":
                    shutil.rmtree(folder / "lake" / "mart")
                assert (await client.post(f"/api/ops/backups/{key}/verify")).status_code == 202
                await run_until_idle(database, settings=settings)
                row = await listed()
                assert (row["status"], row["verified_by"]) == (expected, "keeper")
            assert "lake/mart/note" in str(row["fault"])
            assert (await client.post(f"/api/ops/backups/{key}/remove")).json()["status"] == "removed"
            assert not folder.exists()
            assert (await client.post(f"/api/ops/backups/{key}/remove")).status_code == 409
            assert (await client.get("/api/ops/backups/export?format=csv")).text.count("\n") == 2
