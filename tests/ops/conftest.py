"""An installation with rows in both stores, and empty ones to restore into."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from suwen.domains.identity.public import ensure_admin
from suwen.domains.lake.public import CommitTag, Lake, open_lake
from suwen.domains.orgs.public import InstitutionIn, save
from suwen.kernel.database import Database
from suwen.kernel.ids import new_id
from suwen.kernel.permissions import Principal
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.registry import discover_domains
from suwen.kernel.scope import Scope
from suwen.kernel.settings import Settings
from tests.lake.samples import NOTE, VISIT, visit, visits

ORGS = ("124290999900000178", "124290999900000253")
TAG = CommitTag("his.visit", 2)


@dataclass
class Place:
    """An installation: its settings, its database's url."""

    settings: Settings
    url: str

    def tables(self) -> dict[str, list[str]]:
        """Return the rows of every table as text, sorted, by the table's name."""
        engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)
        with engine.connect() as connection:
            found = MetaData()
            found.reflect(connection)
            return {
                name: sorted(str(row) for (row,) in connection.execute(text(f'SELECT t::text FROM "{name}" t')))
                for name in found.tables
            }

    def lake(self) -> dict[str, tuple[int, list[str]]]:
        """Return version and rows, sorted, of every table of the lake."""
        lake = open_lake(self.settings)
        found: dict[str, tuple[int, list[str]]] = {}
        for info in lake.tables():
            ref = f"{info.layer}.{info.name}"
            rows = lake.select(f"SELECT * FROM {ref}", scope=Scope.everything()).to_pylist()
            found[ref] = (info.version, sorted(map(str, rows)))
        return found


@pytest.fixture
def empty_place(postgres_server: EmbeddedPostgres, tmp_path: Path) -> Iterator[Callable[[], Place]]:
    """A function that gives an installation without any table."""
    made: list[str] = []

    def make() -> Place:
        name = f"empty_{new_id().hex}"
        postgres_server.create_database(name)
        made.append(name)
        settings = cast("Callable[..., Settings]", Settings)
        url = postgres_server.url(name)
        return Place(settings(_env_file=None, workspace=tmp_path / name, database_url=url, buckets=4), url)

    yield make
    for name in made:
        postgres_server.drop_database(name)


@pytest.fixture
def lake(settings: Settings) -> Iterator[Lake]:
    """The lake of the test's workspace: a patient table of three commits and upkeep, a small one of one commit."""
    opened = open_lake(settings)
    opened.append(VISIT, visits(visit(n) for n in range(30)), CommitTag("his.visit", 1))
    opened.upsert("std.visit", visits(visit(n, cost=3) for n in range(25, 35)), TAG)
    opened.maintain("std.visit")
    opened.append("std.visit", visits(visit(n, org="B", feed="f2") for n in range(12)))
    opened.ensure(NOTE)
    yield opened
    opened.close()


@pytest.fixture
async def place(settings: Settings, database: Database, lake: Lake) -> Place:
    """The installation, with institutions, a user and a job that waits in the queue."""
    discover_domains()
    caller = Principal(new_id(), "张三", "张三", frozenset({"*"}), Scope.everything())
    async with database.unit_of_work(caller) as uow:
        await save(uow, [InstitutionIn(org_code=code, name=f"医院\t{code[-1]}\\n") for code in ORGS])
        await ensure_admin(uow)
        uow.defer("lake.maintain", {"tables": ["std.visit"]})
    assert settings.database_url
    return Place(settings, settings.database_url)
