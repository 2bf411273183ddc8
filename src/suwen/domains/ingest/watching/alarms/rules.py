"""Rules as people define them."""

from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import Select

from suwen.domains.ingest.repository import IngestRepository
from suwen.domains.ingest.watching.alarms.errors import InvalidRule
from suwen.domains.ingest.watching.alarms.evaluating import EVALUATE, Evaluated, evaluate
from suwen.domains.ingest.watching.alarms.kinds import KINDS
from suwen.domains.ingest.watching.alarms.models import AlarmRule
from suwen.domains.ingest.watching.alarms.schemas import AlarmRuleChange, AlarmRuleIn
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.resource_source import ModelSource
from suwen.kernel.scope import Scope


class AlarmRules(ModelSource[AlarmRule]):
    """The rules of the scope that were not removed; those on all institutions are for who sees all."""

    def query(self, uow: UnitOfWork, scope: Scope) -> Select[AlarmRule]:
        """Return the rows that the scope lets through."""
        return super().query(uow, scope).where(AlarmRule.removed_at.is_(None))

    async def create(self, uow: UnitOfWork, scope: Scope, data: BaseModel) -> object:
        """Store a rule. Raises UnknownFeed, UnknownSource, Forbidden for what lies outside the scope, InvalidRule."""
        wanted = cast(AlarmRuleIn, data)
        values = wanted.model_dump()
        if wanted.kind not in KINDS:
            raise InvalidRule("no such kind of rule", received=wanted.kind, allowed=sorted(KINDS))
        values["threshold"] = _threshold(wanted.kind, wanted.threshold)
        values |= await _place(uow, scope, wanted)
        self._check_scope(scope, values)
        rule = AlarmRule(**values)
        uow.session.add(rule)
        await self._flush(uow)
        return rule

    async def update(self, uow: UnitOfWork, scope: Scope, key: str, data: BaseModel) -> object:
        """Change a rule; it is evaluated anew soon. One that is switched off clears its alarms. Raises InvalidRule."""
        rule = await self.get(uow, scope, key)
        values: dict[str, Any] = cast(AlarmRuleChange, data).model_dump(exclude_unset=True)
        if "threshold" in values:
            values["threshold"] = _threshold(rule.kind, values["threshold"])
        for name, value in values.items():
            setattr(rule, name, value)
        rule.next_at = now()
        await self._flush(uow)
        if not rule.enabled:
            await evaluate(uow, rule.id, Evaluated())
        return rule

    async def delete(self, uow: UnitOfWork, scope: Scope, key: str) -> None:
        """Take a rule away; its alarms are cleared and stay as history."""
        rule = await self.get(uow, scope, key)
        rule.removed_at = now()
        await self._flush(uow)
        await evaluate(uow, rule.id, Evaluated())


async def _place(uow: UnitOfWork, scope: Scope, wanted: AlarmRuleIn) -> dict[str, Any]:
    """Return institution, source and feed of a rule, the wider ones told by the narrower."""
    repository = IngestRepository(uow.session)
    if wanted.feed is not None:
        feed = await repository.feed(wanted.feed, scope)
        source = await repository.source_of(feed)
        if wanted.source not in (None, source.code):
            raise InvalidRule("the feed is none of the source", received=wanted.feed, allowed=wanted.source)
        return {"feed": feed.code, "source": source.code, "org_code": feed.org_code}
    if wanted.source is not None:
        source = await repository.source(wanted.source, scope)
        return {"source": source.code, "org_code": source.org_code}
    return {}


def _threshold(kind: str, wanted: float | None) -> float:
    known = KINDS[kind]
    value = known.default if wanted is None else wanted
    if not known.least <= value <= known.most:
        raise InvalidRule(
            f"the threshold does not fit the kind {kind}", received=value, allowed=f"{known.least:g} to {known.most:g}"
        )
    return value


async def request_evaluation(uow: UnitOfWork, scope: Scope, key: str) -> Any:
    """Queue an evaluation of a rule. Raises NotFound."""
    rule = await ALARM_RULES.get(uow, scope, key)
    return uow.defer(EVALUATE, {"rules": [str(rule.id)]})


ALARM_RULES = AlarmRules(AlarmRule, scope_column="org_code", search=("title", "source", "feed"))
