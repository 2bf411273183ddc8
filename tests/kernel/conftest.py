"""Fixtures of the kernel's tests: a workshop with gadgets of two institutions."""

import pytest

from suwen.kernel.database import Database
from tests.kernel import job_samples
from tests.kernel.gadgets import Apart, Gadget


@pytest.fixture
async def workshop(database: Database) -> Database:
    """A database with three gadgets of institution A and two of B."""
    async with database.engine.begin() as connection:
        await connection.run_sync(Apart.metadata.create_all)
    async with database.unit_of_work() as uow:
        uow.session.add_all(
            Gadget(name=name, org_code=org, owner="张三丰", colour=colour, price=price)
            for name, org, colour, price in (
                ("anvil", "A", "red", 3),
                ("brush", "A", "green", 1),
                ("=clamp", "A", "red", None),
                ("drill", "B", "red", 9),
                ("etcher", "B", "green", 2),
            )
        )
    return database


@pytest.fixture
async def stage(anyio_backend: str) -> job_samples.Stage:
    """What the sample jobs tell a test, and wait for."""
    return job_samples.new_stage()
