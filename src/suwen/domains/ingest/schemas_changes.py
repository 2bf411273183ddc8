"""What the room's API gives out about sources that tell their changes."""

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

    feed: full code; None for what belongs to no feed any longer. lost: the source has given it up.
    """

    name: str
    feed: str | None
    bytes: int | None
    state: str
    active: bool
    lost: bool


class ReadinessInfo(BaseModel):
    """Whether a source can tell a table's changes; `setup` and `removal` are SQL for its administrator.

    before: of a row before its change the source tells all of it, its key, or nothing.
    """

    ready: bool
    obstacles: list[ObstacleInfo]
    before: Literal["row", "key", "none"]
    setup: str
    removal: str
    kept: KeptInfo | None


class ReadinessWanted(BaseModel):
    """A feed that is being written: its code within the source, how its changes are told, its table and key."""

    model_config = ConfigDict(extra="forbid")

    feed: str
    mode: Kind
    table: str
    key: list[str] = []
