"""The embedded PostgreSQL with real processes, some of which are killed."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import duckdb_extension_postgres_scanner
import psutil
import psycopg
import pytest

from suwen.kernel.postgres import EmbeddedPostgres, EmbeddedPostgresFailed, installation, os_user
from suwen.kernel.postgres.postmaster import Postmaster

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another OS user")


@contextmanager
def workspace() -> Generator[Path]:
    """Give a folder that every OS user may enter, unlike pytest's own temporary ones."""
    made = Path(tempfile.mkdtemp(prefix="suwen-pg-"))
    made.chmod(0o755)
    yield made
    EmbeddedPostgres(made).destroy()
    shutil.rmtree(made)


@pytest.fixture
def folder() -> Iterator[Path]:
    with workspace() as made:
        yield made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """The data of a server that was started once: making them takes longer than most of these tests."""
    with workspace() as made:
        started = EmbeddedPostgres(made)
        started.ensure()
        started.stop()
        yield made / "postgres"


@pytest.fixture
def server(folder: Path, cluster: Path) -> EmbeddedPostgres:
    # Not copytree: the files keep their owner.
    subprocess.run(["cp", "-a", str(cluster), str(folder)], check=True)
    embedded = EmbeddedPostgres(folder)
    embedded.ensure()
    return embedded


def other_process(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.kernel.postgres_user", str(folder), *more]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def scalar(server: EmbeddedPostgres, query: str, database: str = "suwen") -> object:
    with psycopg.connect(server.dsn(database)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(server: EmbeddedPostgres) -> psutil.Process:
    known = Postmaster.of(server.data)
    assert known is not None
    return psutil.Process(known.pid)


class TestEnsure:
    def test_gives_a_database_that_knows_chinese(self, server: EmbeddedPostgres) -> None:
        assert scalar(server, "SHOW server_encoding") == "UTF8"
        assert scalar(server, "SELECT upper('é')") == "É"
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
        assert scalar(server, "SELECT cardinality(show_trgm('张三丰'))") == 4

    def test_is_durable_and_listens_on_no_address(self, server: EmbeddedPostgres) -> None:
        wanted = {"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
        assert {name: scalar(server, f"SHOW {name}") for name in wanted} == wanted
        process = postmaster(server)
        assert process.net_connections(kind="inet") == []

    def test_again_finds_it_running(self, server: EmbeddedPostgres, folder: Path) -> None:
        before = postmaster(server)
        assert EmbeddedPostgres(folder).ensure() == server.url()
        assert postmaster(server) == before

    def test_no_other_user_may_use_the_socket(self, server: EmbeddedPostgres) -> None:
        socket_folder = Path(dict(part.split("=", 1) for part in server.dsn().split())["host"])
        assert stat.S_IMODE(socket_folder.stat().st_mode) & 0o077 == 0

    def test_takes_more_parameters_from_the_next_start(self, server: EmbeddedPostgres, folder: Path) -> None:
        assert scalar(server, "SHOW wal_level") == "replica"
        server.stop()
        capturing = EmbeddedPostgres(folder, {"wal_level": "logical", "application_name": "it's"})
        capturing.ensure()
        assert scalar(capturing, "SHOW wal_level") == "logical"

    def test_two_processes_at_once_start_one_server(self, folder: Path) -> None:
        both = [other_process(folder), other_process(folder)]
        urls = {line(process) for process in both}
        assert len(urls) == 1
        assert len([p for p in psutil.process_iter() if is_postmaster_of(p, folder)]) == 1
        said = [process.communicate()[0].strip() for process in both]
        assert sorted(said) == ["False", "True"]
        assert not EmbeddedPostgres(folder).running()

    def test_says_what_the_server_said_when_it_does_not_start(self, folder: Path) -> None:
        broken = EmbeddedPostgres(folder, {"shared_buffers": "a lot"})
        with pytest.raises(EmbeddedPostgresFailed) as failed:
            broken.ensure()
        assert "shared_buffers" in str(failed.value.context["log"])
        assert failed.value.problem()["retryable"] is True

    def test_refuses_data_of_another_major_version(self, server: EmbeddedPostgres) -> None:
        server.stop()
        (server.data / "PG_VERSION").write_text("9\n")
        with pytest.raises(EmbeddedPostgresFailed) as failed:
            server.ensure()
        assert failed.value.received == "9"


class TestRelease:
    def test_stops_it_when_nobody_else_uses_it(self, server: EmbeddedPostgres, folder: Path) -> None:
        other = other_process(folder)
        line(other)
        assert not server.release()
        assert server.running()
        assert other.communicate()[0].strip() == "True"
        assert not server.running()

    def test_a_killed_user_does_not_count(self, server: EmbeddedPostgres, folder: Path) -> None:
        other = other_process(folder)
        line(other)
        other.kill()
        other.wait()
        assert server.release()
        assert not server.running()

    def test_rows_outlive_it(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        server.release()
        server.ensure()
        assert scalar(server, "SELECT n FROM kept") == 7


class TestKill:
    def test_of_the_starter_leaves_the_server_to_the_next(self, folder: Path) -> None:
        starter = other_process(folder)
        url = line(starter)
        server = EmbeddedPostgres(folder)
        before = postmaster(server)
        starter.kill()
        starter.wait()
        assert server.ensure() == url
        assert postmaster(server) == before
        assert scalar(server, "SELECT 1") == 1

    @pytest.mark.parametrize("sign", ["postgres.lock", ".postgres-*/PG_VERSION", "postgres", "postgres/postmaster.pid"])
    def test_of_the_starter_in_the_midst_of_the_first_start(self, folder: Path, sign: str) -> None:
        starter = other_process(folder)
        while not list(folder.glob(sign)):
            os.sched_yield()
        starter.kill()
        starter.wait()
        server = EmbeddedPostgres(folder)
        server.ensure()
        assert scalar(server, "SELECT 1") == 1

    def test_of_the_server_loses_nothing_committed(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        open_work = psycopg.connect(server.dsn())
        open_work.execute("DELETE FROM kept")  # not committed when the server dies
        process = postmaster(server)
        process.kill()
        process.wait()
        server.ensure()
        open_work.close()
        assert postmaster(server) != process
        assert scalar(server, "SELECT count(*) FROM kept") == 1000

    def test_of_the_server_while_a_backend_works_on(self, server: EmbeddedPostgres) -> None:
        connection = psycopg.connect(server.dsn(), autocommit=True)
        backend = psutil.Process(connection.info.backend_pid)
        # Stopped, it cannot notice the postmaster's death by itself, as in a long computation.
        backend.send_signal(signal.SIGSTOP)
        process = postmaster(server)
        process.kill()
        process.wait()
        server.ensure()
        assert scalar(server, "SELECT 1") == 1
        assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE

    def test_a_pid_that_is_another_process_now(self, server: EmbeddedPostgres) -> None:
        process = postmaster(server)
        content = (server.data / "postmaster.pid").read_text()
        process.kill()
        process.wait()
        (server.data / "postmaster.pid").write_text(content.replace(str(process.pid), str(os.getpid()), 1))
        assert not server.running()
        server.ensure()
        assert scalar(server, "SELECT 1") == 1


class TestStop:
    def test_is_clean(self, server: EmbeddedPostgres) -> None:
        server.stop()
        assert not server.running()
        assert not (server.data / "postmaster.pid").exists()
        assert "database system is shut down" in (server.data / "server.log").read_text()

    def test_of_what_does_not_run_does_nothing(self, server: EmbeddedPostgres, tmp_path: Path) -> None:
        server.stop()
        server.stop()
        EmbeddedPostgres(tmp_path / "nothing").stop()
        assert not (tmp_path / "nothing").exists()

    def test_url_of_a_stopped_server(self, server: EmbeddedPostgres) -> None:
        server.stop()
        with pytest.raises(EmbeddedPostgresFailed):
            server.url()


class TestDatabases:
    def test_are_made_once_and_dropped(self, server: EmbeddedPostgres) -> None:
        server.create_database("二号")
        server.create_database("二号")
        assert scalar(server, "SELECT current_database()", "二号") == "二号"
        with psycopg.connect(server.dsn("二号")):
            server.drop_database("二号")
        server.drop_database("二号")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.dsn("二号"))

    def test_can_be_copies(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        server.create_database("copy", template="suwen")
        assert scalar(server, "SELECT n FROM kept", "copy") == 7

    def test_duckdb_reads_them_by_the_dsn(self, server: EmbeddedPostgres) -> None:
        with psycopg.connect(server.dsn()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT '张' AS name")
        package = Path(duckdb_extension_postgres_scanner.__file__).parent
        [extension] = package.rglob("*.duckdb_extension")
        with duckdb.connect() as lake:
            lake.execute(f"LOAD '{extension}'")
            lake.execute(f"ATTACH '{server.dsn()}' AS source (TYPE postgres, READ_ONLY)")
            assert lake.execute("SELECT name FROM source.kept").fetchall() == [("张",)]


class TestPlaces:
    def test_socket_of_a_deep_workspace_stands_elsewhere(self, folder: Path) -> None:
        deep = folder / ("深" * 20) / ("folder" * 10)
        server = EmbeddedPostgres(deep)
        try:
            assert str(deep) not in server.ensure()
            assert scalar(server, "SELECT 1") == 1
            socket_folder = Path(dict(part.split("=", 1) for part in server.dsn().split())["host"])
            assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
            assert len(os.fsencode(socket_folder / ".s.PGSQL.5432")) <= 107
            server.destroy()
            assert not socket_folder.exists()
        finally:
            server.destroy()

    @as_root
    def test_root_lets_another_user_run_it(self, server: EmbeddedPostgres) -> None:
        user = os_user.server_user()
        assert user.uid != 0
        assert postmaster(server).uids().real == user.uid
        assert server.data.stat().st_uid == user.uid

    @as_root
    def test_root_puts_it_where_that_user_can_reach(self, folder: Path) -> None:
        private = folder / "private"
        private.mkdir(mode=0o700)
        server = EmbeddedPostgres(private / "workspace")
        server.ensure()
        home = server.data.resolve()
        assert server.data.is_symlink()
        assert not home.is_relative_to(folder)
        assert home.stat().st_mode & 0o077 == 0
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        server.destroy()
        assert not home.exists()

    @as_root
    def test_root_copies_programs_that_the_other_user_cannot_reach(self, folder: Path) -> None:
        package = Path(installation.installation(os_user.server_user(), folder).bin).parents[1]
        copy = installation.copied(package, folder)
        done = subprocess.run(
            [str(copy / "pginstall" / "bin" / "psql"), "--version"], user="nobody", capture_output=True, check=True
        )
        assert b"psql (PostgreSQL)" in done.stdout
        assert installation.copied(package, folder) == copy

    @as_root
    def test_an_ordinary_user_runs_it_as_itself(self, folder: Path) -> None:
        user = pwd.getpwnam("daemon")
        own = folder / "own"
        own.mkdir()
        os.chown(own, user.pw_uid, user.pw_gid)
        process = other_process(own, str(user.pw_uid))
        assert line(process).startswith("postgresql+psycopg://")
        server = EmbeddedPostgres(own)
        assert postmaster(server).uids().real == user.pw_uid
        assert process.communicate()[0].strip() == "True"
        assert process.returncode == 0

    def test_a_user_without_a_name_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
        with pytest.raises(EmbeddedPostgresFailed, match="SUWEN_DATABASE_URL"):
            os_user.server_user()


def is_postmaster_of(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "postgres" and process.ppid() == 1 and process.cwd() == str(folder / "postgres")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
