"""The fixtures that every room's tests stand on."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.jobs import JobRun
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.settings import Settings
from suwen.kernel.testing import markers


class TestDatabase:
    async def test_has_all_tables_and_no_rows(self, uow: UnitOfWork) -> None:
        assert await uow.session.scalar(text("SELECT count(*) FROM job_run")) == 0
        assert await uow.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
        assert await uow.session.scalar(text("SELECT similarity('张三丰', '张三风') > 0")) is True

    async def test_rows_of_one_database_are_not_in_the_next(
        self, database: Database, make_database: Callable[[], str]
    ) -> None:
        async with database.unit_of_work() as uow:
            uow.session.add(JobRun(name="a", queue="q", args={}))
        other = Database(make_database())
        async with other.unit_of_work() as uow:
            assert await uow.session.scalar(text("SELECT count(*) FROM job_run")) == 0
        await other.close()
        async with database.unit_of_work() as uow:
            assert await uow.session.scalar(text("SELECT count(*) FROM job_run")) == 1

    async def test_settings_name_the_same_database(self, settings: Settings, uow: UnitOfWork) -> None:
        name = await uow.session.scalar(text("SELECT current_database()"))
        assert f"/{name}?" in (settings.database_url or "")
        assert settings.workspace.is_dir()

    def test_server_listens_on_no_address(self, postgres_server: EmbeddedPostgres) -> None:
        import psycopg

        with psycopg.connect(postgres_server.dsn()) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


class TestMarkers:
    def test_names_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("SUWEN_TEST_KAFKA", raising=False)
        assert markers.PROBES["kafka"]() == "SUWEN_TEST_KAFKA names no server"

    def test_a_server_that_does_not_answer_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUWEN_TEST_POSTGRES", "postgresql://user:secret@127.0.0.1:1/x")
        reason = markers.PROBES["postgres"]()
        assert reason is not None
        assert "refused" in reason
        assert "secret" not in reason

    def test_refuses_an_unknown_requirement(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(markers.REQUIRE, "kafka, oracle")
        with pytest.raises(pytest.UsageError, match="oracle"):
            markers.required()

    @pytest.mark.parametrize(("required", "outcome"), [("", "skipped"), ("kafka", "failed")])
    def test_skips_or_fails(self, pytester: pytest.Pytester, required: str, outcome: str) -> None:
        pytester.makeini("[pytest]\nmarkers =\n  kafka: needs a broker\n")
        pytester.makepyfile("import pytest\n@pytest.mark.kafka\ndef test_broker(): pass\n")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(markers.REQUIRE, required)
            patch.delenv("SUWEN_TEST_KAFKA", raising=False)
            result = pytester.runpytest_subprocess("-p", "suwen.kernel.testing.markers", "-rs")
        assert result.parseoutcomes() in ({outcome: 1}, {"errors": 1} if outcome == "failed" else {outcome: 1})
        result.stdout.fnmatch_lines(["*SUWEN_TEST_KAFKA names no server*"])

    @pytest.mark.parametrize(
        ("asked", "run"), [("all", ["alone", "broker"]), ("none", ["alone"]), ("only", ["broker"])]
    )
    def test_services_are_left_out_or_run_alone(self, pytester: pytest.Pytester, asked: str, run: list[str]) -> None:
        pytester.makeini("[pytest]\nmarkers =\n  kafka: needs a broker\n")
        pytester.makepyfile("import pytest\ndef test_alone(): pass\n@pytest.mark.kafka\ndef test_broker(): pass\n")
        plugin = ("-p", "suwen.kernel.testing.markers", "--services", asked, "--collect-only", "-q")
        listed = pytester.runpytest_subprocess(*plugin).outlines
        assert [line.rpartition("::test_")[2] for line in listed if "::test_" in line] == run
