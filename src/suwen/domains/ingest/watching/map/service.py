"""The map: borders imported and drawn, institutions as they stand."""

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from anyio import to_thread

from suwen.domains.ingest.nodes.models import DeliveryState
from suwen.domains.ingest.nodes.schemas import EdgeState, EdgeThread
from suwen.domains.ingest.nodes.standing import standing as edges_of
from suwen.domains.ingest.watching.map.drawing import Tile, encoded, simplified
from suwen.domains.ingest.watching.map.errors import NotYoursToDraw, UnknownTile
from suwen.domains.ingest.watching.map.models import BoundarySet
from suwen.domains.ingest.watching.map.reading import read_boundaries
from suwen.domains.ingest.watching.map.repository import MapRepository
from suwen.domains.ingest.watching.map.schemas import Boundaries, MapNode, NodeMap, NodeState
from suwen.domains.ingest.watching.threads.repository import TaskRepository
from suwen.domains.orgs.public import institutions
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import JobStatus
from suwen.kernel.scope import Scope

QUIET = timedelta(hours=24)
LATE_SECONDS = 3600
MOST_TASKS = 10_000


async def import_boundaries(uow: UnitOfWork, scope: Scope, content: bytes, by: str) -> Boundaries:
    """Put the borders of a GeoJSON file in place of those there are. Raises NotYoursToDraw, InvalidBoundaries."""
    if scope.orgs is not None:
        raise NotYoursToDraw
    drawn = await to_thread.run_sync(read_boundaries, content)
    with TemporaryDirectory() as spill:
        shapes, labels = await to_thread.run_sync(simplified, drawn, Path(spill))
    made = BoundarySet(
        divisions=len(drawn),
        west=min(one.west for one in shapes),
        south=min(one.south for one in shapes),
        east=max(one.east for one in shapes),
        north=max(one.north for one in shapes),
        labels=[asdict(one) for one in labels],
        imported_by=by,
    )
    await MapRepository(uow.session).replace(made, drawn, shapes)
    return Boundaries.model_validate(made)


async def remove_boundaries(uow: UnitOfWork, scope: Scope) -> None:
    """Take the borders away. Raises NotYoursToDraw."""
    if scope.orgs is not None:
        raise NotYoursToDraw
    await MapRepository(uow.session).replace(None, [], [])


async def tile(uow: UnitOfWork, set_id: UUID, wanted: Tile) -> bytes:
    """Return a tile of a set of borders, made when it is asked for first. Raises UnknownTile."""
    repository = MapRepository(uow.session)
    if not wanted.known:
        raise UnknownTile(f"{wanted.z}/{wanted.x}/{wanted.y}")
    if (held := await repository.tile(set_id, wanted)) is not None:
        return held
    newest = await repository.newest()
    if newest is None or newest.id != set_id:
        raise UnknownTile(str(set_id))
    rows = await repository.shapes(set_id, wanted)
    with TemporaryDirectory() as spill:
        content = await to_thread.run_sync(encoded, wanted, rows, Path(spill))
    await repository.keep(set_id, wanted, content)
    return content


async def node_map(uow: UnitOfWork, scope: Scope) -> NodeMap:
    """Return the institutions of the scope with their state, those without a place too, and the borders."""
    repository, since = MapRepository(uow.session), now() - QUIET
    standing = await repository.standing(scope, since)
    latencies, alarms = await repository.latencies(scope, since), await repository.alarms(scope)
    tasks, _ = await TaskRepository(uow.session).tasks(scope, MOST_TASKS)
    running = Counter(one.org_code for one in tasks if one.run.status == JobStatus.RUNNING)
    edges: dict[str, list[EdgeThread]] = {}
    for edge in await edges_of(uow, scope):
        edges.setdefault(edge.org_code, []).append(edge)
        running[edge.org_code] += sum(task.state == DeliveryState.RECEIVING for task in edge.tasks)
    nodes: list[MapNode] = []
    for one in await institutions(uow, scope):
        if not one.active and one.org_code not in standing:
            continue
        figures = dict(standing.get(one.org_code, {}))
        node = MapNode(
            org_code=one.org_code, name=one.short_name or one.name, division_code=one.division_code,
            longitude=one.longitude, latitude=one.latitude, state=NodeState.OFF, running=running[one.org_code],
            feeds=figures.get("feeds", 0), failing=figures.get("failing", 0), quiet=figures.get("quiet", 0),
            data_at=figures.get("data_at"), alarms=dict(alarms.get(one.org_code, {})).get("alarms", 0),
            p95=dict(latencies.get(one.org_code, {})).get("p95"), edges=edges.get(one.org_code, []),
        )  # fmt: skip
        node.state = _state(node)
        nodes.append(node)
    found = await repository.newest()
    boundaries = Boundaries.model_validate(found) if found is not None else None
    return NodeMap(boundaries=boundaries, center=_center(boundaries, nodes), nodes=nodes)


def _state(node: MapNode) -> NodeState:
    if any(edge.state == EdgeState.LOST for edge in node.edges):
        return NodeState.LOST
    if not node.feeds:
        return NodeState.OFF
    if node.running:
        return NodeState.RUNNING
    if node.failing:
        return NodeState.FAILING
    if node.quiet == node.feeds:
        return NodeState.SILENT
    late = node.quiet or (node.p95 or 0) > LATE_SECONDS
    return NodeState.LATE if late else NodeState.FINE


def _center(boundaries: Boundaries | None, nodes: list[MapNode]) -> tuple[float, float] | None:
    """Where the platform is drawn: the middle of the borders, else of the institutions."""
    if boundaries is not None:
        return (boundaries.west + boundaries.east) / 2, (boundaries.south + boundaries.north) / 2
    placed = [(one.longitude, one.latitude) for one in nodes if one.longitude is not None and one.latitude is not None]
    if not placed:
        return None
    return sum(x for x, _ in placed) / len(placed), sum(y for _, y in placed) / len(placed)
