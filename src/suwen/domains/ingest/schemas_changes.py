"""What the room's API gives out about sources that tell their changes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from suwen.domains.ingest.changelog import Kind


class ObstacleInfo(BaseModel):
    """What keeps a source from telling its changes ("error"), or what somebody should know ("warning")."""

    model_config = ConfigDict(from_attributes=True)

    level: Literal["error", "warning"]
    text: str
    text_en: str


class KeptInfo(BaseModel):
    """What a source keeps for a feed until it is read; `bytes` cannot be freed there because of it.

    feed: full code; None for what belongs to no feed any longer. lost: the source has given it up. changes, oldest: how
    many wait to be read (a million and more count as one), and since when. removal: SQL by which its administrator
    drops it; "" where the platform can.
    """

    name: str
    feed: str | None
    bytes: int | None
    state: str
    active: bool
    lost: bool
    changes: int | None
    oldest: datetime | None
    removal: str


class ReadinessInfo(BaseModel):
    """Whether a source can tell a table's changes; `setup`, `removal` and `clean_up` are SQL for its administrator.

    before: of a row before its change the source tells all of it, its key, or nothing.
    """

    ready: bool
    obstacles: list[ObstacleInfo]
    before: Literal["row", "key", "none"]
    setup: str
    removal: str
    clean_up: str
    kept: KeptInfo | None


class ReadinessWanted(BaseModel):
    """A feed that is being written: its code within the source, how its changes are told, its table and key."""

    model_config = ConfigDict(extra="forbid")

    feed: str
    mode: Kind
    table: str
    key: list[str] = []
