"""Brings a database to the present tables, and writes the next revision from the rooms' models."""

import importlib
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from suwen.kernel.database import Base
from suwen.kernel.registry import load_models

FOLDER = Path(__file__).parent.parent / "migrations"
_LOCK = 0x5375_7765_6E
"""Key of the advisory lock under which migrations run: several processes may start at once."""


def upgrade(database_url: str, revision: str = "head") -> None:
    """Bring a PostgreSQL database to a revision, the newest one by default; does nothing when it is there already."""
    with _connected(database_url) as (config, connection):
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        connection.commit()
        try:
            command.upgrade(config, revision)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
            connection.commit()


def revision_of(database_url: str) -> str | None:
    """Return the revision at which a database stands; None for one without our tables."""
    with _connected(database_url) as (_, connection):
        return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> list[str]:
    """Return the revisions that this version of the product knows, oldest first."""
    return [script.revision for script in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions()))]


def make_revision(message: str, database_url: str) -> Path:
    """Write the revision that takes the newest one to the rooms' present models; returns its file.

    The database must be at the newest revision (see `upgrade`): what differs from the models goes into the revision.
    """
    load_tables()
    with _connected(database_url) as (config, _):
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        slug = re.sub(r"\W+", "_", message.lower()).strip("_")
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        return FOLDER / "versions" / f"{number:04d}_{slug}.py"


def differences(database_url: str) -> list[str]:
    """Return what the rooms' models have and the database has not, or the other way round, one line each."""
    load_tables()
    with _connected(database_url) as (_, connection):
        context = MigrationContext.configure(connection, opts={"include_name": belongs_to_us, "compare_type": True})
        return [str(difference) for difference in compare_metadata(context, Base.metadata)]


def load_tables() -> None:
    """Import every module that declares tables: the kernel's own and each room's."""
    for package in ("suwen.kernel.events", "suwen.kernel.jobs"):
        importlib.import_module(package)
    load_models()


def belongs_to_us(name: str | None, kind: str, _parents: object) -> bool:
    """Say whether a table found in the database is ours to compare: the queue's are its library's."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


@contextmanager
def _connected(database_url: str) -> Generator[tuple[Config, Connection]]:
    config = Config(attributes={})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        yield config, connection
