"""Unit of work: one commit or none, and what it collects of changes."""

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import func, select, update

from suwen.kernel import database as kernel_database
from suwen.kernel.changes import HIDDEN, Change, UnauditedWrite
from suwen.kernel.database import Database, UnitOfWork
from tests.kernel.gadgets import Gadget


@pytest.fixture
def heard() -> Iterator[list[Change]]:
    """The changes that listeners were told."""
    changes: list[Change] = []

    async def listen(_uow: UnitOfWork, told: Sequence[Change]) -> None:
        changes.extend(c for c in told if c.table == "gadget")

    listeners = kernel_database._plugs.listeners
    kernel_database.on_changes(listen)
    yield changes
    listeners.remove(listen)


async def count(database: Database) -> int:
    async with database.unit_of_work() as uow:
        return int(await uow.session.scalar(select(func.count()).select_from(Gadget)) or 0)


async def add_and_fail(database: Database) -> None:
    async with database.unit_of_work() as uow:
        uow.session.add(Gadget(name="file", org_code="A"))
        await uow.session.flush()
        raise RuntimeError


class TestUnitOfWork:
    async def test_commits_on_clean_exit(self, workshop: Database) -> None:
        async with workshop.unit_of_work() as uow:
            uow.session.add(Gadget(name="file", org_code="A"))
        assert await count(workshop) == 6

    async def test_rolls_everything_back_on_error(self, workshop: Database) -> None:
        with pytest.raises(RuntimeError):
            await add_and_fail(workshop)
        assert await count(workshop) == 5

    async def test_a_failing_hook_leaves_nothing_behind(self, workshop: Database) -> None:
        async def fail(_uow: UnitOfWork) -> None:
            raise RuntimeError("hook")

        async def work() -> None:
            async with workshop.unit_of_work() as uow:
                uow.session.add(Gadget(name="file", org_code="A"))
                uow.before_commit(fail)

        with pytest.raises(RuntimeError, match="hook"):
            await work()
        assert await count(workshop) == 5

    async def test_rows_that_a_hook_adds_are_committed_too(self, workshop: Database) -> None:
        async def add(uow: UnitOfWork) -> None:
            uow.session.add(Gadget(name="hooked", org_code="A"))

        async with workshop.unit_of_work() as uow:
            uow.before_commit(add)
        assert await count(workshop) == 6


class TestChanges:
    async def test_update_tells_field_before_and_after(self, workshop: Database, heard: list[Change]) -> None:
        async with workshop.unit_of_work() as uow:
            gadget = (await uow.session.scalars(select(Gadget).where(Gadget.name == "anvil"))).one()
            gadget.colour, key = "green", str(gadget.id)
        assert heard == [Change("gadget", key, "update", "colour", "red", "green")]

    async def test_insert_masks_hides_and_omits(self, workshop: Database, heard: list[Change]) -> None:
        async with workshop.unit_of_work() as uow:
            uow.session.add(Gadget(name="file", org_code="A", owner="张三丰", secret="hush", seen_at=func.now()))
        told = {c.field: c.after for c in heard}
        assert {c.operation for c in heard} == {"insert"}
        assert told["secret"] == HIDDEN
        assert told["owner"] == "张**"
        assert "seen_at" not in told
        assert told["tags"] == []

    async def test_delete_tells_what_was_there(self, workshop: Database, heard: list[Change]) -> None:
        async with workshop.unit_of_work() as uow:
            await uow.session.delete((await uow.session.scalars(select(Gadget).where(Gadget.name == "drill"))).one())
        told = {c.field: (c.operation, c.before, c.after) for c in heard}
        assert told["name"] == ("delete", "drill", None)

    async def test_changes_of_several_flushes_are_told_once(self, workshop: Database, heard: list[Change]) -> None:
        async with workshop.unit_of_work() as uow:
            gadget = (await uow.session.scalars(select(Gadget).where(Gadget.name == "anvil"))).one()
            gadget.colour = "green"
            await uow.session.flush()
            gadget.colour = "blue"
        assert [(c.before, c.after) for c in heard] == [("red", "green"), ("green", "blue")]

    async def test_nothing_is_told_of_work_rolled_back(self, workshop: Database, heard: list[Change]) -> None:
        with pytest.raises(RuntimeError):
            await add_and_fail(workshop)
        assert heard == []

    async def test_a_bulk_statement_on_an_audited_model_is_refused(self, workshop: Database) -> None:
        with pytest.raises(UnauditedWrite):
            async with workshop.unit_of_work() as uow:
                await uow.session.execute(update(Gadget).values(colour="blue"))
