"""The queries of the map on PostgreSQL: borders, tiles, how institutions stand."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.ingest.models import BatchStatus, IngestBatch, IngestFeed
from suwen.domains.ingest.watching.alarms.models import Alarm
from suwen.domains.ingest.watching.alarms.repository import OPEN
from suwen.domains.ingest.watching.map.drawing import SEEN_FROM, Shape, Tile
from suwen.domains.ingest.watching.map.models import BoundarySet, BoundaryShape, BoundaryTile
from suwen.domains.ingest.watching.map.reading import Drawn
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

_LOCK = 0x626F_7264_6572
_STUCK = (BatchStatus.FAILED.value, BatchStatus.HELD.value)


class MapRepository(Repository):
    """Borders are everybody's; institutions are of the scope."""

    async def newest(self) -> BoundarySet | None:  # unscoped: borders are everybody's
        """Return the set of borders, if there is one."""
        query = select(BoundarySet).order_by(BoundarySet.imported_at.desc()).limit(1)
        return await self.one_or_none(query)

    async def replace(
        self, made: BoundarySet | None, drawn: Sequence[Drawn], shapes: Sequence[Shape]
    ) -> None:  # unscoped: borders are everybody's
        """Put a set of borders in place of what there is, or nothing; two at once go one after the other."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        for held in await self.all(select(BoundarySet)):
            # Its shapes and tiles go with it.
            await self.session.delete(held)
        await self.session.flush()
        if made is None:
            return
        self.session.add(made)
        await self.session.flush()
        named = {one.code: one for one in drawn}
        for start in range(0, len(shapes), 1000):
            rows = [
                {"set_id": made.id, "name": named[one.code].name, "level": named[one.code].level, "shape": one.wkb}
                | {name: value for name, value in asdict(one).items() if name != "wkb"}
                for one in shapes[start : start + 1000]
            ]
            await self.session.execute(insert(BoundaryShape), rows)

    async def tile(self, set_id: UUID, tile: Tile) -> bytes | None:  # unscoped: borders are everybody's
        """Return a tile that was made before."""
        held = BoundaryTile
        query = select(held.content).where(held.set_id == set_id, held.z == tile.z, held.x == tile.x, held.y == tile.y)
        return await self.session.scalar(query)

    async def shapes(self, set_id: UUID, tile: Tile) -> list[tuple[str, str, int, bytes]]:  # unscoped: as above
        """Return code, name, level and shape of the divisions that a tile may show."""
        west, south, east, north = tile.degrees
        shape = BoundaryShape
        levels = [level for level, zoom in SEEN_FROM.items() if tile.z >= zoom]
        query = select(shape.code, shape.name, shape.level, shape.shape).where(
            shape.set_id == set_id,
            shape.band == tile.band,
            shape.level.in_(levels),
            shape.west <= east,
            shape.east >= west,
            shape.south <= north,
            shape.north >= south,
        )
        found = (await self.session.execute(query.order_by(shape.level, shape.code))).all()
        return [(code, name, level, content) for code, name, level, content in found]

    async def keep(self, set_id: UUID, tile: Tile, content: bytes) -> None:  # unscoped: borders are everybody's
        """Keep a tile; one that another has made meanwhile is the same."""
        row = {"set_id": set_id, "z": tile.z, "x": tile.x, "y": tile.y, "content": content}
        await self.session.execute(insert(BoundaryTile).values(row).on_conflict_do_nothing())

    async def standing(self, scope: Scope, since: datetime) -> dict[str, RowMapping]:
        """Return feeds, failing, quiet, data_at by institution: quiet since a moment, failing by their newest run."""
        feed, batch = IngestFeed, IngestBatch
        newest = (
            select(batch.status)
            .where(batch.feed_id == feed.id)
            .order_by(batch.number.desc())
            .limit(1)
            .correlate(feed)
            .scalar_subquery()
        )
        quiet = or_(feed.data_at < since, and_(feed.data_at.is_(None), feed.created_at < since))
        query = (
            select(
                feed.org_code.expression.label("org_code"),
                func.count().label("feeds"),
                func.count().filter(newest.in_(_STUCK)).label("failing"),
                func.count().filter(quiet).label("quiet"),
                func.max(feed.data_at).label("data_at"),
            )
            .where(feed.removed_at.is_(None))
            .group_by(feed.org_code)
        )
        return await self._by_org(query, feed.org_code, scope)

    async def latencies(self, scope: Scope, since: datetime) -> dict[str, RowMapping]:
        """Return p95 by institution of the batches that began since a moment."""
        p95 = func.percentile_cont(0.95).within_group(IngestBatch.latency).label("p95")
        query = select(IngestBatch.org_code.expression.label("org_code"), p95)
        query = query.where(IngestBatch.started_at >= since).group_by(IngestBatch.org_code)
        return await self._by_org(query, IngestBatch.org_code, scope)

    async def alarms(self, scope: Scope) -> dict[str, RowMapping]:
        """Return alarms by institution that nobody has acknowledged."""
        query = select(Alarm.org_code.expression.label("org_code"), func.count().label("alarms"))
        return await self._by_org(query.where(Alarm.status == OPEN).group_by(Alarm.org_code), Alarm.org_code, scope)

    async def _by_org(self, query: Any, column: Any, scope: Scope) -> dict[str, RowMapping]:
        query = query if scope.orgs is None else query.where(among(column, sorted(scope.orgs)))
        return {row["org_code"]: row for row in (await self.session.execute(query)).mappings()}
