"""Events: told with the commit, delivered until handled, taking effect once."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text, update

from suwen.kernel.database import Database, UnitOfWork
from suwen.kernel.errors import NotFound
from suwen.kernel.events import (
    DeliveryStatus,
    Event,
    EventDelivery,
    EventRecord,
    InvalidEvent,
    dead_deliveries,
    handlers_of,
    handles,
    replay,
)
from suwen.kernel.events.delivery import DELIVER_TASK
from suwen.kernel.jobs import run_until_idle
from suwen.kernel.jobs.queue import put


@dataclass(frozen=True)
class ThingHappened(Event):
    """Something of no importance."""

    name: ClassVar[str] = "sample.thing_happened"
    thing: uuid.UUID
    day: date
    amount: Decimal
    labels: tuple[str, ...] = ()


EVENT = ThingHappened(uuid.UUID(int=5), date(2026, 2, 3), Decimal("1.10"), ("甲", "乙"))
failing: dict[str, int] = {}
seen: list[Event] = []


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """Begin with no handler failing."""
    failing.clear()
    seen.clear()
    yield
    failing.clear()


async def note(handler: str, event: Event, uow: UnitOfWork) -> None:
    """Have an effect in the database, then fail if told to."""
    seen.append(event)
    await uow.session.execute(text("INSERT INTO effect VALUES (:handler)"), {"handler": handler})
    if failing.get(handler, 0) > 0:
        failing[handler] -= 1
        raise RuntimeError("电话 13912345678 打不通")


@handles(ThingHappened, "sample.first", wait_seconds=0)
async def first(event: ThingHappened, uow: UnitOfWork) -> None:
    """Note it."""
    await note("first", event, uow)


@handles(ThingHappened, "sample.second", attempts=3, wait_seconds=0)
async def second(event: ThingHappened, uow: UnitOfWork) -> None:
    """Note it."""
    await note("second", event, uow)


@pytest.fixture
async def effects(database: Database) -> Database:
    async with database.unit_of_work() as uow:
        await uow.session.execute(text("CREATE TABLE effect (handler text)"))
    return database


async def announce(database: Database) -> uuid.UUID:
    async with database.unit_of_work() as uow:
        uow.announce(EVENT)
        await uow.session.flush()
        return (await uow.session.scalars(select(EventRecord.id))).one()


async def noted(database: Database) -> list[str]:
    async with database.unit_of_work() as uow:
        return list(await uow.session.scalars(text("SELECT handler FROM effect ORDER BY handler")))


async def deliveries(database: Database) -> dict[str, tuple[str, int]]:
    async with database.unit_of_work() as uow:
        return {d.handler: (d.status, d.attempts) for d in await uow.session.scalars(select(EventDelivery))}


class TestDelivery:
    async def test_to_every_handler(self, effects: Database) -> None:
        await announce(effects)
        assert await noted(effects) == []
        await run_until_idle(effects)
        assert await noted(effects) == ["first", "second"]
        assert seen == [EVENT, EVENT]
        assert await deliveries(effects) == {"sample.first": ("done", 1), "sample.second": ("done", 1)}

    async def test_not_of_what_was_rolled_back(self, effects: Database) -> None:
        async with effects.unit_of_work() as uow:
            uow.announce(EVENT)
            await uow.session.flush()
            await uow.session.rollback()
        await run_until_idle(effects)
        assert await noted(effects) == []

    async def test_twice_takes_effect_once(self, effects: Database) -> None:
        event_id = await announce(effects)
        await run_until_idle(effects)
        async with effects.unit_of_work() as uow:
            # What a worker leaves that died after the handler's commit; several at once race for the row.
            for _ in range(4):
                await put(uow, DELIVER_TASK, "events", {"event_id": str(event_id), "handler": "sample.first"})
            await uow.session.execute(update(EventDelivery).values(status=DeliveryStatus.PENDING.value))
            await uow.session.execute(text("DELETE FROM effect"))
        await run_until_idle(effects)
        assert await noted(effects) == ["first"]

    async def test_again_until_the_handler_does_not_fail(self, effects: Database) -> None:
        failing["first"] = 3
        await announce(effects)
        await run_until_idle(effects)
        assert await noted(effects) == ["first", "second"]
        assert await deliveries(effects) == {"sample.first": ("done", 4), "sample.second": ("done", 1)}


class TestDeath:
    async def test_after_the_declared_attempts_with_the_reason_kept(self, effects: Database) -> None:
        failing["second"] = 99
        event_id = await announce(effects)
        await run_until_idle(effects)
        assert await noted(effects) == ["first"]
        async with effects.unit_of_work() as uow:
            dead = await dead_deliveries(uow)
        assert [(d.event_id, d.handler, d.attempts) for d in dead] == [(event_id, "sample.second", 3)]
        assert dead[0].error == "RuntimeError: 电话 [redacted] 打不通"

    async def test_can_be_undone_by_a_replay(self, effects: Database) -> None:
        failing["second"] = 3
        event_id = await announce(effects)
        await run_until_idle(effects)
        async with effects.unit_of_work() as uow:
            await replay(uow, event_id, "sample.second")
        await run_until_idle(effects)
        assert await noted(effects) == ["first", "second"]
        assert (await deliveries(effects))["sample.second"] == ("done", 1)

    async def test_of_a_handler_that_is_gone(self, effects: Database) -> None:
        event_id = await announce(effects)
        await run_until_idle(effects)
        async with effects.unit_of_work() as uow:
            uow.session.add(EventDelivery(event_id=event_id, handler="sample.gone"))
            await put(uow, DELIVER_TASK, "events", {"event_id": str(event_id), "handler": "sample.gone"})
        await run_until_idle(effects)
        assert (await deliveries(effects))["sample.gone"] == ("dead", 1)


class TestReplay:
    async def test_gives_an_old_event_to_a_new_handler(self, effects: Database) -> None:
        event_id = await announce(effects)
        await run_until_idle(effects)
        async with effects.unit_of_work() as uow:
            await uow.session.execute(text("DELETE FROM event_delivery WHERE handler = 'sample.second'"))
            await replay(uow, event_id, "sample.second")
        await run_until_idle(effects)
        assert await noted(effects) == ["first", "second", "second"]

    async def test_of_nothing(self, effects: Database) -> None:
        event_id = await announce(effects)
        async with effects.unit_of_work() as uow:
            with pytest.raises(NotFound):
                await replay(uow, uuid.UUID(int=1), "sample.first")
            with pytest.raises(NotFound) as unknown:
                await replay(uow, event_id, "sample.nought")
        assert unknown.value.allowed == ["sample.first", "sample.second"]


class TestEvent:
    def test_survives_its_way_through_json(self) -> None:
        payload = EVENT.payload()
        assert payload["day"] == "2026-02-03"
        assert ThingHappened.from_payload(payload) == EVENT

    def test_takes_defaults_for_fields_that_came_later(self) -> None:
        payload = EVENT.payload()
        del payload["labels"]
        assert ThingHappened.from_payload(payload).labels == ()
        with pytest.raises(ValidationError):
            ThingHappened.from_payload({"thing": "no id"})

    async def test_only_an_event_can_be_announced(self, uow: UnitOfWork) -> None:
        with pytest.raises(TypeError, match="str"):
            uow.announce("sample.thing_happened")


class TestDeclaration:
    def test_handlers_are_known_by_event(self) -> None:
        assert [handler.name for handler in handlers_of("sample.thing_happened")] == ["sample.first", "sample.second"]
        assert handlers_of("sample.nothing") == ()

    def test_refuses_a_taken_name(self) -> None:
        with pytest.raises(InvalidEvent, match=r"sample\.first"):

            @handles(ThingHappened, "sample.first")
            async def other(event: ThingHappened, uow: UnitOfWork) -> None: ...

    def test_waits_twice_as_long_each_time(self) -> None:
        [handler, _] = handlers_of("sample.thing_happened")
        patient = type(handler)("x", ThingHappened, first, attempts=30, wait_seconds=5)
        assert [patient.wait_after(n) for n in (1, 2, 3, 20, 30)] == [5, 10, 20, 3600, None]
