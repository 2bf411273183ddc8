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
# Nothing of a test run outlives a power failure.
_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@contextmanager
def run_server(run_id: str | None) -> Generator[EmbeddedPostgres]:
    """Give the server of the test run `run_id` (None: a run of one process), with the template database ready."""
    sweep()
    folder = Path(tempfile.gettempdir()) / f"{_PREFIX}{run_id or uuid.uuid4().hex}"
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
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        server = EmbeddedPostgres(folder, _SETTINGS)
        if (folder / "postgres.users").exists() and server.stop_if_unused():
            server.destroy()
            shutil.rmtree(folder, ignore_errors=True)


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
