"""Fixtures of all tests: most come from the kernel; databases with the standards in force are made here."""

import gc
import json
import os
from collections.abc import Iterable
from pathlib import Path

import anyio
import pytest
from hypothesis import HealthCheck, settings

from suwen.domains.standards.public import SHIPPED, install_packs
from suwen.kernel.database import Database
from suwen.kernel.postgres import EmbeddedPostgres
from suwen.kernel.testing.server import TEMPLATE, make_template

# A test's statements run once over a few rows: compiling them, planning them anew on the way and several tasks would
# cost three times what they take.
_SPARK = {
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
os.environ.setdefault("SUWEN_SPARK_OPTIONS", json.dumps(_SPARK))

# A tenth of the run's time went into looking through modules and tests that live as long as it does.
gc.set_threshold(50_000, 20, 50)

# How long a made-up input takes says how busy the machine is, not whether the code is right.
settings.register_profile("suwen", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("suwen")

pytest_plugins = ("pytester", "suwen.kernel.testing.fixtures", "suwen.kernel.testing.markers")


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share something costly on one worker: the Spark session, the demo behind the browser."""
    for item in items:
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif "e2e" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))


def pytest_collection_finish() -> None:
    """Leave what was imported and collected out of every later look for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def core_template(postgres_server: EmbeddedPostgres) -> str:
    """A database with the core standards in force, to be copied: installing them takes longer than most tests.

    The tests of a folder all get such copies when its conftest has `database_template` return this name.
    """
    return _with_packs(postgres_server, f"{TEMPLATE}_core", None)


@pytest.fixture(scope="session")
def shipped_template(postgres_server: EmbeddedPostgres) -> str:
    """A database with all shipped standards in force, to be copied."""
    return _with_packs(postgres_server, f"{TEMPLATE}_shipped", SHIPPED)


def _with_packs(server: EmbeddedPostgres, name: str, packs: Iterable[Path] | None) -> str:
    async def install(url: str) -> None:
        database = Database(url)
        async with database.unit_of_work() as uow:
            await install_packs(uow, packs)
        await database.close()

    make_template(server, name, lambda url: anyio.run(install, url), base=TEMPLATE)
    return name
