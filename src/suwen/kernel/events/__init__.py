"""News from room to room: stored in the commit of what happened, delivered at least once, taking effect once."""

from suwen.kernel.events.models import DeliveryStatus, EventDelivery, EventRecord

__all__ = ["DeliveryStatus", "EventDelivery", "EventRecord"]
