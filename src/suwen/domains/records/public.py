"""The door of the room records."""

from suwen.domains.records.service import PersonRows, read_person, timeline

__all__ = ["PersonRows", "read_person", "timeline"]
