"""One PostgreSQL server for a whole test run, shared by all its processes, gone after it."""

import fcntl
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from suwen.kernel.migrations import load_tables, upgrade
from suwen.kernel.postgres import EmbeddedPostgres

TEMPLATE = "suwen_template"
_PREFIX = f"suwen-tests-{os.getuid()}-"
# Nothing of a test run outlives a power failure, and no database of one grows old.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
}
# A database is some 750 files: in memory a copy takes a fifth of the time it takes on a disk.
_MEMORY, _ROOM_NEEDED = Path("/dev/shm"), 2 << 30


@contextmanager
def run_server(run_id: str | None) -> Generator[EmbeddedPostgres]:
    """Give the server of the test run `run_id` (None: a run of one process), with the template database ready."""
    sweep()
    folder = _parent(run_id) / f"{_PREFIX}{run_id or uuid.uuid4().hex}"
    folder.mkdir(mode=0o711, exist_ok=True)
    server = EmbeddedPostgres(folder, _SETTINGS)
    server.ensure()
    try:
        make_template(server, TEMPLATE, make_tables)
        yield server
    finally:
        if server.release():
            server.destroy()
            shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the servers of test runs that were killed."""
    for folder in (folder for parent in _parents() for folder in parent.glob(f"{_PREFIX}*")):
        server = EmbeddedPostgres(folder, _SETTINGS)
        if (folder / "postgres.users").exists() and server.stop_if_unused():
            server.destroy()
            shutil.rmtree(folder, ignore_errors=True)


def _parents() -> list[Path]:
    """Return the folders that may hold a server, the quickest first."""
    usual = Path(tempfile.gettempdir())
    return [_MEMORY, usual] if os.access(_MEMORY, os.W_OK) else [usual]


def _parent(run_id: str | None) -> Path:
    """Return the folder that holds the server of a run: where it stands already, else the quickest with room."""
    quickest, *_ = parents = _parents()
    standing = [parent for parent in parents if run_id and (parent / f"{_PREFIX}{run_id}").exists()]
    roomy = shutil.disk_usage(quickest).free >= _ROOM_NEEDED
    return standing[0] if standing else quickest if roomy else parents[-1]


def make_template(server: EmbeddedPostgres, name: str, fill: Callable[[str], None], *, base: str | None = None) -> None:
    """Make a database to be copied, once for all processes of the run.

    fill: called with the url of a fresh database, or of a copy of `base`; leaves no connection open.
    """
    with (server.workspace / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            building = f"{name}_building"
            server.drop_database(building)
            server.create_database(building, template=base)
            fill(server.url(building))
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(building), sql.Identifier(name)))


def make_tables(url: str) -> None:
    """Make all tables: by the migrations, then those of models that no revision knows yet.

    That the migrations alone make them all is what tests/kernel/test_migrations.py proves.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from suwen.kernel.database import Base

    upgrade(url)
    load_tables()
    Base.metadata.create_all(create_engine(url, poolclass=NullPool))
