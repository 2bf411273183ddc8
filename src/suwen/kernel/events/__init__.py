"""News from room to room: stored in the commit of what happened, delivered at least once, taking effect once."""

from suwen.kernel.events.delivery import dead_deliveries, replay
from suwen.kernel.events.event import Event, Handler, InvalidEvent, handler_of, handlers_of, handles
from suwen.kernel.events.models import DeliveryStatus, EventDelivery, EventRecord

__all__ = [
    "DeliveryStatus",
    "Event",
    "EventDelivery",
    "EventRecord",
    "Handler",
    "InvalidEvent",
    "dead_deliveries",
    "handler_of",
    "handlers_of",
    "handles",
    "replay",
]
