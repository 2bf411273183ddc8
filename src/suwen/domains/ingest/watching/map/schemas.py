"""What the API gives out of the map."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from suwen.domains.ingest.nodes.schemas import EdgeThread


class NodeState(StrEnum):
    """How collection from an institution stands, the first that holds.

    lost: an edge node of it has not called for five minutes. running: something of it runs. failing: the newest run of
    a feed failed, or is held. silent: none of its feeds has brought anything new for 24 hours. late: some have not, or
    latency p95 of the last 24 hours is above an hour. off: it has no feed.
    """

    LOST = "lost"
    RUNNING = "running"
    FAILING = "failing"
    LATE = "late"
    SILENT = "silent"
    FINE = "fine"
    OFF = "off"


class MapNode(BaseModel):
    """An institution on the map, or beside it where its place is not known.

    failing, quiet: feeds of it; running: tasks, and what its edge nodes bring; alarms: nobody has acknowledged. p95:
    latency, seconds, last 24 hours.
    """

    org_code: str
    name: str
    division_code: str | None
    longitude: float | None
    latitude: float | None
    state: NodeState
    feeds: int
    failing: int
    quiet: int
    running: int
    alarms: int
    data_at: datetime | None
    p95: float | None
    edges: list[EdgeThread]


class MapLabel(BaseModel):
    """Where the name of a division stands."""

    code: str
    name: str
    level: int
    longitude: float
    latitude: float


class Boundaries(BaseModel):
    """The borders that there are: which set, its extent in degrees, and by whom."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    divisions: int
    west: float
    south: float
    east: float
    north: float
    labels: list[MapLabel]
    imported_by: str
    imported_at: datetime


class NodeMap(BaseModel):
    """The map of the caller's institutions. center: longitude and latitude of where the platform is drawn."""

    boundaries: Boundaries | None
    center: tuple[float, float] | None
    nodes: list[MapNode]
