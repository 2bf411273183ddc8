"""Life of the embedded server: made, started, shared, found again after any crash, stopped."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import conninfo, sql

from suwen.kernel.postgres.configuration import ROLE, initialise, write_settings
from suwen.kernel.postgres.errors import EmbeddedPostgresFailed
from suwen.kernel.postgres.installation import Installation, installation, reachable_base
from suwen.kernel.postgres.os_user import OsUser, server_user
from suwen.kernel.postgres.postmaster import Postmaster, clear_the_way

DEFAULT_DATABASE = "suwen"
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_LIMIT = 107
"""Bytes of a unix socket's path (sun_path without its closing zero)."""
_POLL_SECONDS = 0.02
_ATTEMPTS = 20
_RETRY_SECONDS = 0.2
_LOG_LIMIT = 16 * 1024 * 1024


class EmbeddedPostgres:
    """The PostgreSQL of a workspace, reached by a unix socket only.

    Any number of processes may share it, each with its own object. Data stand in `<workspace>/postgres`, owned by the
    OS user that runs the server (root hands it to another, see `os_user`). When that user cannot enter the workspace
    (e.g. below /root), `<workspace>/postgres` is a link to a folder under /var/lib/suwen.

    settings: server parameters beyond the defaults, e.g. `{"wal_level": "logical"}`; they hold from the next start.
    """

    def __init__(self, workspace: Path, settings: Mapping[str, str] | None = None) -> None:
        self.workspace = workspace.absolute()
        self.data = self.workspace / "postgres"
        self._settings = dict(settings or {})
        self._use: int | None = None

    def ensure(self) -> str:
        """Start the server unless it runs, note this process as a user of it, and return the url of its database.

        Raises EmbeddedPostgresFailed with the end of the server's log.
        """
        self.workspace.mkdir(parents=True, exist_ok=True)
        for attempts_left in reversed(range(_ATTEMPTS)):
            with self._lock():
                if not self._settled():
                    self._start()
                if self._use is None:
                    self._use = self._open_users()
                    fcntl.flock(self._use, fcntl.LOCK_SH)
            try:
                self.create_database(DEFAULT_DATABASE)
                break
            except (psycopg.OperationalError, EmbeddedPostgresFailed):
                # A server that is being killed looks alive for a moment.
                if not attempts_left:
                    raise
                time.sleep(_RETRY_SECONDS)
        return self.url()

    def running(self) -> bool:
        """Say whether the server is up and ready for connections."""
        return self._ready()

    def release(self) -> bool:
        """Say that this process needs the server no more; stops it when no other does, and returns whether it did."""
        self._let_go()
        return self.stop_if_unused()

    def stop_if_unused(self) -> bool:
        """Stop the server if no process uses it; returns whether that was so.

        Users are counted by a shared lock on a file, which the OS lets go of even after a kill -9.
        """
        with self._lock():
            users = self._open_users()
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                os.close(users)
            self._stop()
            return True

    def stop(self) -> None:
        """Stop the server cleanly, whoever uses it: open transactions are rolled back, all else is on disk."""
        if not self.workspace.exists():
            return
        self._let_go()
        with self._lock():
            self._stop()

    def destroy(self) -> None:
        """Stop the server and delete all its data."""
        running = Postmaster.of(self.data)
        self.stop()
        home = self.data.resolve()
        if running and running.socket_folder and running.socket_folder != home:
            shutil.rmtree(running.socket_folder, ignore_errors=True)
        if self.data.is_symlink():
            self.data.unlink()
        shutil.rmtree(home, ignore_errors=True)

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database, as a copy of `template` if given; one that exists is left alone."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
            if template:
                # By files: page by page through the log, the usual way, takes half as long again.
                command += sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template))
            try:
                connection.execute(command)
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return

    def drop_database(self, name: str) -> None:
        """Drop a database, throwing out whoever is connected; nothing happens when there is none."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, database: str = DEFAULT_DATABASE) -> str:
        """Return the SQLAlchemy url of a database of the running server."""
        return f"postgresql+psycopg://{ROLE}@/{quote(database)}?host={quote(str(self._socket_folder()), safe='/')}"

    def dsn(self, database: str = DEFAULT_DATABASE) -> str:
        """Return the libpq connection string (`host=... user=... dbname=...`), as DuckDB's scanner and psql take it."""
        return conninfo.make_conninfo(host=str(self._socket_folder()), user=ROLE, dbname=database)

    def _open_users(self) -> int:
        return os.open(self.workspace / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)

    def _let_go(self) -> None:
        if self._use is not None:
            os.close(self._use)
            self._use = None

    @contextmanager
    def _lock(self) -> Generator[None]:
        handle = os.open(self.workspace / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _ready(self) -> bool:
        postmaster = Postmaster.of(self.data)
        return bool(postmaster and postmaster.status == "ready" and postmaster.runs_on(self.data))

    def _socket_folder(self) -> Path:
        postmaster = Postmaster.of(self.data)
        if postmaster is None or postmaster.socket_folder is None:
            raise EmbeddedPostgresFailed("内置数据库没有运行", received=str(self.data))
        return postmaster.socket_folder

    def _settled(self) -> bool:
        """Wait while the server is coming up or going down; say whether it is up."""
        while (postmaster := Postmaster.of(self.data)) and postmaster.runs_on(self.data):
            if postmaster.status == "ready":
                return True
            time.sleep(_POLL_SECONDS)
        return False

    def _start(self) -> None:
        user = server_user()
        programs = installation(user, self.workspace)
        self._make_data(programs)
        clear_the_way(self.data)
        write_settings(self.data, self._settings | {"unix_socket_directories": str(self._make_socket_folder(user))})
        home = self.data.resolve()
        log = home / "server.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.rename(home / "server.log.1")
        try:
            # -t: crash recovery of a large database takes its time. pg_ctl starts the server in a session of its own.
            programs.run("pg_ctl", "start", "-D", str(home), "-l", str(log), "-w", "-t", "3600")
        except EmbeddedPostgresFailed as error:
            # The start that a killed process left half-way may have come first; then it is that one to wait for.
            if not self._settled():
                said = log.read_text(errors="replace") if log.exists() else str(error.context.get("log"))
                raise EmbeddedPostgresFailed("内置数据库启动失败", received=str(home), log=said[-2000:]) from error

    def _stop(self) -> None:
        postmaster = Postmaster.of(self.data)
        if postmaster and postmaster.runs_on(self.data):
            programs = installation(server_user(), self.workspace)
            programs.run("pg_ctl", "stop", "-D", str(self.data.resolve()), "-m", "fast", "-w", "-t", "600")

    def _make_data(self, programs: Installation) -> None:
        version = self.data / "PG_VERSION"
        if not version.exists():
            home = self.data
            if not programs.user.reaches(self.data):
                key = hashlib.sha256(str(self.workspace.resolve()).encode()).hexdigest()[:16]
                home = reachable_base(self.workspace) / f"postgres-{key}"
                # A workspace that was thrown away left it behind.
                shutil.rmtree(home, ignore_errors=True)
            if self.data.is_symlink():
                self.data.unlink()
            initialise(programs, home)
            if home != self.data:
                self.data.symlink_to(home)
        found = version.read_text().strip()
        if found != programs.major:
            detail = "数据目录由另一个 PostgreSQL 大版本建立，须先用 pg_upgrade 或备份恢复升级"
            raise EmbeddedPostgresFailed(detail, received=found, allowed=[programs.major])

    def _make_socket_folder(self, user: OsUser) -> Path:
        home = self.data.resolve()
        if len(os.fsencode(home / _SOCKET_NAME)) <= _SOCKET_LIMIT:
            return home
        key = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
        for base in (Path(tempfile.gettempdir()), Path("/tmp")):
            folder = base / f"suwen-{key}"
            if len(os.fsencode(folder / _SOCKET_NAME)) <= _SOCKET_LIMIT and user.reaches(folder):
                break
        else:
            detail = "找不到路径足够短的套接字目录"
            raise EmbeddedPostgresFailed(detail, received=str(home), allowed=f"<= {_SOCKET_LIMIT} bytes")
        try:
            folder.mkdir(mode=0o700)
            user.give(folder)
        except FileExistsError:
            status = folder.lstat()
            # Anybody may have made a folder of that name in a shared place.
            if folder.is_symlink() or status.st_uid != user.uid or status.st_mode & 0o077:
                raise EmbeddedPostgresFailed("套接字目录不属于数据库用户，不安全", received=str(folder)) from None
        return folder
