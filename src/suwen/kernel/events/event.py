"""What an event is, and who handles it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, cast

from pydantic import TypeAdapter

from suwen.kernel.database import UnitOfWork


class InvalidEvent(Exception):
    """Declarations of events or handlers contradict each other; raised at import."""


@dataclass(frozen=True)
class Event:
    """Base of all events: something that has happened.

    Example::

        @dataclass(frozen=True)
        class BatchLanded(Event):
            name: ClassVar[str] = "ingest.batch_landed"
            batch_id: UUID
            rows: int

    Fields must be JSON-able by pydantic (text, numbers, dates, UUIDs, lists of them). They carry keys, never a person's
    identifiers. A field added later needs a default: events of the old shape may still wait.
    """

    name: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """Return the fields as JSON."""
        return cast("dict[str, Any]", _adapter(type(self)).dump_python(self, mode="json"))

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Return the event whose fields `payload` gave. Raises pydantic.ValidationError."""
        return _adapter(cls).validate_python(payload)


E = TypeVar("E", bound=Event)
HandlerFunction: TypeAlias = Callable[[E, UnitOfWork], Awaitable[None]]


@cache
def _adapter(kind: type[E]) -> TypeAdapter[E]:
    return TypeAdapter(kind)


@dataclass(frozen=True)
class Handler:
    """A declared handler; given up after `attempts` failures, each waited for twice as long as the one before."""

    name: str
    event: type[Event]
    function: HandlerFunction[Any] = field(repr=False)
    attempts: int
    wait_seconds: float

    def wait_after(self, failures: int) -> float | None:
        """Return the seconds to wait after the `failures`-th failure (at most an hour), or None to give up."""
        return None if failures >= self.attempts else min(self.wait_seconds * 2 ** (failures - 1), 3600.0)


_handlers: dict[str, Handler] = {}


def handles(
    event: type[E], name: str, *, attempts: int = 8, wait_seconds: float = 5.0
) -> Callable[[HandlerFunction[E]], HandlerFunction[E]]:
    """Declare an async function as the handler of a kind of event (decorator).

    Example::

        @handles(BatchLanded, "quality.judge_batch")
        async def judge_batch(event: BatchLanded, uow: UnitOfWork) -> None:
            uow.defer("quality.run_plan", {"batch_id": str(event.batch_id)})

    The delivery is recorded in the unit of work given, so what the handler does through it happens once; anything
    outside it must bear a repetition. Long work belongs into a job. Deliveries come in no particular order.
    """

    def declare(function: HandlerFunction[E]) -> HandlerFunction[E]:
        known = _handlers.get(name)
        if known and _place(known.function) != _place(function):
            raise InvalidEvent(f"handler {name!r} is declared by {_place(known.function)} and {_place(function)}")
        if not event.name:
            raise InvalidEvent(f"{event.__qualname__} has no name")
        _handlers[name] = Handler(name, event, function, attempts, wait_seconds)
        return function

    return declare


def handler_of(name: str) -> Handler | None:
    """Return a declared handler, or None."""
    return _handlers.get(name)


def handlers_of(event_name: str) -> tuple[Handler, ...]:
    """Return the declared handlers of a kind of event, by name."""
    return tuple(_handlers[name] for name in sorted(_handlers) if _handlers[name].event.name == event_name)


def _place(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
