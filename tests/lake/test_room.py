"""What the room shows and does beyond its door: the list of tables, upkeep as a job, extensions, its engines."""

from pathlib import Path

import duckdb
import pytest

from suwen.domains.lake.engines.choose import open_engine
from suwen.domains.lake.engines.duckdb import DuckDBEngine
from suwen.domains.lake.engines.extensions import EXTENSIONS
from suwen.domains.lake.errors import EngineUnavailable
from suwen.domains.lake.jobs import maintain
from suwen.domains.lake.public import StatementSample, load_extension, open_lake, register_statement
from suwen.domains.lake.resources import TABLES
from suwen.kernel.database import Database
from suwen.kernel.errors import NotFound
from suwen.kernel.repository import PageRequest
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.lake.samples import NOTE, VISIT, costs, visit, visits


class TestTables:
    """The resource lake.tables."""

    async def test_lists_sizes_to_who_sees_all_institutions(self, database: Database, tmp_path: Path) -> None:
        lake = open_lake(Settings(workspace=tmp_path))
        lake.append(VISIT, visits(visit(n) for n in range(10)))
        lake.ensure(NOTE)
        source = TABLES.source
        async with database.unit_of_work() as uow:
            page = await source.list(uow, Scope.everything(), PageRequest(sort=("-rows",)))
            assert [(row.id, row.rows) for row in page.items] == [("std.visit", 10), ("mart.note", 0)]
            filtered = await source.list(uow, Scope.everything(), PageRequest(filters={"layer": "mart"}))
            assert [row.id for row in filtered.items] == ["mart.note"]
            assert (await source.list(uow, Scope.of("A"), PageRequest())).total == 0
            assert [row.id async for row in source.iterate(uow, Scope.everything(), PageRequest(q="vis"))] == [
                "std.visit"
            ]
            assert (await source.get(uow, Scope.everything(), "std.visit")).files > 0
            with pytest.raises(NotFound):
                await source.get(uow, Scope.of("A"), "std.visit")


class TestMaintainJob:
    """The job lake.maintain."""

    async def test_keeps_every_table(self, tmp_path: Path) -> None:
        settings = Settings(workspace=tmp_path)
        lake = open_lake(settings)
        for n in range(4):
            lake.append(VISIT, visits([visit(n)]))
        context = Context(settings)
        done = await maintain(context, keep_days=0)  # pyright: ignore[reportArgumentType]
        assert done["tables"] == 1
        assert done["files_deleted"] > 0
        assert len(costs(lake)) == 4
        assert context.seen == [(0, 1), (1, 1)]


class Context:
    """What the job uses of its context."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seen: list[tuple[int, int | None]] = []

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        """Keep what was reported."""
        self.seen.append((done, total))


class TestExtensions:
    """load_extension."""

    @pytest.mark.parametrize("name", sorted(EXTENSIONS))
    def test_loads_from_its_wheel(self, name: str) -> None:
        connection = duckdb.connect(config={"autoinstall_known_extensions": False})
        load_extension(connection, name)
        sql = "SELECT loaded FROM duckdb_extensions() WHERE extension_name IN ($name, $name || '_scanner') AND loaded"
        assert connection.execute(sql, {"name": name}).fetchall() == [(True,)]

    def test_an_unknown_one_is_named(self) -> None:
        with pytest.raises(EngineUnavailable) as caught:
            load_extension(duckdb.connect(), "oracle")
        assert set(caught.value.allowed or ()) == set(EXTENSIONS)


class TestEngines:
    """Choosing and starting engines."""

    def test_an_unknown_engine_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(EngineUnavailable):
            open_engine("sqlite", tmp_path)

    def test_spark_without_its_jars_says_how_to_get_them(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pytest.importorskip("pyspark", reason="extra `spark` is not installed")
        monkeypatch.setenv("SUWEN_SPARK_JARS", str(tmp_path))
        with pytest.raises(EngineUnavailable, match="fetch_jars"):
            open_engine("spark", tmp_path)

    def test_spilled_rows_of_a_killed_process_are_removed(self, tmp_path: Path) -> None:
        # No process has this number: it is above the greatest that Linux gives.
        dead = tmp_path / "4194305"
        dead.mkdir()
        engine = DuckDBEngine(tmp_path)
        assert not dead.exists()
        engine.close()

    def test_one_lake_for_each_folder(self, tmp_path: Path) -> None:
        first = open_lake(Settings(workspace=tmp_path / "a"))
        assert open_lake(Settings(workspace=tmp_path / "a")) is first
        assert open_lake(Settings(workspace=tmp_path / "b")) is not first


class TestStatements:
    """The registry of the conformance suite."""

    def test_a_name_belongs_to_one_builder(self) -> None:
        def one() -> list[StatementSample]:
            return []

        def other() -> list[StatementSample]:
            return []

        from suwen.domains.lake import statements

        register_statement("lake.test", one)
        try:
            register_statement("lake.test", one)
            with pytest.raises(ValueError, match=r"lake\.test"):
                register_statement("lake.test", other)
        finally:
            del statements._kinds["lake.test"]
