"""The queries of rules and alarms on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select

from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.watching.alarms.errors import UnknownAlarm
from suwen.domains.ingest.watching.alarms.models import Alarm, AlarmRule, AlarmStatus
from suwen.kernel.repository import Repository, among
from suwen.kernel.scope import Scope

CLEARED, OPEN = AlarmStatus.CLEARED.value, AlarmStatus.OPEN.value


class AlarmRepository(Repository):
    """Rules, the feeds they watch, alarms."""

    async def due(self, moment: datetime) -> list[AlarmRule]:  # unscoped: the workers' own
        """Return the rules that are due, taken for this transaction; those that another worker has are left out."""
        query = select(AlarmRule).where(AlarmRule.next_at <= moment, *_IN_FORCE).order_by(AlarmRule.next_at)
        return await self.all(query.with_for_update(skip_locked=True))

    async def taken(self, rule: UUID) -> AlarmRule | None:  # unscoped: the workers' own
        """Return a rule, taken for this transaction so that no other evaluates it; None when it is gone."""
        return await self.one_or_none(select(AlarmRule).where(AlarmRule.id == rule).with_for_update())

    async def given(self) -> set[str]:  # unscoped: the installation's own
        """Return the default rules that there are or were."""
        return {one for one in await self.session.scalars(select(AlarmRule.default)) if one is not None}

    async def watching(self, feed: IngestFeed, source: str, kinds: Sequence[str]) -> list[UUID]:  # unscoped: workers'
        """Return the rules of some kinds in force that watch a feed, in the order in which they are taken."""
        rule = AlarmRule
        query = select(rule.id).where(*_IN_FORCE, rule.kind.in_(kinds))
        for column, value in ((rule.org_code, feed.org_code), (rule.source, source), (rule.feed, feed.code)):
            query = query.where(column.is_(None) | (column == value))
        return list(await self.session.scalars(query.order_by(rule.id)))

    async def feeds_of(self, rule: AlarmRule, only: UUID | None = None) -> list[IngestFeed]:  # unscoped: workers' own
        """Return the feeds that a rule watches, or the one of them."""
        query = select(IngestFeed).join(IngestSource, IngestSource.id == IngestFeed.source_id)
        query = query.where(IngestFeed.removed_at.is_(None))
        wanted = ((IngestFeed.org_code, rule.org_code), (IngestSource.code, rule.source), (IngestFeed.code, rule.feed))
        for column, value in wanted:
            query = query if value is None else query.where(column == value)
        query = query if only is None else query.where(IngestFeed.id == only)
        return await self.all(query.order_by(IngestFeed.code))

    async def standing(self, rule: UUID, feed: UUID | None = None) -> list[Alarm]:  # unscoped: of a rule read before
        """Return the alarms of a rule (of one feed) that are not cleared."""
        query = select(Alarm).where(Alarm.rule_id == rule, Alarm.status != CLEARED)
        return await self.all(query if feed is None else query.where(Alarm.feed_id == feed))

    async def alarm(self, key: UUID, scope: Scope) -> Alarm:
        """Return an alarm, taken for this transaction; raise UnknownAlarm."""
        found = await self.one_or_none(select(Alarm).where(Alarm.id == key).with_for_update())
        if found is None or not scope.allows(found.org_code):
            raise UnknownAlarm(key)
        return found

    async def open_count(self, scope: Scope) -> int:
        """Return how many alarms nobody has acknowledged."""
        query = select(Alarm).where(Alarm.status == OPEN)
        return await self.count(query if scope.orgs is None else query.where(among(Alarm.org_code, scope.orgs)))

    async def of_source(self, source: str) -> tuple[list[AlarmRule], list[Alarm]]:  # unscoped: of a source read before
        """Return the rules on a source or a feed of it, and all its alarms."""
        rules = await self.all(select(AlarmRule).where(AlarmRule.source == source))
        return rules, await self.all(select(Alarm).where(Alarm.source == source))


_IN_FORCE: tuple[ColumnElement[bool], ...] = (AlarmRule.enabled.is_(True), AlarmRule.removed_at.is_(None))
