"""The queries on how receivers stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from suwen.domains.ingest.models import IngestInbox, IngestReceiver, IngestSource
from suwen.domains.ingest.receiving.models import InboxState
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

KEPT = timedelta(days=7)
"""How long a receiver whose process is gone is remembered."""


class ReceiverRepository(Repository):
    """Receivers as their processes tell of them, and what was pushed to the platform's own interface."""

    async def put(self, host: str, pid: int, rows: Sequence[Mapping[str, Any]], moment: datetime) -> None:
        """Store the receivers of a process in place of those stored before; what is long gone is forgotten."""
        # unscoped: the processes' own
        receiver = IngestReceiver
        kept = [row["source"] for row in rows]
        mine = (receiver.host == host) & (receiver.pid == pid) & receiver.source.not_in(kept)
        await self.session.execute(delete(receiver).where(mine | (receiver.seen_at < moment - KEPT)))
        for row in rows:
            put = insert(receiver).values(**row)
            fresh = {name: put.excluded[name] for name in row if name not in ("source", "channel", "host", "pid")}
            await self.session.execute(
                put.on_conflict_do_update(index_elements=["source", "channel", "host", "pid"], set_=fresh)
            )

    async def receivers(self, scope: Scope) -> list[IngestReceiver]:
        """Return the receivers of the scope, by source, the one that told of itself last first."""
        query = select(IngestReceiver).order_by(IngestReceiver.source, IngestReceiver.seen_at.desc())
        return await self.all(query if scope.orgs is None else query.where(among(IngestReceiver.org_code, scope.orgs)))

    async def pushes(self, scope: Scope, since: datetime, most: int) -> Sequence[RowMapping]:
        """Return source, org_code, taken, refused, last_at of each source that pushes: entries since a moment.

        No more than the `most` newest of a source are counted.
        """
        inbox, source = IngestInbox, IngestSource
        newest = (
            select(inbox.received_at, inbox.state)
            .where(
                inbox.org_code == source.org_code,
                inbox.source == source.code,
                inbox.channel == "http",
                inbox.received_at >= since,
            )
            .order_by(inbox.received_at.desc())
            .limit(most)
            .correlate(source)
            .lateral()
        )
        query = (
            select(
                source.code.label("source"),
                source.org_code.expression.label("org_code"),
                func.count(newest.c.received_at).label("taken"),
                func.count().filter(newest.c.state == InboxState.REFUSED.value).label("refused"),
                func.max(newest.c.received_at).label("last_at"),
            )
            .select_from(source)
            .join(newest, onclause=source.code == source.code, isouter=True)
            .where(source.removed_at.is_(None), source.connector == "push")
            .group_by(source.code, source.org_code)
            .order_by(source.code)
        )
        query = query if scope.orgs is None else query.where(among(source.org_code, scope.orgs))
        return (await self.session.execute(query)).mappings().all()
