"""The kinds of alarm rules: what each looks at, what its threshold means, what it says when it finds something."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import sqrt
from statistics import fmean, stdev
from typing import Any
from uuid import UUID

from suwen.domains.ingest.connector import connectors as known_connectors
from suwen.domains.ingest.models import IngestFeed, IngestReceiver
from suwen.domains.ingest.receiving.standing import RECEIVING
from suwen.domains.ingest.watching.alarms.measures import MeasureRepository
from suwen.domains.ingest.watching.alarms.models import AlarmRule
from suwen.domains.ingest.watching.drift.repository import DriftRepository
from suwen.domains.ingest.watching.repository import midnight
from suwen.kernel.clock import LOCAL_ZONE, now, today
from suwen.kernel.jobs import DEAD_AFTER

_NOBODY = UUID(int=0)
LEAST_WEEKS = 4
"""A volume is compared once there are so many same weekdays to compare with."""
RECENT = timedelta(hours=24)
RECENT_BATCHES = 100
"""Latency is that of the newest batches, so many at most, of the last `RECENT`."""


@dataclass(frozen=True)
class Finding:
    """A condition that holds for a feed: since when, the numbers compared, and the same in words."""

    feed_id: UUID
    since: datetime
    figures: Mapping[str, Any]
    text: str
    text_en: str
    subject: str = ""


@dataclass
class Findings:
    """What a rule finds of the feeds it was asked about. undecided: feeds of which it cannot tell at the moment."""

    found: list[Finding] = field(default_factory=list[Finding])
    undecided: set[UUID] = field(default_factory=set[UUID])


Find = Callable[[MeasureRepository, AlarmRule, Sequence[IngestFeed]], Awaitable[Findings]]


@dataclass(frozen=True)
class Kind:
    """A kind of rule. default, least, most: of the threshold. every: between evaluations; after_run: after runs too."""

    code: str
    title: str
    title_en: str
    default: float
    least: float
    most: float
    find: Find
    every: timedelta = timedelta(minutes=5)
    after_run: bool = True


async def _silence(_: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    findings, moment = Findings(), now()
    for feed in feeds:
        since = feed.data_at or feed.created_at
        hours = (moment - since).total_seconds() / 3600
        if hours > rule.threshold:
            never = "（从未有过）" if feed.data_at is None else ""
            text = f"已 {hours:.1f} 小时没有新数据{never}，阈值 {rule.threshold:g} 小时"
            english = f"nothing new for {hours:.1f} hours{' (ever)' if never else ''}, limit {rule.threshold:g}"
            figures = {"hours": round(hours, 1), "limit": rule.threshold}
            findings.found.append(Finding(feed.id, since, figures, text, english))
    return findings


async def _failures(repository: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    streaks = await repository.failures([feed.id for feed in feeds])
    findings = Findings()
    for one in streaks:
        if one.running:
            # Whether it goes on failing will be seen when this run has ended.
            findings.undecided.add(one.feed_id)
        elif one.failed >= rule.threshold and one.since is not None:
            text = f"连续失败 {one.failed} 次，阈值 {rule.threshold:g} 次；最近：{one.error_code or 'internal'}"
            english = (
                f"failed {one.failed} times in a row, limit {rule.threshold:g}; last: {one.error_code or 'internal'}"
            )
            figures = {"failed": one.failed, "limit": rule.threshold, "error_code": one.error_code}
            findings.found.append(Finding(one.feed_id, one.since, figures, text, english))
    return findings


async def _latency(repository: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    findings, moment = Findings(), now()
    ids = [feed.id for feed in feeds]
    for one in await repository.latencies(ids, moment - RECENT, RECENT_BATCHES):
        if one.p95 > rule.threshold:
            text = f"最近 {one.batches} 批延迟 p95 为 {one.p95:.1f} 秒，阈值 {rule.threshold:g} 秒"
            english = f"latency p95 of the last {one.batches} batches is {one.p95:.1f} s, limit {rule.threshold:g} s"
            figures = {"p95": round(one.p95, 1), "batches": one.batches, "limit": rule.threshold}
            findings.found.append(Finding(one.feed_id, one.since, figures, text, english))
    return findings


async def _quarantine(repository: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    findings = Findings()
    for one in await repository.newest_standardised([feed.id for feed in feeds]):
        share = 100 * one.quarantined / one.rows
        if share > rule.threshold:
            told = f"{one.quarantined} / {one.rows}"
            text = f"最近一批隔离占比 {share:.1f}%（{told} 行），阈值 {rule.threshold:g}%"
            english = f"{share:.1f}% of the last batch in quarantine ({told} rows), limit {rule.threshold:g}%"
            figures = {
                "share": round(share, 2), "quarantined": one.quarantined, "rows": one.rows, "limit": rule.threshold
            }  # fmt: skip
            findings.found.append(Finding(one.feed_id, one.since, figures, text, english))
    return findings


async def _volume(repository: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    """Compare the last whole day with the same weekday of the weeks before it, as far as the feed was there."""
    findings, day = Findings(), today() - timedelta(days=1)
    days = [day - timedelta(weeks=n) for n in range(rule.weeks + 1)]
    volumes = await repository.volumes([feed.id for feed in feeds], days)
    for feed in feeds:
        begun = feed.created_at.astimezone(LOCAL_ZONE).date()
        history = [volumes.get((feed.id, one), 0) for one in days[1:] if one > begun]
        if len(history) < LEAST_WEEKS:
            continue
        value, mean = volumes.get((feed.id, day), 0), fmean(history)
        # Counts scatter by their root even where the few weeks seen were all alike.
        sigma = max(stdev(history), sqrt(mean), 1.0)
        if abs(value - mean) > rule.threshold * sigma:
            off = (value - mean) / sigma
            text = (
                f"{day} 采集 {value} 行，前 {len(history)} 周同日平均 {mean:.0f} 行（σ={sigma:.1f}），"
                f"偏离 {off:+.1f}σ，阈值 {rule.threshold:g}σ"
            )
            english = (
                f"{value} rows on {day}, mean of {len(history)} same weekdays {mean:.0f} (σ={sigma:.1f}): "
                f"{off:+.1f}σ, limit {rule.threshold:g}σ"
            )
            figures = {
                "day": str(day), "rows": value, "mean": round(mean, 1), "sigma": round(sigma, 1), "off": round(off, 1),
                "weeks": len(history), "history": history, "limit": rule.threshold,
            }  # fmt: skip
            findings.found.append(Finding(feed.id, midnight(day), figures, text, english))
    return findings


_CHANGES = {"added": ("新增", "was added"), "removed": ("删除", "is gone"), "retyped": ("类型改变", "has another type")}


async def _drift(repository: MeasureRepository, _: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    findings = Findings()
    for one in await DriftRepository(repository.session).standing([feed.id for feed in feeds]):
        change, english = _CHANGES[one.kind]
        types = f"（{one.was or '无'} → {one.now_is or '无'}）"
        stops = one.used and one.kind != "added"
        text = f"{one.origin} 的字段 {one.column} {change}{types}，{'映射用到，采集已停止' if stops else '采集继续'}"
        told = f"column {one.column} of {one.origin} {english} ({one.was or '-'} → {one.now_is or '-'}), "
        told += "used by the mapping: runs stopped" if stops else "runs go on"
        figures = {"column": one.column, "change": one.kind, "was": one.was, "is": one.now_is, "stops": stops}
        findings.found.append(Finding(one.feed_id, one.found_at, figures, text, told, subject=one.column))
    return findings


async def _receiver(repository: MeasureRepository, rule: AlarmRule, feeds: Sequence[IngestFeed]) -> Findings:
    """Find, once for a source that sends, that nothing takes its messages in, and that none has come for too long."""
    findings, moment = Findings(), now()
    connectors = [name for name, known in known_connectors().items() if known.capabilities.push]
    sources = await repository.sending([feed.id for feed in feeds], connectors)
    receivers = await repository.receivers([one.source for one in sources])
    for one in sources:
        # Without a port it is not listened for any more; what a process that is gone has told of it stays for days.
        known = [each for each in receivers.get(one.source, []) if each.channel != "mllp" or one.options.get("port")]
        if (trouble := _trouble(known, moment)) is not None:
            findings.found.append(replace(trouble, feed_id=one.feed_id))
        last = max((at for at in (one.last_at, *(each.last_at for each in known)) if at is not None), default=None)
        hours = (moment - (last or one.created_at)).total_seconds() / 3600
        if hours > rule.threshold:
            never = "（从未有过）" if last is None else ""
            text = f"来源 {one.source} 已 {hours:.1f} 小时没有消息{never}，阈值 {rule.threshold:g} 小时"
            english = f"no message of {one.source} for {hours:.1f} hours, limit {rule.threshold:g}"
            figures = {"hours": round(hours, 1), "limit": rule.threshold}
            since = last or one.created_at
            findings.found.append(Finding(one.feed_id, since, figures, text, english, subject=f"{one.source} 消息"))
    return findings


def _trouble(receivers: Sequence[IngestReceiver], moment: datetime) -> Finding | None:
    """Return why nothing receives for a source, of which something has or was to; feed_id is not known here."""
    present = [one for one in receivers if one.seen_at >= moment - DEAD_AFTER]
    if not receivers or any(one.state == RECEIVING for one in present):
        return None
    newest = max(present or receivers, key=lambda one: one.seen_at)
    subject = f"{newest.source} 接收"
    figures = {"place": newest.place, "channel": newest.channel, "error": newest.error}
    if present:
        reason = newest.error or ""
        text = f"来源 {newest.source} 无法开始接收（{newest.place}）：{reason}"
        english = f"messages of {newest.source} cannot be received at {newest.place}: {reason}"
        return Finding(_NOBODY, newest.since, figures, text, english, subject)
    text = f"来源 {newest.source} 没有接收进程（{newest.place}），最后一次 {newest.host}:{newest.pid}"
    english = f"nothing receives the messages of {newest.source} ({newest.place}), last {newest.host}:{newest.pid}"
    return Finding(_NOBODY, newest.seen_at, figures, text, english, subject)


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("silence", "无数据", "No data", 24, 0.1, 8760, _silence),
        Kind("failures", "连续失败", "Failed runs", 3, 1, 1000, _failures),
        Kind("volume", "数据量异常", "Volume off", 3, 0.5, 100, _volume, timedelta(hours=1), after_run=False),
        Kind("latency", "延迟过高", "Latency", 3600, 0.1, 1_000_000, _latency),
        Kind("quarantine", "隔离占比过高", "Quarantine share", 10, 0, 100, _quarantine),
        Kind("drift", "表结构变化", "Columns changed", 0, 0, 0, _drift),
        Kind("receiver", "接收中断", "Receiving broken off", 48, 0.1, 8760, _receiver, after_run=False),
    )
}
