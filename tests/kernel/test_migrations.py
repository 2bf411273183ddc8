"""Migrations: they alone make the tables that the models declare."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from suwen.kernel import migrations
from suwen.kernel.postgres import EmbeddedPostgres


@pytest.fixture
def empty_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    name = f"empty_{uuid.uuid4().hex[:16]}"
    postgres_server.create_database(name)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


class TestUpgrade:
    def test_makes_the_tables_that_the_models_declare(self, empty_url: str) -> None:
        migrations.upgrade(empty_url)
        assert migrations.differences(empty_url) == []

    def test_again_changes_nothing(self, empty_url: str) -> None:
        migrations.upgrade(empty_url)
        before = revision(empty_url)
        migrations.upgrade(empty_url)
        assert revision(empty_url) == before

    def test_by_several_processes_at_once(self, empty_url: str) -> None:
        errors: list[Exception] = []

        def run() -> None:
            try:
                migrations.upgrade(empty_url)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert revision(empty_url)


class TestMakeRevision:
    def test_writes_what_is_missing(self, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        copy = tmp_path / "migrations"
        (copy / "versions").mkdir(parents=True)
        for file in ("env.py", "script.py.mako", "versions/0001_queue.py"):
            (copy / file).write_text((migrations.FOLDER / file).read_text())
        monkeypatch.setattr(migrations, "FOLDER", copy)
        migrations.upgrade(empty_url)
        written = migrations.make_revision("First tables", empty_url)
        assert written == copy / "versions" / "0002_first_tables.py"
        content = written.read_text()
        assert "op.create_table('job_run'" in content
        assert "procrastinate" not in content
        migrations.upgrade(empty_url)
        assert migrations.differences(empty_url) == []


def revision(url: str) -> str:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert row is not None
    return str(row[0])
