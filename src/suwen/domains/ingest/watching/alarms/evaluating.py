"""Evaluating rules: an alarm is raised once, stays with its figures, and is cleared when its condition is gone.

A rule is evaluated in one unit of work that holds its row, so that whatever was killed is evaluated anew and nothing is
raised twice.
"""

from dataclasses import dataclass
from uuid import UUID

from suwen.domains.ingest.models import IngestFeed, IngestSource
from suwen.domains.ingest.watching.alarms.errors import AlarmCleared
from suwen.domains.ingest.watching.alarms.kinds import KINDS, Finding
from suwen.domains.ingest.watching.alarms.measures import MeasureRepository
from suwen.domains.ingest.watching.alarms.models import Alarm, AlarmRule, AlarmStatus
from suwen.domains.ingest.watching.alarms.repository import CLEARED, AlarmRepository
from suwen.kernel.clock import now
from suwen.kernel.database import UnitOfWork
from suwen.kernel.jobs import timetable
from suwen.kernel.permissions import Principal

EVALUATE = "ingest.evaluate_alarms"


@dataclass
class Evaluated:
    """What evaluations did."""

    rules: int = 0
    raised: int = 0
    cleared: int = 0


async def evaluate(uow: UnitOfWork, rule_id: UUID, done: Evaluated, only: UUID | None = None) -> None:
    """Evaluate a rule for all feeds that it watches, or the one; a rule that is gone or off clears its alarms."""
    repository = AlarmRepository(uow.session)
    rule = await repository.taken(rule_id)
    if rule is None:
        return
    standing = {(alarm.feed_id, alarm.subject): alarm for alarm in await repository.standing(rule.id, only)}
    watched = rule.enabled and rule.removed_at is None
    feeds = {feed.id: feed for feed in await repository.feeds_of(rule, only)} if watched else {}
    findings = await KINDS[rule.kind].find(MeasureRepository(uow.session), rule, list(feeds.values()))
    done.rules += 1
    moment = now()
    for finding in findings.found:
        alarm = standing.pop((finding.feed_id, finding.subject), None)
        if alarm is None:
            alarm = repository.add(_raised(rule, feeds[finding.feed_id]))
            alarm.subject, alarm.since, alarm.raised_at = finding.subject, finding.since, moment
            done.raised += 1
        _tell(alarm, rule, finding)
        alarm.checked_at = moment
    for (feed, _), alarm in standing.items():
        if feed not in findings.undecided:
            alarm.status, alarm.cleared_at, alarm.off = CLEARED, moment, feed not in feeds
            done.cleared += 1
    if only is None:
        rule.evaluated_at = moment
    await uow.session.flush()


def _raised(rule: AlarmRule, feed: IngestFeed) -> Alarm:
    source = feed.code.partition(".")[0]
    return Alarm(
        rule_id=rule.id, kind=rule.kind, feed_id=feed.id, feed=feed.code, source=source, org_code=feed.org_code
    )


def _tell(alarm: Alarm, rule: AlarmRule, finding: Finding) -> None:
    alarm.rule, alarm.severity = rule.title, rule.severity
    alarm.figures, alarm.text, alarm.text_en = dict(finding.figures), finding.text, finding.text_en


async def evaluate_feed(uow: UnitOfWork, feed: IngestFeed, source: IngestSource) -> Evaluated:
    """Evaluate, for a feed that has just run, the rules that a run may change."""
    done = Evaluated()
    kinds = [kind.code for kind in KINDS.values() if kind.after_run]
    for rule in await AlarmRepository(uow.session).watching(feed, source.code, kinds):
        await evaluate(uow, rule, done, feed.id)
    return done


@timetable("ingest.alarms")
async def begin_evaluations(uow: UnitOfWork) -> int:
    """Queue one evaluation of the rules that are due; returns how many they are."""
    rules = await AlarmRepository(uow.session).due(now())
    for rule in rules:
        rule.next_at = now() + KINDS[rule.kind].every
    if rules:
        uow.defer(EVALUATE, {"rules": [str(rule.id) for rule in rules]})
    return len(rules)


async def acknowledge(uow: UnitOfWork, principal: Principal, key: UUID, note: str) -> Alarm:
    """Note that somebody has seen an alarm, and what is done about it. Raises UnknownAlarm, AlarmCleared."""
    alarm = await AlarmRepository(uow.session).alarm(key, principal.scope)
    if alarm.status == CLEARED:
        raise AlarmCleared(key)
    alarm.status, alarm.note = AlarmStatus.ACKNOWLEDGED.value, note
    alarm.acknowledged_by, alarm.acknowledged_at = principal.username, now()
    return alarm


async def waiting(uow: UnitOfWork, principal: Principal) -> int:
    """Return how many alarms of the caller's institutions nobody has acknowledged."""
    return await AlarmRepository(uow.session).open_count(principal.scope)


async def follow_source(uow: UnitOfWork, source: IngestSource) -> None:
    """Bring the rules and alarms of a source to its institution."""
    rules, alarms = await AlarmRepository(uow.session).of_source(source.code)
    for rule in rules:
        rule.org_code = source.org_code
    for alarm in alarms:
        alarm.org_code = source.org_code
