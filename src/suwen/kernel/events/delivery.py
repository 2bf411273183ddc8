"""The way of an event: announced in a commit, spread to its handlers, delivered to each on its own."""

import uuid

from procrastinate import JobContext as QueueContext
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork, set_announcer
from suwen.kernel.errors import NotFound
from suwen.kernel.events.event import Event, handler_of, handlers_of
from suwen.kernel.events.models import DeliveryStatus, EventDelivery, EventRecord
from suwen.kernel.ids import new_id
from suwen.kernel.jobs.queue import RunAgain, Runtime, put, queue_task
from suwen.kernel.jobs.worker import EVENT_QUEUE
from suwen.kernel.logs import get_logger, scrub

SPREAD_TASK = "kernel.spread_event"
DELIVER_TASK = "kernel.deliver_event"
log = get_logger(__name__)


def announce(uow: UnitOfWork, event: object) -> None:
    """Store an event, and have it spread once the unit of work has committed."""
    if not isinstance(event, Event):
        raise TypeError(f"announce takes an Event, got {type(event).__qualname__}")
    by = uow.principal.user_id if uow.principal else None
    record = EventRecord(id=new_id(), name=event.name, payload=event.payload(), announced_by=by)
    uow.session.add(record)

    async def enqueue(work: UnitOfWork) -> None:
        await put(work, SPREAD_TASK, EVENT_QUEUE, {"event_id": str(record.id)})

    uow.before_commit(enqueue)


@queue_task(SPREAD_TASK)
async def spread(runtime: Runtime, _context: QueueContext, event_id: str) -> None:
    """Make one delivery for each handler of an event."""
    async with runtime.database.unit_of_work() as uow:
        record = await uow.session.get(EventRecord, uuid.UUID(event_id), with_for_update=True)
        if record is None or record.spread_at is not None:
            return
        record.spread_at = now()
        for handler in handlers_of(record.name):
            uow.session.add(EventDelivery(event_id=record.id, handler=handler.name))
            await put(uow, DELIVER_TASK, EVENT_QUEUE, {"event_id": event_id, "handler": handler.name})


@queue_task(DELIVER_TASK)
async def deliver(runtime: Runtime, _context: QueueContext, event_id: str, handler: str) -> None:
    """Let one handler have one event; raises RunAgain when it failed and is to get it again."""
    key = (uuid.UUID(event_id), handler)
    try:
        async with runtime.database.unit_of_work(origin=f"event:{handler}") as uow:
            # Locked until the handler's own commit: a second delivery of the same waits, then sees it done.
            delivery = await uow.session.get(EventDelivery, key, with_for_update=True)
            record = await uow.session.get(EventRecord, key[0])
            if delivery is None or record is None or delivery.status != DeliveryStatus.PENDING:
                return
            declared = handler_of(handler)
            if declared is None:
                raise NotFound("没有此事件处理器", received=handler)
            await declared.function(declared.event.from_payload(record.payload), uow)
            delivery.attempts += 1
            delivery.status = DeliveryStatus.DONE.value
            delivery.error = None
            delivery.updated_at = now()
    except Exception as error:
        wait = await _failed(runtime, key, error)
        if wait is not None:
            raise RunAgain(wait) from None


async def _failed(runtime: Runtime, key: tuple[uuid.UUID, str], error: Exception) -> float | None:
    async with runtime.database.unit_of_work() as uow:
        delivery = await uow.session.get(EventDelivery, key, with_for_update=True)
        if delivery is None or delivery.status != DeliveryStatus.PENDING:
            return None
        delivery.attempts += 1
        delivery.error = scrub(f"{type(error).__name__}: {error}")
        delivery.updated_at = now()
        declared = handler_of(key[1])
        wait = declared.wait_after(delivery.attempts) if declared else None
        mine = log.bind(event_id=key[0], handler=key[1], attempt=delivery.attempts)
        if wait is None:
            delivery.status = DeliveryStatus.DEAD.value
            mine.error("event given up", exc_info=error)
        else:
            mine.warning("event handler failed", wait_seconds=wait, exc_info=error)
        return wait


async def replay(uow: UnitOfWork, event_id: uuid.UUID, handler: str) -> None:
    """Deliver an event to a handler once more, whether that was given up, done, or not there at the time.

    Raises NotFound when there is no such event, or no such handler of it.
    """
    record = await uow.session.get(EventRecord, event_id)
    if record is None:
        raise NotFound("没有此事件", received=str(event_id))
    names = [known.name for known in handlers_of(record.name)]
    if handler not in names:
        raise NotFound("此事件没有这个处理器", received=handler, allowed=names)
    fresh = {"status": DeliveryStatus.PENDING.value, "attempts": 0, "error": None, "updated_at": now()}
    statement = insert(EventDelivery).values(event_id=event_id, handler=handler, **fresh)
    await uow.session.execute(statement.on_conflict_do_update(index_elements=["event_id", "handler"], set_=fresh))
    await put(uow, DELIVER_TASK, EVENT_QUEUE, {"event_id": str(event_id), "handler": handler})


async def dead_deliveries(uow: UnitOfWork, limit: int = 100) -> list[EventDelivery]:
    """Return the deliveries that were given up, latest first; `error` says why."""
    dead = select(EventDelivery).where(EventDelivery.status == DeliveryStatus.DEAD.value)
    return list(await uow.session.scalars(dead.order_by(EventDelivery.updated_at.desc()).limit(limit)))


set_announcer(announce)
